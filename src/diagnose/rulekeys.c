/* SPDX-License-Identifier: BSD-2-Clause */
/* One rule: its keys, what each may hold, and what it must have. */
#include <ctype.h>

#include "base/names.h"
#include "diagnose/loader.h"
#include "diagnose/template.h"

#define MAX_ITEMS 64

enum kind {
	KIND_TEXT,      /* prose without facts */
	KIND_TEMPLATE,  /* prose with facts */
	KIND_CONDITION,
	KIND_NAME,      /* an id */
	KIND_WORD,      /* one of a table of names */
	KIND_NUMBER,    /* 1 to 100 */
	KIND_BOOL,
	KIND_LIST,      /* of strings */
	KIND_FIXES,
};

static const struct name level_words[] = { { LEVEL_LOW, "low" },
	{ LEVEL_MEDIUM, "medium" }, { LEVEL_HIGH, "high" }, { 0, NULL } };
static const struct name who_words[] = { { WHO_USER, "user" },
	{ WHO_CLIENT, "client" }, { WHO_PROXY, "proxy" },
	{ WHO_DIRECTORY, "directory" }, { WHO_NETWORK, "network" },
	{ WHO_CAPTURE, "capture" }, { 0, NULL } };
static const struct name effort_words[] = { { EFFORT_EASY, "easy" },
	{ EFFORT_MEDIUM, "medium" }, { EFFORT_HARD, "hard" }, { 0, NULL } };
static const struct name about_words[] = { { ABOUT_FAILURES, "failures" },
	{ ABOUT_LOGINS, "logins" }, { ABOUT_REFUSED, "refused-connections" },
	{ ABOUT_TLS, "tls-connections" }, { ABOUT_PAC, "pac-fetches" },
	{ ABOUT_STRAY, "stray-connections" },
	{ 0, NULL } };
static const struct name group_words[] = { { GROUP_CLIENT, "client" },
	{ GROUP_PROXY, "proxy" }, { GROUP_AGENT, "agent" }, { 0, NULL } };

enum need { OPTIONAL, REQUIRED, REQUIRED_OF_FAULTS };

#define AT(field) offsetof(struct rule, field)

/* What a rule may have; rules.h has an example of each. */
static const struct key {
	const char *name;
	enum kind kind;
	enum need need;
	size_t offset;
	size_t count_offset;      /* lists */
	const struct name *words; /* KIND_WORD */
} keys[] = {
	{ "id", KIND_NAME, REQUIRED, AT(id), 0, NULL },
	{ "title", KIND_TEXT, REQUIRED, AT(title), 0, NULL },
	{ "about", KIND_WORD, OPTIONAL, AT(about), 0, about_words },
	{ "fault", KIND_BOOL, OPTIONAL, AT(remark), 0, NULL },
	{ "severity", KIND_WORD, REQUIRED, AT(severity), 0, level_words },
	{ "likelihood", KIND_WORD, REQUIRED, AT(likelihood), 0, level_words },
	{ "specificity", KIND_NUMBER, REQUIRED, AT(specificity), 0, NULL },
	{ "group", KIND_WORD, OPTIONAL, AT(group), 0, group_words },
	{ "apart", KIND_TEMPLATE, OPTIONAL, AT(apart), 0, NULL },
	{ "consider", KIND_CONDITION, OPTIONAL, AT(consider), 0, NULL },
	{ "when", KIND_CONDITION, REQUIRED, AT(when), 0, NULL },
	{ "message", KIND_TEMPLATE, REQUIRED, AT(message), 0, NULL },
	{ "why", KIND_TEMPLATE, REQUIRED, AT(why), 0, NULL },
	{ "ruled_out", KIND_TEMPLATE, OPTIONAL, AT(ruled_out), 0, NULL },
	{ "ruled_out_if", KIND_CONDITION, OPTIONAL, AT(ruled_out_if), 0,
	    NULL },
	{ "needs", KIND_TEMPLATE, OPTIONAL, AT(needs), 0, NULL },
	{ "fixes", KIND_FIXES, REQUIRED, AT(fixes), AT(n_fixes), NULL },
	{ "escalate_to", KIND_TEMPLATE, REQUIRED_OF_FAULTS, AT(escalate_to),
	    0, NULL },
	{ "escalate_when", KIND_TEMPLATE, REQUIRED_OF_FAULTS,
	    AT(escalate_when), 0, NULL },
	{ "verify", KIND_TEMPLATE, REQUIRED, AT(verify), 0, NULL },
	{ "references", KIND_LIST, REQUIRED, AT(references),
	    AT(n_references), NULL },
	{ "fires", KIND_LIST, OPTIONAL, AT(fires), AT(n_fires), NULL },
	{ "silent", KIND_LIST, OPTIONAL, AT(silent), AT(n_silent), NULL },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static void load_value(struct loader *l, const struct key *key,
    yaml_node_t *node, struct rule *rule);

static const struct key *
key_named(struct span name)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (span_eq(name, span_of_str(keys[i].name)))
			return &keys[i];
	return NULL;
}

