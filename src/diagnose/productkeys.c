/* SPDX-License-Identifier: BSD-2-Clause */
/* One product: its keys, its signs, its advice. */
#include "diagnose/loader.h"
#include "diagnose/products.h"

static const struct name kind_words[] = { { PRODUCT_PROXY, "proxy" },
	{ PRODUCT_GATEWAY, "gateway" }, { PRODUCT_BALANCER, "balancer" },
	{ PRODUCT_HELPER, "helper" }, { 0, NULL } };
static const struct name known_words[] = { { KNOWN_SEEN, "seen" },
	{ KNOWN_DOCUMENTED, "documented" }, { KNOWN_SAID, "said" },
	{ 0, NULL } };
static const struct name weight_words[] = { { 1, "proof" }, { 0, "hint" },
	{ 0, NULL } };
static const struct name match_words[] = { { MATCH_IS, "is" },
	{ MATCH_STARTS, "starts" }, { MATCH_CONTAINS, "contains" },
	{ MATCH_ABSENT, "absent" }, { 0, NULL } };
static const struct name true_words[] = { { 1, "true" }, { 0, NULL } };
static const struct name field_words[] = { { SIGN_SERVER, "server" },
	{ SIGN_VIA, "via" }, { SIGN_PROXY_AGENT, "proxy-agent" },
	{ SIGN_VENDOR_ERROR, "vendor-error" }, { SIGN_X_CACHE, "x-cache" },
	{ SIGN_STATUS, "status" }, { SIGN_TITLE, "title" },
	{ SIGN_REALM, "realm" }, { SIGN_OFFERS, "offers" },
	{ SIGN_NTLM_VERSION, "ntlm-version" },
	{ SIGN_NTLM_COMPUTER, "ntlm-computer" }, { 0, NULL } };

/* What a mapping has: names of keys, and their nodes. */
struct entry {
	const char *key;
	bool required;
	yaml_node_t *name, *value;
};

/* Lay the pairs of a mapping to entries; false, and faults, if any is
 * unknown, twice there, or missing. */
static bool
read_entries(struct loader *l, yaml_node_t *node, const char *what,
    struct entry *entries, size_t n)
{
	size_t faults = l->faults;

	if (node->type != YAML_MAPPING_NODE) {
		loader_fault(l, loader_place(node), "expected %s here", what);
		return false;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *name = loader_node(l, pair->key);
		struct span s = loader_scalar(name);
		struct entry *found = NULL;

		for (size_t i = 0; i < n && found == NULL; i++)
			if (span_eq(s, span_of_str(entries[i].key)))
				found = &entries[i];
		if (found == NULL)
			loader_fault(l, loader_place(name),
			    "%s has no key '%.*s'", what,
			    (int)(s.len < 60 ? s.len : 60),
			    span_is_set(s) ? (const char *)s.at : "");
		else if (found->name != NULL)
			loader_fault(l, loader_place(name),
			    "'%s' a second time", found->key);
		else
			*found = (struct entry){ found->key, found->required,
				name, loader_node(l, pair->value) };
	}
	for (size_t i = 0; i < n; i++)
		if (entries[i].required && entries[i].value == NULL)
			loader_fault(l, loader_place(node), "'%s' is missing",
			    entries[i].key);
	return l->faults == faults;
}

static void
load_sign(struct loader *l, yaml_node_t *node, struct sign *sign)
{
	enum { FIELD, WEIGHT, IS, STARTS, CONTAINS, ABSENT, N };
	struct entry e[N] = { { .key = "field", .required = true },
		{ .key = "weight", .required = true }, { .key = "is" },
		{ .key = "starts" }, { .key = "contains" },
		{ .key = "absent" } };
	unsigned matches = 0;

	if (!read_entries(l, node, "a sign", e, N))
		return;
	sign->field = (enum sign_field)loader_word(l, e[FIELD].value, "field",
	    field_words);
	sign->proof =
	    loader_word(l, e[WEIGHT].value, "weight", weight_words) != 0;
	for (size_t i = IS; i < N; i++) {
		uint64_t match = MATCH_IS;

		if (e[i].value == NULL)
			continue;
		matches++;
		names_value(match_words, span_of_str(e[i].key), &match);
		sign->match = (enum sign_match)match;
		if (i == ABSENT)
			loader_word(l, e[i].value, "absent", true_words);
		else
			sign->value = loader_text(l, e[i].value, e[i].key);
	}
	if (matches != 1)
		loader_fault(l, loader_place(node),
		    "a sign has one of: is, starts, contains, absent");
	if (sign->match == MATCH_ABSENT && sign->proof)
		loader_fault(l, loader_place(node),
		    "what is not there proves nothing: write 'weight: hint'");
}

