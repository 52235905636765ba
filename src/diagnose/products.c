/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/products.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/condition.h"
#include "diagnose/ruleset.h"

/* Answers of one attempt that are looked at. */
#define MAX_ANSWERS 16

static const char *const kind_names[] = {
	[PRODUCT_PROXY] = "proxy",
	[PRODUCT_GATEWAY] = "gateway",
	[PRODUCT_BALANCER] = "balancer",
	[PRODUCT_HELPER] = "helper",
};

static const char *const known_names[] = {
	[KNOWN_SEEN] = "seen",
	[KNOWN_DOCUMENTED] = "documented",
	[KNOWN_SAID] = "said",
};

/* As a person would find it in the answer. */
static const char *const field_names[] = {
	[SIGN_SERVER] = "Server",
	[SIGN_VIA] = "Via",
	[SIGN_PROXY_AGENT] = "Proxy-Agent",
	[SIGN_VENDOR_ERROR] = "X-Squid-Error",
	[SIGN_X_CACHE] = "X-Cache",
	[SIGN_STATUS] = "status",
	[SIGN_TITLE] = "title of the page",
	[SIGN_REALM] = "realm",
	[SIGN_OFFERS] = "offers",
	[SIGN_NTLM_VERSION] = "version in the type 2",
	[SIGN_NTLM_COMPUTER] = "computer in the type 2",
};

const char *
product_kind_name(enum product_kind k)
{
	return kind_names[k];
}

const char *
product_known_name(enum product_known k)
{
	return known_names[k];
}

const char *
sign_field_name(enum sign_field f)
{
	return field_names[f];
}

size_t
products_count(const struct rules *r)
{
	return r->n_products;
}

const struct ready_product *
products_at(const struct rules *r, size_t i)
{
	return &r->products[i];
}

const struct product *
products_find(const struct rules *r, const char *id)
{
	for (size_t i = 0; i < r->n_products; i++)
		if (strcmp(r->products[i].product->id, id) == 0)
			return r->products[i].product;
	return NULL;
}

void
products_add(struct rules *r, const struct product *p)
{
	struct ready_product ready = { .product = p };
	struct condition_fault fault;

	for (size_t i = 0; i < p->n_advice; i++) {
		if (p->advice[i].when == NULL)
			continue;
		ready.when[i] = condition_parse(
		    span_of_str(p->advice[i].when), &r->arena, &fault);
		if (ready.when[i] == NULL)
			return;
	}
	if (r->n_products == r->products_room) {
		r->products_room =
		    r->products_room > 0 ? r->products_room * 2 : 32;
		r->products = memory_grow(r->products, r->products_room,
		    sizeof(*r->products));
	}
	r->products[r->n_products++] = ready;
}

/* -- what an answer says -- */

/* After the last comma: each proxy adds itself at the end. */
static struct span
last_entry(const char *list)
{
	struct span s = span_of_str(list);

	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == ',')
			return span_trim(span_from(s, i));
	return span_trim(s);
}

static void
add_offers(struct text *t, const struct observed_response *p)
{
	for (size_t i = 0; i < p->n_challenges; i++)
		text_fmt(t, "%s%s", i > 0 ? ", " : "",
		    p->challenges[i].scheme_name != NULL
		        ? p->challenges[i].scheme_name
		        : "");
}

/* Of the i-th challenge; NULL where it says nothing of the kind. */
static const char *
said_in_challenge(const struct token *t, enum sign_field field)
{
	switch (field) {
	case SIGN_REALM:
		return t->realm;
	case SIGN_NTLM_VERSION:
		return t->ntlm->os_version;
	case SIGN_NTLM_COMPUTER:
		return t->ntlm->nb_computer;
	default:
		return NULL;
	}
}

static bool
in_challenges(enum sign_field field)
{
	return field == SIGN_REALM || field == SIGN_NTLM_VERSION ||
	    field == SIGN_NTLM_COMPUTER;
}

static struct span
said_in_head(const struct observed_response *p, enum sign_field field,
    struct text *scratch)
{
	switch (field) {
	case SIGN_SERVER:
		return span_of_str(p->server);
	case SIGN_VIA:
		return last_entry(p->via);
	case SIGN_PROXY_AGENT:
		return span_of_str(p->proxy_agent);
	case SIGN_VENDOR_ERROR:
		return span_of_str(p->vendor_error);
	case SIGN_X_CACHE:
		return span_of_str(p->x_cache);
	case SIGN_STATUS:
		text_clear(scratch);
		text_fmt(scratch, "%u %s", p->status,
		    p->reason != NULL ? p->reason : "");
		return text_span(scratch);
	case SIGN_TITLE:
		return span_of_str(p->body_title);
	case SIGN_OFFERS:
		text_clear(scratch);
		add_offers(scratch, p);
		return text_span(scratch);
	default:
		return (struct span){ 0 };
	}
}