static void
check_complete(struct loader *l, const yaml_node_t *node,
    const struct rule *rule, const bool *seen)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		bool needed = keys[i].need == REQUIRED ||
		    (keys[i].need == REQUIRED_OF_FAULTS && !rule->remark);

		if (needed && !seen[i])
			loader_fault(l, loader_place(node),
			    "'%s' is missing%s%s", keys[i].name,
			    rule->id != NULL ? " in " : "",
			    rule->id != NULL ? rule->id : "");
	}
}

void
loader_rule(struct loader *l, yaml_node_t *node, enum cause cause)
{
	struct rule *rule = arena_new(&l->rules->arena, sizeof(*rule));
	bool seen[N_KEYS] = { false };

	l->rule_faults = 0;
	rule->cause = cause;
	rule->file = l->file;
	rule->line = loader_place(node).line;
	if (node->type != YAML_MAPPING_NODE) {
		loader_fault(l, loader_place(node), "expected a rule here");
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *name = loader_node(l, pair->key);
		const struct key *key = key_named(loader_scalar(name));

		if (key == NULL) {
			loader_fault(l, loader_place(name),
			    "a rule has no key '%.*s'",
			    (int)(loader_scalar(name).len < 60
			            ? loader_scalar(name).len
			            : 60),
			    span_is_set(loader_scalar(name))
			        ? (const char *)loader_scalar(name).at
			        : "");
			continue;
		}
		if (seen[key - keys]) {
			loader_fault(l, loader_place(name),
			    "'%s' a second time", key->name);
			continue;
		}
		seen[key - keys] = true;
		load_value(l, key, loader_node(l, pair->value), rule);
	}
	check_complete(l, node, rule, seen);
	if (rule->about == ABOUT_LOGINS && !rule->remark)
		loader_fault(l, loader_place(node),
		    "a rule about logins is a remark: write 'fault: false'");
	if (rule->apart != NULL && rule->group != GROUP_PROXY)
		loader_fault(l, loader_place(node),
		    "'apart' needs 'group: proxy'");
	if (l->rule_faults == 0 && cause != CAUSE_NONE)
		rules_add(l->rules, rule);
}

const char *
loader_text(struct loader *l, const yaml_node_t *node, const char *key)
{
	struct span s = span_trim(loader_scalar(node));

	if (!span_is_set(s)) {
		loader_fault(l, loader_place(node), "'%s' must be a text", key);
		return NULL;
	}
	if (s.len == 0 || memchr(s.at, '\0', s.len) != NULL) {
		loader_fault(l, loader_place(node), "'%s' is empty", key);
		return NULL;
	}
	return arena_str(&l->rules->arena, s);
}

