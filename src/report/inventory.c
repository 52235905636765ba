/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/inventory.h"

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/tally.h"

#define ETYPE_RC4     23 /* RFC 8429: deprecated */
#define ETYPE_RC4_EXP 24

/* An attempt and what it is counted under. */
struct item {
	const struct attempt *attempt;
	const char *method, *remark;
	size_t place; /* first attempt at the same proxy */
	size_t index;
};

static const char in_clear[] = "the password can be read on the way";
static const char old_ntlm[] =
    "a version that is easily broken; directories refuse it by default";
static const char any_ntlm[] = "NTLM is being withdrawn";
static const char md5[] = "MD5; RFC 7616 wants SHA-256";
static const char rc4[] = "RC4 tickets; directories stop giving them out";

static const char *
put(struct arena *arena, const char *before, const char *what,
    const char *after)
{
	struct text t = { .limit = 120 };

	text_fmt(&t, "%s%s%s", before, what, after);

	const char *s = arena_str(arena, text_span(&t));

	text_fini(&t);
	return s;
}

static const char *
ntlm_method(const struct attempt *a, struct arena *arena,
    const char **remark)
{
	enum ntlm_version v = a->authenticate != NULL
	    ? a->authenticate->ntlm->version
	    : NTLM_VERSION_NONE;
	bool old = v == NTLM_VERSION_LM || v == NTLM_VERSION_1 ||
	    v == NTLM_VERSION_1_ESS;
	const char *name = v == NTLM_VERSION_NONE
	    ? "NTLM (no type 3 seen)"
	    : ntlm_version_name(v);

	*remark = old ? old_ntlm : any_ntlm;
	return a->scheme == ATTEMPT_NEGOTIATE_NTLM
	    ? put(arena, name, " inside Negotiate", "")
	    : name;
}

static const char *
kerberos_method(const struct attempt *a, struct arena *arena,
    const char **remark)
{
	const struct token *t = a->credentials;
	int etype = t != NULL && t->kind == TOKEN_AP_REQ
	    ? t->kerberos->ticket_etype
	    : -1;
	const char *name = kerberos_etype_name(etype);

	if (etype == ETYPE_RC4 || etype == ETYPE_RC4_EXP)
		*remark = rc4;
	return name != NULL ? put(arena, "Kerberos (", name, ")")
	                    : "Kerberos";
}

const char *
inventory_method(const struct attempt *a, struct arena *arena,
    const char **remark)
{
	const struct token *t = a->credentials;

	*remark = NULL;
	switch (a->scheme) {
	case ATTEMPT_NONE:
		return NULL;
	case ATTEMPT_BASIC:
		*remark = in_clear;
		return "Basic";
	case ATTEMPT_DIGEST:
		if (t == NULL || t->digest->algorithm == NULL ||
		    span_starts_nocase(span_of_str(t->digest->algorithm),
		        SPAN("MD5")))
			*remark = md5;
		return put(arena, "Digest (",
		    t != NULL && t->digest->algorithm != NULL
		        ? t->digest->algorithm
		        : "MD5", ")");
	case ATTEMPT_BEARER:
		if (t == NULL || !t->bearer->is_jwt)
			return "Bearer (opaque)";
		return put(arena, "Bearer (JWT ", t->bearer->alg, ")");
	case ATTEMPT_NTLM:
	case ATTEMPT_NEGOTIATE_NTLM:
		return ntlm_method(a, arena, remark);
	case ATTEMPT_NEGOTIATE_KERBEROS:
		return kerberos_method(a, arena, remark);
	case ATTEMPT_OTHER:
		break;
	}
	return a->scheme_name;
}

static int
proxy_order(const struct attempt *a, const struct attempt *b)
{
	const struct connection *x = &a->connection, *y = &b->connection;
	int d = memcmp(&x->proxy, &y->proxy, sizeof(x->proxy));

	return d != 0 ? d : (int)x->proxy_port - (int)y->proxy_port;
}

static int
by_proxy(const void *left, const void *right)
{
	const struct item *x = left, *y = right;
	int d = proxy_order(x->attempt, y->attempt);

	if (d != 0)
		return d;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int
by_row(const void *left, const void *right)
{
	const struct item *x = left, *y = right;
	int d;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	d = strcmp(x->method, y->method);
	if (d != 0)
		return d;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Items of one proxy and one method, in order. */
static void
fill_row(struct inventory_row *row, const struct item *items, size_t n,
    struct arena *arena)
{
	const struct attempt **list = memory_new(n, sizeof(*list));
	struct finding names = { .attempts = list, .n_attempts = n };
	const struct connection *c = &items[0].attempt->connection;

	*row = (struct inventory_row){ .proxy = c->proxy,
		.port = c->proxy_port,
		.method = items[0].method,
		.remark = items[0].remark,
		.attempts = (unsigned)n,
		.first = items[0].attempt->start,
		.last = items[0].attempt->end };
	for (size_t i = 0; i < n; i++) {
		const struct attempt *a = items[i].attempt;

		list[i] = a;
		row->authenticated += a->outcome == OUTCOME_AUTHENTICATED;
		row->last = a->end > row->last ? a->end : row->last;
	}
	tally_attempts(&names, arena);
	row->clients = names.clients;
	row->users = names.users;
	row->agents = names.agents;
	row->targets = names.targets;
	row->applications = names.applications;
	free(list);
}

/* The items that have a method, ordered for rows; how many. */
static size_t
sort_items(struct item *items, struct attempt *const *attempts,
    size_t n_attempts, struct arena *arena)
{
	size_t n = 0;

	for (size_t i = 0; i < n_attempts; i++) {
		struct item x = { .attempt = attempts[i], .index = i };

		x.method = inventory_method(x.attempt, arena, &x.remark);
		if (x.method != NULL)
			items[n++] = x;
	}
	qsort(items, n, sizeof(*items), by_proxy);
	for (size_t i = 0; i < n; i++)
		items[i].place = i > 0 && proxy_order(items[i - 1].attempt,
		        items[i].attempt) == 0
		    ? items[i - 1].place
		    : items[i].index;
	qsort(items, n, sizeof(*items), by_row);
	return n;
}

const struct inventory_row *
inventory_of(struct attempt *const *attempts, size_t n_attempts,
    struct arena *arena, size_t *n)
{
	struct item *items = memory_new(n_attempts + 1, sizeof(*items));
	size_t n_items = sort_items(items, attempts, n_attempts, arena);
	size_t rows = 0;

	for (size_t i = 0; i < n_items; i++)
		rows += i == 0 || items[i].place != items[i - 1].place ||
		    strcmp(items[i].method, items[i - 1].method) != 0;
	if (rows > limit_of(LIMIT_ROWS)) {
		limit_hit(LIMIT_ROWS);
		rows = limit_of(LIMIT_ROWS);
	}

	struct inventory_row *out = arena_new(arena, (rows + 1) * sizeof(*out));

	*n = 0;
	for (size_t i = 0, end; i < n_items && *n < rows; i = end) {
		for (end = i + 1; end < n_items &&
		     items[end].place == items[i].place &&
		     strcmp(items[end].method, items[i].method) == 0;)
			end++;
		fill_row(&out[(*n)++], items + i, end - i, arena);
	}
	free(items);
	return out;
}