/* Where what the sign names ends in the value; 0: it does not fit. */
static size_t
fits(const struct sign *sign, struct span value)
{
	struct span want = span_of_str(sign->value);
	size_t at;

	if (!span_is_set(value) || want.len == 0)
		return 0;
	switch (sign->match) {
	case MATCH_IS:
		return span_eq_nocase(value, want) ? want.len : 0;
	case MATCH_STARTS:
		return span_starts_nocase(value, want) ? want.len : 0;
	case MATCH_CONTAINS:
		at = span_find_nocase(value, want);
		return at < value.len ? at + want.len : 0;
	case MATCH_ABSENT:
		break;
	}
	return 0;
}

/* "squid" in "squid/5.7 (x)": what follows a slash or a space is "5.7". */
static void
take_version(struct product_match *m, struct span rest)
{
	size_t n = 0;

	if (m->version[0] != '\0' || rest.len == 0)
		return;
	if (rest.at[0] == '/' || rest.at[0] == ' ')
		rest = span_from(rest, 1);
	while (n < rest.len && n < sizeof(m->version) - 1 &&
	    (isdigit(rest.at[n]) || (n > 0 && rest.at[n] == '.')))
		n++;
	while (n > 0 && rest.at[n - 1] == '.')
		n--;
	memcpy(m->version, rest.at, n);
	m->version[n] = '\0';
}

static bool
sign_fits(const struct sign *sign, const struct observed_response *p,
    struct text *scratch, struct product_match *m)
{
	bool there = false;

	if (in_challenges(sign->field)) {
		for (size_t i = 0; i < p->n_challenges; i++) {
			struct span value = span_of_str(
			    said_in_challenge(&p->challenges[i], sign->field));

			there |= span_is_set(value);
			if (fits(sign, value) > 0)
				return true;
		}
		return sign->match == MATCH_ABSENT && !there;
	}

	struct span value = said_in_head(p, sign->field, scratch);
	size_t end = fits(sign, value);

	if (end > 0 && sign->match != MATCH_IS)
		take_version(m, span_from(value, end));
	return end > 0 ||
	    (sign->match == MATCH_ABSENT && !span_is_set(value));
}

/* An origin may write all others. */
static bool
proxy_writes(enum sign_field field)
{
	return field == SIGN_VIA || field == SIGN_PROXY_AGENT;
}

static struct product_match
match_of(const struct product *product, const struct observed_response *p,
    bool own, struct text *scratch)
{
	struct product_match m = { .product = product, .response = p };
	unsigned hints = 0, fields = 0;
	bool there = false; /* nobody is known by what is missing alone */

	for (size_t i = 0; i < product->n_signs; i++) {
		const struct sign *sign = &product->signs[i];

		if ((!own && !proxy_writes(sign->field)) ||
		    !sign_fits(sign, p, scratch, &m))
			continue;
		there |= sign->match != MATCH_ABSENT;
		m.signs |= 1u << i;
		m.proof |= sign->proof;
		hints += (fields & (1u << sign->field)) == 0;
		fields |= 1u << sign->field;
	}
	return m.proof || (there && hints >= 2) ? m
	                                       : (struct product_match){ 0 };
}

struct product_match
product_of_response(const struct rules *r,
    const struct observed_response *response, bool own_401)
{
	struct product_match best = { 0 };
	struct text scratch = { .limit = 1000 };

	if (response == NULL || !response->seen)
		return best;

	bool own = response->status == 407 ||
	    (response->status == 401 && own_401);

	for (size_t i = 0; i < r->n_products && !best.proof; i++) {
		struct product_match m = match_of(r->products[i].product,
		    response, own, &scratch);

		if (product_better(&m, &best))
			best = m;
	}
	text_fini(&scratch);
	return best;
}

/* -- of an attempt -- */

bool
product_better(const struct product_match *x, const struct product_match *y)
{
	if (x->product == NULL || y->product == NULL)
		return x->product != NULL && y->product == NULL;
	return x->proof && !y->proof;
}