uint64_t
loader_word(struct loader *l, const yaml_node_t *node, const char *key,
    const struct name *words)
{
	struct span s = loader_scalar(node);
	struct text choices = { .limit = 120 };
	uint64_t value = 0;

	if (span_is_set(s) && names_value(words, s, &value))
		return value;
	for (const struct name *w = words; w->name != NULL; w++)
		text_fmt(&choices, "%s%s", w == words ? "" : ", ", w->name);
	loader_fault(l, loader_place(node), "'%s' must be one of: %s", key,
	    text_get(&choices));
	text_fini(&choices);
	return 0;
}

/* -- values -- */

/* A fault inside a text: where it stands in the file. */
static void
fault_inside(struct loader *l, const yaml_node_t *node,
    const struct condition_fault *fault)
{
	/* Leading space was trimmed: nobody counts it. */
	loader_fault(l,
	    place_inside(l->bytes, loader_place(node),
	        span_trim(loader_scalar(node)), fault->offset),
	    "%s", fault->text);
}

void
loader_condition(struct loader *l, const yaml_node_t *node,
    const char *text)
{
	struct condition_fault fault;
	struct arena scratch = { 0 };

	if (condition_parse(span_of_str(text), &scratch, &fault) == NULL)
		fault_inside(l, node, &fault);
	arena_fini(&scratch);
}

void
loader_template(struct loader *l, const yaml_node_t *node, const char *text)
{
	struct condition_fault fault;

	if (!template_check(text, &fault))
		fault_inside(l, node, &fault);
}

void
loader_id(struct loader *l, const yaml_node_t *node, const char *id)
{
	for (const char *c = id; *c != '\0'; c++)
		if (!islower((unsigned char)*c) &&
		    !isdigit((unsigned char)*c) && *c != '-') {
			loader_fault(l, loader_place(node),
			    "an id has lower case "
			    "letters, digits and dashes only");
			break;
		}
}

static void
check_new(struct loader *l, const yaml_node_t *node, const char *id)
{
	const struct rule *other = rules_find(l->rules, id);

	loader_id(l, node, id);
	if (other != NULL)
		loader_fault(l, loader_place(node),
		    "the id '%s' is taken (%s:%zu)", id, other->file,
		    other->line);
}

const char *const *
loader_list(struct loader *l, const yaml_node_t *node, const char *key,
    size_t *n_items)
{
	const char *items[MAX_ITEMS];
	size_t n = 0;

	*n_items = 0;
	if (node->type != YAML_SEQUENCE_NODE) {
		loader_fault(l, loader_place(node), "'%s' must be a list",
		    key);
		return NULL;
	}
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++) {
		const char *text = loader_text(l, loader_node(l, *item), key);

		if (n == MAX_ITEMS) {
			loader_fault(l, loader_place(node), "'%s' is too long",
			    key);
			break;
		}
		if (text != NULL)
			items[n++] = text;
	}

	const char **kept = arena_new(&l->rules->arena,
	    (n + 1) * sizeof(*kept));

	memcpy(kept, items, n * sizeof(*kept));
	*n_items = n;
	return kept;
}

static void
load_list(struct loader *l, const struct key *key, const yaml_node_t *node,
    struct rule *rule)
{
	size_t n;
	const char *const *kept = loader_list(l, node, key->name, &n);

	if (kept == NULL)
		return;
	if (n == 0 && key->need == REQUIRED)
		loader_fault(l, loader_place(node), "'%s' is empty", key->name);
	*(const char *const **)(void *)((char *)rule + key->offset) = kept;
	*(size_t *)(void *)((char *)rule + key->count_offset) = n;
}

