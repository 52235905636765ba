/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/verify.h"

#include <stdlib.h>

#include "auth/spnego.h"
#include "base/base64.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/table.h"
#include "verify/responses.h"

/* Challenges kept of a client and a proxy; the oldest is overwritten. */
#define CHALLENGES 32

struct seen {
	uint64_t connection;
	uint8_t challenge[8];
	uint64_t av_time; /* FILETIME of AV pair 7; 0: none */
};

/* A client and a proxy. */
struct pair {
	struct table_entry entry;
	struct address client, proxy;
	struct seen seen[CHALLENGES];
	size_t n; /* ever seen; the next goes to n % CHALLENGES */
};

struct verifier {
	const struct known *known; /* NULL: none */
	struct unsealer *unsealer; /* NULL: no keytab */
	struct table pairs;
};

/* The bytes of a token68, and what is inside its wrapping. */
struct opened {
	uint8_t *raw;
	size_t room;
	struct span inner; /* an NTLM or Kerberos message; unset: none */
};

static struct opened open_token(struct span base64);
static void close_token(struct opened *o);
static uint64_t av_time(struct span target_info);
static struct pair *find_pair(struct verifier *v,
    const struct verify_place *at, bool add);
static enum token_verified check_ntlm(struct verifier *v,
    const struct verify_place *at, struct span rest,
    const struct known_user *u);
static enum token_verified check_basic(struct span rest,
    const struct known_user *u);

bool
verify_load(struct verify_means *m, const char *known, const char *keytab)
{
	*m = (struct verify_means){ 0 };
	return (known == NULL || (m->known = known_load(known)) != NULL) &&
	    (keytab == NULL || (m->keytab = keytab_load(keytab)) != NULL);
}

void
verify_wipe(struct verify_means *m)
{
	known_free(m->known);
	keytab_free(m->keytab);
	*m = (struct verify_means){ 0 };
}

struct verifier *
verifier_new(const struct verify_means *means)
{
	struct verifier *v = memory_new(1, sizeof(*v));

	v->known = means->known;
	if (means->keytab != NULL)
		v->unsealer = unsealer_new(means->keytab);
	table_init(&v->pairs);
	return v;
}

void
verifier_free(struct verifier *v)
{
	struct table_entry *e;

	if (v == NULL)
		return;
	while ((e = table_oldest(&v->pairs)) != NULL) {
		table_remove(&v->pairs, e);
		free((char *)e - offsetof(struct pair, entry));
	}
	table_fini(&v->pairs);
	unsealer_free(v->unsealer);
	free(v);
}

void
verifier_challenge(struct verifier *v, const struct verify_place *at,
    struct span value)
{
	struct challenge c;
	struct fault fault = { 0 };

	value = span_first(value, limit_of(LIMIT_TOKEN));
	while (v->known != NULL && challenge_next(&value, &c, &fault)) {
		enum scheme scheme = scheme_of(c.scheme);
		struct ntlm_challenge t2;

		if ((scheme != SCHEME_NTLM && scheme != SCHEME_NEGOTIATE) ||
		    c.rest.len == 0)
			continue;

		struct opened o = open_token(c.rest);

		if (ntlm_message_type(o.inner) == 2) {
			ntlm_challenge_decode(o.inner, &t2, &fault);
			if (t2.server_challenge.len == 8) {
				struct pair *p = find_pair(v, at, true);
				struct seen *s = &p->seen[p->n++ % CHALLENGES];

				s->connection = at->connection;
				memcpy(s->challenge, t2.server_challenge.at,
				    8);
				s->av_time = av_time(t2.target_info);
			}
		}
		close_token(&o);
	}
}

/* The best of two answers: what one entry proves, another cannot deny. */
static enum token_verified
better(enum token_verified a, enum token_verified b)
{
	static const int rank[] = {
		[VERIFIED_NOT_ASKED] = 0,
		[VERIFIED_NO] = 1,
		[VERIFIED_UNKNOWN] = 2,
		[VERIFIED_MISCOMPUTED] = 3,
		[VERIFIED_ENCODING] = 4,
		[VERIFIED_YES] = 5,
	};

	return rank[a] >= rank[b] ? a : b;
}

enum token_verified
verifier_check(struct verifier *v, const struct verify_place *at,
    struct span method, struct span value, const struct token *t)
{
	enum token_verified best = VERIFIED_NOT_ASKED;
	struct challenge c;
	struct fault fault = { 0 };

	value = span_first(value, limit_of(LIMIT_TOKEN));
	if (v->known == NULL || !credentials_read(value, &c, &fault))
		return best;
	for (size_t i = 0; i < known_count(v->known); i++) {
		const struct known_user *u = known_at(v->known, i);
		enum token_verified one = VERIFIED_NOT_ASKED;

		if (!known_is(u, t->user, t->domain) &&
		    !(t->kind == TOKEN_DIGEST &&
		        verify_digest_userhash(u, &c)))
			continue;
		if (t->kind == TOKEN_BASIC)
			one = check_basic(c.rest, u);
		else if (t->kind == TOKEN_DIGEST)
			one = verify_digest(u, &c, method);
		else if (t->kind == TOKEN_NTLM_AUTHENTICATE)
			one = check_ntlm(v, at, c.rest, u);
		best = better(one, best);
	}
	return best;
}

