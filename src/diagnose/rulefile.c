/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and folders of rules; each fault with its place. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/escape.h"
#include "base/folder.h"
#include "base/memory.h"
#include "diagnose/loader.h"

/* A file of rules is a few pages; nobody needs more than this. */
#define MAX_FILE (1024 * 1024)
#define MAX_FILES 1000
/* Nobody mends more at a time; the rest would be noise. */
#define MAX_FAULTS 100

static void load_document(struct loader *l, yaml_node_t *root);

/* -- faults -- */

/* What is wrong may quote the file: one line, whatever it holds. */
static void
add_fault(struct loader *l, struct place place, const char *what)
{
	text_fmt(l->errors, "%s:%zu:%zu: ", l->file, place.line,
	    place.column);
	escape_terminal(l->errors, span_of_str(what));
	text_char(l->errors, '\n');
}

void
loader_fault(struct loader *l, struct place place, const char *format, ...)
{
	char what[300];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	l->rule_faults++;
	if (++l->faults <= MAX_FAULTS)
		add_fault(l, place, what);
	else if (l->faults == MAX_FAULTS + 1)
		text_fmt(l->errors, "%s: more faults than %d; the others are "
		    "not shown\n", l->file, MAX_FAULTS);
}

struct place
loader_place(const yaml_node_t *node)
{
	return (struct place){ node->start_mark.line + 1,
		node->start_mark.column + 1 };
}

/* -- nodes -- */

yaml_node_t *
loader_node(struct loader *l, int index)
{
	return yaml_document_get_node(l->document, index);
}

struct span
loader_scalar(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE
	    ? span_of(node->data.scalar.value, node->data.scalar.length)
	    : (struct span){ 0 };
}

/* -- files -- */

bool
rules_load_text(struct rules *r, const char *file, struct span bytes,
    struct text *errors)
{
	struct loader l = { .rules = r, .bytes = bytes, .errors = errors };
	yaml_parser_t parser;
	yaml_document_t document;
	bool more = true;

	l.file = arena_str(&r->arena, span_of_str(file));
	if (bytes.len > MAX_FILE) {
		loader_fault(&l, (struct place){ 1, 1 },
		    "larger than %d bytes, which no file of rules is",
		    MAX_FILE);
		return false;
	}
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser,
	    span_is_set(bytes) ? bytes.at : (const uint8_t *)"", bytes.len);
	while (more) {
		if (!yaml_parser_load(&parser, &document)) {
			loader_fault(&l,
			    (struct place){ parser.problem_mark.line + 1,
			        parser.problem_mark.column + 1 },
			    "not YAML: %s", parser.problem != NULL
			        ? parser.problem
			        : "no memory");
			break;
		}

		yaml_node_t *root = yaml_document_get_root_node(&document);

		more = root != NULL;
		l.document = &document;
		if (more)
			load_document(&l, root);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return l.faults == 0;
}

/* At most MAX_FILE + 1 bytes of a file; the caller frees them. */
static bool
read_file(const char *path, uint8_t **bytes, size_t *n)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return false;
	*bytes = memory_new(MAX_FILE + 1, 1);
	*n = fread(*bytes, 1, MAX_FILE + 1, f);

	bool ok = !ferror(f);

	if (!ok)
		free(*bytes);
	fclose(f);
	return ok;
}

static bool
load_file(struct rules *r, const char *path, struct text *errors)
{
	uint8_t *bytes;
	size_t n;

	if (!read_file(path, &bytes, &n)) {
		text_fmt(errors, "%s: %s\n", path, strerror(errno));
		return false;
	}

	bool ok = rules_load_text(r, path, span_of(bytes, n), errors);

	free(bytes);
	return ok;
}

/* All sorts of things may lie in a folder: a pipe is not waited for. */
static bool
load_listed(struct rules *r, const char *path, struct text *errors)
{
	struct stat info;

	if (stat(path, &info) != 0 || S_ISREG(info.st_mode))
		return load_file(r, path, errors);
	text_fmt(errors, "%s: is no file (move it elsewhere)\n", path);
	return false;
}

static bool
is_yaml(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL &&
	    (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

bool
rules_load_path(struct rules *r, const char *path, struct text *errors)
{
	struct folder folder;
	struct stat info;
	bool ok = true;

	if (stat(path, &info) != 0) {
		text_fmt(errors, "%s: %s\n", path, strerror(errno));
		return false;
	}
	if (!S_ISDIR(info.st_mode))
		return load_file(r, path, errors);
	if (!folder_read(path, is_yaml, &folder)) {
		text_fmt(errors, "%s: %s\n", path, strerror(errno));
		return false;
	}
	if (folder.n > MAX_FILES) {
		text_fmt(errors, "%s: too many files in this folder\n", path);
		ok = false;
	}
	for (size_t i = 0; i < folder.n && folder.n <= MAX_FILES; i++)
		ok &= load_listed(r, folder.paths[i], errors);
	folder_free(&folder);
	return ok;
}

/* -- one document: cause and rules, products -- */

static void
load_document(struct loader *l, yaml_node_t *root)
{
	yaml_node_t *list = NULL, *products = NULL;
	enum cause cause = CAUSE_NONE;
	bool has_cause = false;

	if (root->type != YAML_MAPPING_NODE) {
		loader_fault(l, loader_place(root),
		    "expected 'cause:' and 'rules:' here");
		return;
	}
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
	     pair < root->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = loader_node(l, pair->key);
		yaml_node_t *value = loader_node(l, pair->value);
		struct span name = loader_scalar(key);

		if (span_eq(name, SPAN("cause")) && !has_cause) {
			has_cause = true;
			if (!span_is_set(loader_scalar(value)) ||
			    !cause_of(loader_scalar(value), &cause))
				loader_fault(l, loader_place(value),
				    "'%.*s' is no cause (see CAUSES in the "
				    "manual page)",
				    (int)(loader_scalar(value).len < 60
				            ? loader_scalar(value).len
				            : 60),
				    span_is_set(loader_scalar(value))
				        ? (const char *)loader_scalar(value).at
				        : "");
		} else if (span_eq(name, SPAN("rules")) && list == NULL &&
		    value->type == YAML_SEQUENCE_NODE) {
			list = value;
		} else if (span_eq(name, SPAN("products")) &&
		    products == NULL && value->type == YAML_SEQUENCE_NODE) {
			products = value;
		} else {
			loader_fault(l, loader_place(key),
			    "expected one 'cause:' and one list 'rules:'");
		}
	}
	for (yaml_node_item_t *item = products != NULL
	         ? products->data.sequence.items.start
	         : NULL;
	     products != NULL && item < products->data.sequence.items.top &&
	     l->faults <= MAX_FAULTS;
	     item++)
		loader_product(l, loader_node(l, *item));
	if (products != NULL && !has_cause && list == NULL)
		return;
	if (!has_cause)
		loader_fault(l, loader_place(root), "'cause' is missing");
	if (list == NULL) {
		loader_fault(l, loader_place(root), "'rules' is missing");
		return;
	}
	for (yaml_node_item_t *item = list->data.sequence.items.start;
	     item < list->data.sequence.items.top &&
	     l->faults <= MAX_FAULTS;
	     item++)
		loader_rule(l, loader_node(l, *item), cause);
}