static void
load_fix(struct loader *l, const yaml_node_t *node, struct fix *fix)
{
	bool who = false, effort = false;

	if (node->type != YAML_MAPPING_NODE) {
		loader_fault(l, loader_place(node),
		    "expected a fix with 'who', 'effort' and 'do' here");
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *name = loader_node(l, pair->key);
		yaml_node_t *value = loader_node(l, pair->value);

		if (span_eq(loader_scalar(name), SPAN("who")) && !who) {
			who = true;
			fix->who = (enum who_acts)loader_word(l, value, "who",
			    who_words);
		} else if (span_eq(loader_scalar(name), SPAN("effort")) &&
		    !effort) {
			effort = true;
			fix->effort = (enum effort)loader_word(l, value,
			    "effort", effort_words);
		} else if (span_eq(loader_scalar(name), SPAN("do")) &&
		    fix->what == NULL) {
			fix->what = loader_text(l, value, "do");
			if (fix->what != NULL)
				loader_template(l, value, fix->what);
		} else {
			loader_fault(l, loader_place(name),
			    "a fix has one 'who', one "
			    "'effort' and one 'do'");
		}
	}
	if (!who || !effort || fix->what == NULL)
		loader_fault(l, loader_place(node),
		    "a fix needs 'who', 'effort' and 'do'");
}

static void
load_fixes(struct loader *l, const yaml_node_t *node, struct rule *rule)
{
	struct fix fixes[MAX_ITEMS] = { { .what = NULL } };
	size_t n = 0;

	if (node->type != YAML_SEQUENCE_NODE ||
	    node->data.sequence.items.start == node->data.sequence.items.top) {
		loader_fault(l, loader_place(node), "'fixes' must be a list");
		return;
	}
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top && n < MAX_ITEMS; item++) {
		yaml_node_t *one = loader_node(l, *item);

		load_fix(l, one, &fixes[n]);
		if (n > 0 && fixes[n].effort < fixes[n - 1].effort)
			loader_fault(l, loader_place(one),
			    "fixes stand in order of effort, easy ones first");
		n++;
	}

	struct fix *kept = arena_new(&l->rules->arena, n * sizeof(*kept));

	memcpy(kept, fixes, n * sizeof(*kept));
	rule->fixes = kept;
	rule->n_fixes = n;
}

static void
load_text(struct loader *l, const struct key *key, const yaml_node_t *node,
    struct rule *rule)
{
	const char *text = loader_text(l, node, key->name);

	if (text == NULL)
		return;
	*(const char **)(void *)((char *)rule + key->offset) = text;
	if (key->kind == KIND_NAME)
		check_new(l, node, text);
	if (key->kind == KIND_CONDITION)
		loader_condition(l, node, text);
	if (key->kind == KIND_TEMPLATE)
		loader_template(l, node, text);
}

static void
load_number(struct loader *l, const struct key *key, const yaml_node_t *node,
    struct rule *rule)
{
	uint64_t value;

	if (!span_is_set(loader_scalar(node)) ||
	    !span_decimal(loader_scalar(node), &value) || value < 1 ||
	    value > 100) {
		loader_fault(l, loader_place(node),
		    "'%s' must be a number from 1 to 100", key->name);
		return;
	}
	*(unsigned *)(void *)((char *)rule + key->offset) = (unsigned)value;
}

static void
load_value(struct loader *l, const struct key *key, yaml_node_t *node,
    struct rule *rule)
{
	static const struct name yes_no[] = { { 1, "true" }, { 0, "false" },
		{ 0, NULL } };

	switch (key->kind) {
	case KIND_TEXT:
	case KIND_TEMPLATE:
	case KIND_CONDITION:
	case KIND_NAME:
		load_text(l, key, node, rule);
		break;
	case KIND_WORD:
		/* The enums of struct rule are all of this size. */
		*(unsigned *)(void *)((char *)rule + key->offset) =
		    (unsigned)loader_word(l, node, key->name, key->words);
		break;
	case KIND_NUMBER:
		load_number(l, key, node, rule);
		break;
	case KIND_BOOL:
		rule->remark = loader_word(l, node, key->name, yes_no) == 0;
		break;
	case KIND_LIST:
		load_list(l, key, node, rule);
		break;
	case KIND_FIXES:
		load_fixes(l, node, rule);
		break;
	}
}