void
verifier_ticket(struct verifier *v, struct span value, struct arena *a,
    struct token *t)
{
	struct challenge c;
	struct fault fault = { 0 };

	value = span_first(value, limit_of(LIMIT_TOKEN));
	if (v->unsealer == NULL || t->kind != TOKEN_AP_REQ ||
	    !credentials_read(value, &c, &fault))
		return;

	struct opened o = open_token(c.rest);

	t->opened = unsealer_open(v->unsealer, o.inner, a);
	if (t->user == NULL && t->opened->client != NULL) {
		t->user = t->opened->client;
		t->domain = t->opened->client_realm;
	}
	close_token(&o);
}

static enum token_verified
check_basic(struct span rest, const struct known_user *u)
{
	size_t room = base64_room(rest.len);
	uint8_t *raw = memory_new(room, 1);
	struct base64 b = base64_decode(rest, raw);
	struct span all = span_of(raw, b.len);
	size_t colon = span_find(all, ':');
	enum token_verified verified = VERIFIED_UNKNOWN;

	if (colon < all.len && (b.flaws & BASE64_BROKEN) == 0)
		verified = verify_basic(u, span_from(all, colon + 1));
	secret_wipe(raw, room);
	free(raw);
	return verified;
}

/*
 * Is this the challenge that the type 3 must answer?  The last one of its
 * connection, unless the times in both tell of another.
 */
static bool
must_fit(const struct seen *s, const struct verify_place *at,
    const struct ntlm_authenticate *m)
{
	uint64_t echoed = av_time(m->target_info);

	return s->connection == at->connection &&
	    (m->kind != NTLM_VERSION_2 || echoed == 0 || s->av_time == 0 ||
	        echoed == s->av_time);
}

static enum token_verified
check_ntlm(struct verifier *v, const struct verify_place *at,
    struct span rest, const struct known_user *u)
{
	struct opened o = open_token(rest);
	struct pair *p = find_pair(v, at, false);
	struct ntlm_authenticate m;
	struct fault fault = { 0 };
	enum token_verified best = VERIFIED_UNKNOWN;
	bool last = true; /* the first of this connection, from behind */
	bool whole = ntlm_message_type(o.inner) == 3 &&
	    ntlm_authenticate_decode(o.inner, &m, &fault);
	size_t kept = p == NULL ? 0 : p->n < CHALLENGES ? p->n : CHALLENGES;

	for (size_t i = 1; whole && i <= kept; i++) {
		const struct seen *s = &p->seen[(p->n - i) % CHALLENGES];
		enum token_verified one = verify_ntlm(u, &m, s->challenge);

		if (one == VERIFIED_YES || one == VERIFIED_ENCODING) {
			best = one;
			break;
		}
		if (one == VERIFIED_NO && last && must_fit(s, at, &m))
			best = VERIFIED_NO;
		last = last && s->connection != at->connection;
	}
	close_token(&o);
	return best;
}

static struct opened
open_token(struct span base64)
{
	struct opened o = { .room = base64_room(base64.len) };
	struct spnego s;
	struct fault fault;

	if (span_starts_nocase(base64, SPAN("token=")))
		base64 = span_from(base64, 6);
	o.raw = memory_new(o.room, 1);

	struct base64 b = base64_decode(base64, o.raw);

	if (b.len > 0) {
		spnego_decode(span_of(o.raw, b.len), &s, &fault);
		o.inner = s.inner;
	}
	return o;
}

static void
close_token(struct opened *o)
{
	secret_wipe(o->raw, o->room);
	free(o->raw);
}

static uint64_t
av_time(struct span target_info)
{
	struct reader list = reader_of(target_info);
	struct ntlm_av av;

	while (ntlm_av_next(&list, &av))
		if (av.id == NTLM_AV_TIMESTAMP) {
			struct reader value = reader_of(av.value);

			return reader_le64(&value, "MsvAvTimestamp");
		}
	return 0;
}

static uint64_t
hash_of(const struct verify_place *at)
{
	uint64_t hash = table_hash(span_of(at->client->bytes,
	    at->client->len));

	return table_hash_more(hash, span_of(at->proxy->bytes,
	    at->proxy->len));
}

static struct pair *
find_pair(struct verifier *v, const struct verify_place *at, bool add)
{
	uint64_t hash = hash_of(at);
	struct pair *p;

	for (struct table_entry *e = table_first(&v->pairs, hash); e != NULL;
	     e = table_next(e)) {
		p = (struct pair *)((char *)e - offsetof(struct pair, entry));
		if (address_eq(&p->client, at->client) &&
		    address_eq(&p->proxy, at->proxy)) {
			table_touch(&v->pairs, e);
			return p;
		}
	}
	if (!add)
		return NULL;
	if (v->pairs.count >= limit_of(LIMIT_CLIENTS)) {
		struct table_entry *oldest = table_oldest(&v->pairs);

		limit_hit(LIMIT_CLIENTS);
		table_remove(&v->pairs, oldest);
		free((char *)oldest - offsetof(struct pair, entry));
	}
	p = memory_new(1, sizeof(*p));
	p->client = *at->client;
	p->proxy = *at->proxy;
	table_add(&v->pairs, &p->entry, hash);
	return p;
}