static bool
same_title(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* All that product_of_response() asks for. */
static bool
alike(const struct observed_response *a, const struct observed_response *b)
{
	return a->manner == b->manner && a->status == b->status &&
	    same_title(a->body_title, b->body_title);
}

static struct product_match
recall(const struct rules *r, const struct observed_response *p, bool own_401,
    struct product_memory *known)
{
	size_t n = sizeof(known->places) / sizeof(known->places[0]);

	/* Else its challenges are its own. */
	if (p == NULL || p->manner == NULL || !p->manner->has_challenges)
		return product_of_response(r, p, own_401);

	size_t at = ((uintptr_t)p->manner >> 4) % n;
	const struct observed_response *last = known->places[at].response;

	if (last == NULL || !alike(last, p) ||
	    known->places[at].own_401 != own_401) {
		known->places[at].response = p;
		known->places[at].own_401 = own_401;
		known->places[at].match = product_of_response(r, p, own_401);
	}
	return known->places[at].match;
}

struct product_match
product_of_attempt(const struct rules *r, const struct attempt *a,
    struct product_memory *known)
{
	struct product_match best = recall(r, a->response, a->said_401, known);
	unsigned n = 0;

	if (best.proof && a->response->status == 407)
		return best;
	LIST_EACH (link, &a->observations) {
		const struct observation *o =
		    LIST_OBJECT(link, struct observation, link);

		if (o->kind != OBSERVE_EXCHANGE || ++n > MAX_ANSWERS)
			continue;

		struct product_match m =
		    recall(r, &o->response, a->said_401, known);

		if (product_better(&m, &best))
			best = m;
	}
	return best;
}

enum level
product_confidence(const struct product_match *m)
{
	int sure = m->product->known == KNOWN_SEEN ? LEVEL_HIGH
	    : m->product->known == KNOWN_DOCUMENTED ? LEVEL_MEDIUM
	                                            : LEVEL_LOW;

	return (enum level)(m->proof || sure == LEVEL_LOW ? sure : sure - 1);
}

void
product_words(struct text *t, const struct product_match *m)
{
	if (m->product == NULL)
		return;
	text_str(t, m->product->name);
	if (m->version[0] != '\0')
		text_fmt(t, " %s", m->version);
}

/* Others hold names of hosts: what the sign asks for is enough of them. */
static bool
is_plain(const struct sign *sign)
{
	return sign->match != MATCH_ABSENT && !in_challenges(sign->field) &&
	    sign->field != SIGN_VIA && sign->field != SIGN_X_CACHE;
}

void
product_signs(struct text *t, const struct product_match *m)
{
	struct text scratch = { .limit = 1000 };
	bool any = false;

	for (size_t i = 0; m->product != NULL && i < m->product->n_signs;
	     i++) {
		const struct sign *sign = &m->product->signs[i];
		struct span value = is_plain(sign)
		    ? said_in_head(m->response, sign->field, &scratch)
		    : span_of_str(sign->value);

		if ((m->signs & (1u << i)) == 0)
			continue;
		text_fmt(t, "%s%s", any ? "; " : "",
		    field_names[sign->field]);
		if (span_is_set(value))
			text_str(t, ": ");
		else
			text_str(t, " is not there");
		text_add(t, value);
		any = true;
	}
	text_fini(&scratch);
}

void
product_explain(const struct product *p, struct text *t)
{
	static const char *const verbs[] = { [MATCH_IS] = "is",
		[MATCH_STARTS] = "starts", [MATCH_CONTAINS] = "contains",
		[MATCH_ABSENT] = "is not there" };

	text_fmt(t, "%s: %s\n", p->id, p->name);
	text_fmt(t, "    kind         %s\n", kind_names[p->kind]);
	text_fmt(t, "    known        %s\n", known_names[p->known]);
	text_fmt(t, "    from         %s:%zu\n", p->file, p->line);
	text_str(t, "\nSigns (one proof, or two hints)\n");
	for (size_t i = 0; i < p->n_signs; i++) {
		const struct sign *sign = &p->signs[i];

		text_fmt(t, "    %s: %s %s", sign->proof ? "proof" : "hint",
		    field_names[sign->field], verbs[sign->match]);
		if (sign->value != NULL)
			text_fmt(t, " \"%s\"", sign->value);
		text_char(t, '\n');
	}
	if (p->n_advice > 0)
		text_str(t, "\nWhat is special about it\n");
	for (size_t i = 0; i < p->n_advice; i++) {
		if (p->advice[i].when != NULL)
			text_fmt(t, "    where %s:\n    ", p->advice[i].when);
		text_fmt(t, "    %s\n", p->advice[i].say);
	}
	text_str(t, "\nReferences\n");
	for (size_t i = 0; i < p->n_references; i++)
		text_fmt(t, "    %s\n", p->references[i]);
}
