/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/clocks.h"

#include <stdlib.h>

#include "base/memory.h"
#include "witness/kdc.h"

/* Readings looked at; enough for a median. */
#define READINGS_MOST 200000

struct reading {
	struct address host;
	enum clock_source source;
	int64_t offset;
	uint64_t frame;
	size_t place; /* first reading of the same host */
};

struct readings {
	struct reading *at;
	size_t n, room;
};

static const struct {
	const char *name, *proves;
} sources[CLOCK_SOURCES] = {
	[CLOCK_HTTP_DATE] = { "Date of 407 responses", "the proxy's clock" },
	[CLOCK_NTLM_CHALLENGE] = { "NTLM type 2 (challenge)",
	    "the clock of the proxy, or of the directory that made it" },
	[CLOCK_NTLM_RESPONSE] = { "NTLM type 3 (a time of its own)",
	    "the client's clock" },
	[CLOCK_AUTHENTICATOR] = { "Kerberos authenticator (ctime)",
	    "the client's clock" },
	[CLOCK_KRB_ERROR] = { "KRB-ERROR in a 407 (stime)",
	    "the proxy's clock" },
	[CLOCK_KDC] = { "KRB-ERROR of the KDC (stime)", "the KDC's clock" },
	[CLOCK_KDC_CLIENT] = { "KRB-ERROR of the KDC (ctime)",
	    "the client's clock, as the KDC was shown it" },
	[CLOCK_TOKEN_ISSUED] = { "bearer token (iat)",
	    "the issuer's clock when the token was made: it can be old, but "
	    "not ahead" },
};

const char *
clock_source_name(enum clock_source s)
{
	return sources[s].name;
}

const char *
clock_source_proves(enum clock_source s)
{
	return sources[s].proves;
}

static void
add(struct readings *r, const struct address *host, enum clock_source source,
    when_ns shown, when_ns captured, uint64_t frame)
{
	if (shown == WHEN_NONE || shown == 0 || captured == WHEN_NONE ||
	    r->n >= READINGS_MOST)
		return;
	if (r->n == r->room) {
		r->room = r->room * 2 + 64;
		r->at = memory_grow(r->at, r->room, sizeof(*r->at));
	}
	/* What a token shows may be any time. */
	r->at[r->n++] = (struct reading){ *host, source,
		when_between(captured, shown), frame, 0 };
}

static void
read_challenge(struct readings *r, const struct observation *o,
    const struct token *t)
{
	const struct observed_response *p = &o->response;

	if (t->kind == TOKEN_NTLM_CHALLENGE)
		add(r, &o->connection.proxy, CLOCK_NTLM_CHALLENGE,
		    t->ntlm->timestamp, p->head_time, p->frame);
	if (t->kind == TOKEN_KRB_ERROR)
		add(r, &o->connection.proxy, CLOCK_KRB_ERROR,
		    t->kerberos->stime, p->head_time, p->frame);
}

static void
read_exchange(struct readings *r, const struct attempt *a,
    const struct observation *o)
{
	const struct observed_response *p = &o->response;
	const struct observed_request *q = &o->request;
	const struct token *t = q->credentials, *t2 = a->challenge;

	if (p->seen && p->status == 407)
		add(r, &o->connection.proxy, CLOCK_HTTP_DATE, p->date,
		    p->head_time, p->frame);
	for (size_t i = 0; p->seen && i < p->n_challenges; i++)
		read_challenge(r, o, &p->challenges[i]);
	if (!q->seen || t == NULL)
		return;
	if (t->kind == TOKEN_NTLM_AUTHENTICATE &&
	    t->ntlm->timestamp != t->ntlm->av_timestamp &&
	    !(t2 != NULL && t2->ntlm->timestamp == t->ntlm->timestamp))
		add(r, &o->connection.client, CLOCK_NTLM_RESPONSE,
		    t->ntlm->timestamp, q->time, q->frame);
	if (t->opened != NULL)
		add(r, &o->connection.client, CLOCK_AUTHENTICATOR,
		    t->opened->ctime, q->time, q->frame);
	if (t->kind == TOKEN_BEARER)
		add(r, &o->connection.client, CLOCK_TOKEN_ISSUED,
		    t->bearer->iat, q->time, q->frame);
}

static void
read_kdc(struct readings *r, const struct witness_record *w)
{
	const struct kdc_record *k = w->saw.kdc;

	add(r, &w->server, CLOCK_KDC, k->stime, k->answer_time,
	    k->answer_frame);
	add(r, &w->client, CLOCK_KDC_CLIENT, k->ctime,
	    k->request_time != WHEN_NONE ? k->request_time : k->answer_time,
	    k->answer_frame);
}

static int
by_host(const void *left, const void *right)
{
	const struct reading *x = left, *y = right;
	int d = memcmp(&x->host, &y->host, sizeof(x->host));

	if (d != 0)
		return d;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static int
by_row(const void *left, const void *right)
{
	const struct reading *x = left, *y = right;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static struct clock_row
row_of(const struct reading *at, size_t n)
{
	struct clock_row row = { .host = at[0].host,
		.source = at[0].source,
		.n = n,
		.median_ns = at[n / 2].offset,
		.least_ns = at[0].offset,
		.most_ns = at[n - 1].offset,
		.frame = at[0].frame };

	for (size_t i = 1; i < n; i++)
		if (at[i].frame < row.frame)
			row.frame = at[i].frame;
	return row;
}

/* Hosts in the order in which they appear, for by_row(). */
static void
place_hosts(struct readings *r)
{
	qsort(r->at, r->n, sizeof(*r->at), by_host);
	for (size_t i = 0; i < r->n; i++)
		r->at[i].place = i > 0 &&
		        memcmp(&r->at[i - 1].host, &r->at[i].host,
		            sizeof(r->at[i].host)) == 0
		    ? r->at[i - 1].place
		    : r->at[i].frame;
	qsort(r->at, r->n, sizeof(*r->at), by_row);
}

static bool
same_row(const struct reading *x, const struct reading *y)
{
	return x->source == y->source &&
	    memcmp(&x->host, &y->host, sizeof(x->host)) == 0;
}

const struct clock_row *
clocks_of(struct attempt *const *attempts, size_t n_attempts,
    const struct testimony *witnesses, struct arena *arena, size_t *n)
{
	struct readings r = { 0 };
	size_t rows = 0, n_kdc = 0;
	const struct witness_record *const *kdc = witnesses != NULL
	    ? testimony_of(witnesses, WITNESS_KDC, &n_kdc)
	    : NULL;

	for (size_t i = 0; i < n_attempts; i++)
		LIST_EACH (link, &attempts[i]->observations)
			read_exchange(&r, attempts[i],
			    LIST_OBJECT(link, struct observation, link));
	for (size_t i = 0; i < n_kdc; i++)
		read_kdc(&r, kdc[i]);
	*n = 0;
	if (r.n == 0)
		return NULL;
	place_hosts(&r);
	for (size_t i = 0; i < r.n; i++)
		rows += i == 0 || !same_row(&r.at[i - 1], &r.at[i]);
	if (rows > limit_of(LIMIT_ROWS)) {
		limit_hit(LIMIT_ROWS);
		rows = limit_of(LIMIT_ROWS);
	}

	struct clock_row *out = arena_new(arena, rows * sizeof(*out));

	for (size_t i = 0, end; i < r.n && *n < rows; i = end) {
		for (end = i + 1; end < r.n && same_row(&r.at[i], &r.at[end]);)
			end++;
		out[(*n)++] = row_of(r.at + i, end - i);
	}
	free(r.at);
	return out;
}
