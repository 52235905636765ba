/* SPDX-License-Identifier: BSD-2-Clause */
#include "options/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/memory.h"
#include "base/message.h"

struct config {
	yaml_document_t document; /* its scalars are the values */
};

static bool
bad_at(struct options *o, yaml_mark_t mark, const char *what,
    const char *remedy)
{
	o->place.line = mark.line + 1;
	o->place.column = mark.column + 1;
	return options_bad(o, what, NULL, remedy);
}

/* The text of a scalar; NULL, and said, if it is none that can be given on a
 * command line. */
static char *
text_of(struct options *o, const yaml_node_t *node, const char *expected)
{
	char *text = node->type == YAML_SCALAR_NODE
	    ? (char *)node->data.scalar.value
	    : NULL;

	if (text == NULL || strlen(text) != node->data.scalar.length) {
		bad_at(o, node->start_mark, expected, "see p407 -h");
		return NULL;
	}
	o->place.line = node->start_mark.line + 1;
	o->place.column = node->start_mark.column + 1;
	return text;
}

static bool
take_pair(struct options *o, yaml_document_t *d, const yaml_node_pair_t *pair)
{
	yaml_node_t *key = yaml_document_get_node(d, pair->key);
	yaml_node_t *value = yaml_document_get_node(d, pair->value);
	const char *name = text_of(o, key, "the name of an option is wanted");

	if (name == NULL || !options_known(o, name))
		return false;
	if (value->type != YAML_SEQUENCE_NODE) {
		char *text = text_of(o, value, "a word or a list is wanted");

		return text != NULL && options_set(o, name, text);
	}
	if (value->data.sequence.items.top -
	        value->data.sequence.items.start > 1 && !options_repeats(name))
		return bad_at(o, value->start_mark, "one value is wanted",
		    "this option cannot be given several times");
	for (yaml_node_item_t *i = value->data.sequence.items.start;
	     i < value->data.sequence.items.top; i++) {
		char *text = text_of(o, yaml_document_get_node(d, *i),
		    "a word is wanted");

		if (text == NULL || !options_set(o, name, text))
			return false;
	}
	return true;
}

/* libyaml does not look for what is there twice. */
static bool
is_twice(yaml_document_t *d, const yaml_node_t *root,
    const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(d, pair->key);

	for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < pair;
	     p++) {
		const yaml_node_t *k = yaml_document_get_node(d, p->key);

		if (k->type == YAML_SCALAR_NODE &&
		    key->type == YAML_SCALAR_NODE &&
		    strcmp((char *)k->data.scalar.value,
		        (char *)key->data.scalar.value) == 0)
			return true;
	}
	return false;
}

static bool
take_document(struct options *o, yaml_document_t *d)
{
	yaml_node_t *root = yaml_document_get_root_node(d);

	if (root == NULL) /* nothing but remarks */
		return true;
	if (root->type != YAML_MAPPING_NODE)
		return bad_at(o, root->start_mark, "'option: value' is wanted",
		    "see p407 -h for the names");
	for (yaml_node_pair_t *p = root->data.mapping.pairs.start;
	     p < root->data.mapping.pairs.top; p++) {
		if (is_twice(d, root, p))
			return bad_at(o,
			    yaml_document_get_node(d, p->key)->start_mark,
			    "this option is there already",
			    "give several values as a list");
		if (!take_pair(o, d, p))
			return false;
	}
	return true;
}

struct config *
config_read(struct options *o, const char *path, struct span bytes)
{
	struct config *c = memory_new(1, sizeof(*c));
	yaml_parser_t parser;
	bool ok;

	o->place.file = path;
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser,
	    span_is_set(bytes) ? bytes.at : (const uint8_t *)"", bytes.len);
	if (yaml_parser_load(&parser, &c->document)) {
		ok = take_document(o, &c->document);
	} else {
		ok = bad_at(o, parser.problem_mark, parser.problem != NULL
		        ? parser.problem
		        : "no memory", "write it as YAML");
		memset(&c->document, 0, sizeof(c->document));
	}
	yaml_parser_delete(&parser);
	o->place.file = NULL;
	if (ok)
		return c;
	config_free(c);
	return NULL;
}

struct config *
config_load(struct options *o, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct config *c = NULL;
	uint8_t *bytes;
	size_t n;

	if (f == NULL) {
		options_bad(o, path, NULL, strerror(errno));
		return NULL;
	}
	bytes = memory_new(CONFIG_MOST + 1, 1);
	n = fread(bytes, 1, CONFIG_MOST + 1, f);
	if (ferror(f))
		options_bad(o, path, NULL, strerror(errno));
	else if (n > CONFIG_MOST)
		options_bad(o, path, NULL, "too large for a file of options");
	else
		c = config_read(o, path, span_of(bytes, n));
	fclose(f);
	free(bytes);
	return c;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	yaml_document_delete(&c->document);
	free(c);
}