static void
load_advice(struct loader *l, yaml_node_t *node, struct advice *advice)
{
	enum { WHEN, SAY, N };
	struct entry e[N] = { { .key = "when" },
		{ .key = "say", .required = true } };

	if (!read_entries(l, node, "advice", e, N))
		return;
	if (e[WHEN].value != NULL)
		advice->when = loader_text(l, e[WHEN].value, "when");
	if (advice->when != NULL)
		loader_condition(l, e[WHEN].value, advice->when);
	advice->say = loader_text(l, e[SAY].value, "say");
	if (advice->say != NULL)
		loader_template(l, e[SAY].value, advice->say);
}

/* The items of a list, at most `most`; 0, and a fault, if it is none. */
static size_t
items_of(struct loader *l, yaml_node_t *node, const char *key, size_t most)
{
	size_t n;

	if (node->type != YAML_SEQUENCE_NODE) {
		loader_fault(l, loader_place(node), "'%s' must be a list",
		    key);
		return 0;
	}
	n = (size_t)(node->data.sequence.items.top -
	    node->data.sequence.items.start);
	if (n == 0)
		loader_fault(l, loader_place(node), "'%s' is empty", key);
	if (n > most)
		loader_fault(l, loader_place(node),
		    "'%s' has more than %zu", key, most);
	return n > most ? most : n;
}

static void
load_signs(struct loader *l, yaml_node_t *node, struct product *p)
{
	size_t n = items_of(l, node, "signs", PRODUCT_SIGNS);
	struct sign *signs =
	    arena_new(&l->rules->arena, (n + 1) * sizeof(*signs));
	size_t hints = 0, proofs = 0;

	for (size_t i = 0; i < n; i++) {
		load_sign(l,
		    loader_node(l, node->data.sequence.items.start[i]),
		    &signs[i]);
		proofs += signs[i].proof;
		hints += !signs[i].proof;
	}
	if (n > 0 && proofs == 0 && hints < 2)
		loader_fault(l, loader_place(node),
		    "one proof or two hints are needed to tell a product");
	p->signs = signs;
	p->n_signs = n;
}

static void
load_all_advice(struct loader *l, yaml_node_t *node, struct product *p)
{
	size_t n = items_of(l, node, "advice", PRODUCT_ADVICE);
	struct advice *advice =
	    arena_new(&l->rules->arena, (n + 1) * sizeof(*advice));

	for (size_t i = 0; i < n; i++)
		load_advice(l,
		    loader_node(l, node->data.sequence.items.start[i]),
		    &advice[i]);
	p->advice = advice;
	p->n_advice = n;
}

void
loader_product(struct loader *l, yaml_node_t *node)
{
	enum { ID, NAME, KIND, KNOWN, SIGNS, ADVICE, REFERENCES, N };
	struct entry e[N] = { { .key = "product", .required = true },
		{ .key = "name", .required = true },
		{ .key = "kind", .required = true },
		{ .key = "known", .required = true },
		{ .key = "signs", .required = true }, { .key = "advice" },
		{ .key = "references", .required = true } };
	struct product *p = arena_new(&l->rules->arena, sizeof(*p));
	size_t faults = l->faults;

	if (!read_entries(l, node, "a product", e, N))
		return;
	p->file = l->file;
	p->line = loader_place(node).line;
	p->id = loader_text(l, e[ID].value, "product");
	p->name = loader_text(l, e[NAME].value, "name");
	p->kind = (enum product_kind)loader_word(l, e[KIND].value, "kind",
	    kind_words);
	p->known = (enum product_known)loader_word(l, e[KNOWN].value, "known",
	    known_words);
	load_signs(l, e[SIGNS].value, p);
	if (e[ADVICE].value != NULL)
		load_all_advice(l, e[ADVICE].value, p);
	p->references = loader_list(l, e[REFERENCES].value, "references",
	    &p->n_references);
	if (p->id != NULL)
		loader_id(l, e[ID].value, p->id);

	const struct product *other =
	    p->id != NULL ? products_find(l->rules, p->id) : NULL;

	if (other != NULL)
		loader_fault(l, loader_place(e[ID].value),
		    "the product '%s' is taken (%s:%zu)", p->id, other->file,
		    other->line);
	if (l->faults == faults)
		products_add(l->rules, p);
}
