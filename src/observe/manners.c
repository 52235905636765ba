/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/manners.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/table.h"

/* More challenges than this in one response are counted, not kept. */
#define MAX_CHALLENGES 16
/* Text fields are kept up to here; tokens have a bound of their own. */
#define MAX_TEXT 1024

#define PLACES   256 /* a power of two */
#define KEY_MOST 512 /* bytes of those that are remembered */
/* A longer offer has a token or a nonce in it, and does not come again. */
#define OFFER_MOST 200

/* What a key begins with; else the number of a name stands there. */
enum { REQUEST = 0xfd, RESPONSE = 0xfe, RESPONSE_ALONE = 0xff };

struct manners {
	struct manner *places[PLACES];
};

/* What the message says, put together, to be found by. */
struct key {
	uint8_t bytes[KEY_MOST];
	size_t len;
	bool over; /* too long */
};

typedef void reader(struct manner *out, const struct http_message *m,
    bool challenges);

static void read_request(struct manner *out, const struct http_message *m,
    bool challenges);
static void read_response(struct manner *out, const struct http_message *m,
    bool challenges);

struct manners *
manners_new(void)
{
	return memory_new(1, sizeof(struct manners));
}

void
manners_free(struct manners *known)
{
	for (size_t i = 0; known != NULL && i < PLACES; i++)
		manner_let_go(known->places[i]);
	free(known);
}

/* -- keys -- */

/* What it is, and an LF behind it: no line of a head holds one. */
static void
key_add(struct key *k, uint8_t what, struct span value)
{
	if (value.len + 2 > KEY_MOST - k->len) {
		k->over = true;
		return;
	}
	k->bytes[k->len++] = what;
	if (value.len > 0)
		memcpy(k->bytes + k->len, value.at, value.len);
	k->len += value.len;
	k->bytes[k->len++] = '\n';
}

/* What is kept of a head; `mask` has a bit for each name. */
static void
key_add_fields(struct key *k, const struct http_message *m, unsigned mask)
{
	for (size_t i = 0; i < m->n_fields && !k->over; i++)
		if (mask & 1u << m->fields[i].id)
			key_add(k, (uint8_t)m->fields[i].id,
			    m->fields[i].value);
}

/*
 * Where it may be found.  Whoever makes keys that meet in one place has their
 * own words decoded again and again, and no more.
 */
static size_t
place_of(const struct key *k)
{
	uint64_t hash = k->len, word;
	size_t i = 0;

	for (; k->len - i >= 8; i += 8) {
		memcpy(&word, k->bytes + i, 8);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	for (; i < k->len; i++)
		hash = (hash ^ k->bytes[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (hash >> 32) % PLACES;
}

/* The one of that key, or a new one. */
static struct manner *
look_up(struct manners *known, const struct key *k,
    const struct http_message *m, bool challenges, reader *read)
{
	struct span key = span_of(k->bytes, k->len);
	struct manner *out, **place = NULL;

	if (!k->over) {
		place = &known->places[place_of(k)];
		if (*place != NULL && span_eq((*place)->key, key))
			return manner_hold(*place);
	}
	out = manner_new();
	if (place != NULL) {
		out->key = arena_span(&out->arena, key);
		manner_let_go(*place);
		*place = manner_hold(out);
	}
	read(out, m, challenges);
	return out;
}

struct manner *
manners_of_request(struct manners *known, const struct http_message *m)
{
	const unsigned mask = 1u << FIELD_USER_AGENT | 1u << FIELD_VIA |
	    1u << FIELD_X_FORWARDED_FOR;
	struct key k;

	k.len = 0;
	k.over = false;
	key_add(&k, REQUEST, m->method);
	key_add_fields(&k, m, mask);
	return look_up(known, &k, m, false, read_request);
}

/* Room that the challenges of an answer would take in its key. */
static size_t
challenges_len(const struct http_message *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].id == FIELD_PROXY_AUTHENTICATE)
			n += m->fields[i].value.len;
	return n;
}

struct manner *
manners_of_response(struct manners *known, const struct http_message *m)
{
	const unsigned words = 1u << FIELD_SERVER | 1u << FIELD_VIA |
	    1u << FIELD_PROXY_AGENT | 1u << FIELD_X_CACHE |
	    1u << FIELD_X_SQUID_ERROR;
	bool challenges = challenges_len(m) <= OFFER_MOST;
	struct key k;

	k.len = 0;
	k.over = false;
	key_add(&k, challenges ? RESPONSE : RESPONSE_ALONE, m->reason);
	key_add_fields(&k, m,
	    challenges ? words | 1u << FIELD_PROXY_AUTHENTICATE : words);
	return look_up(known, &k, m, challenges, read_response);
}

/* -- what is kept -- */

static const char *
keep(struct manner *out, const struct http_message *m, enum http_name name)
{
	return arena_str(&out->arena,
	    span_first(http_field_value(m, name), MAX_TEXT));
}

/* Several fields of one name are one list (RFC 9110 5.3). */
static const char *
keep_list(struct manner *out, const struct http_message *m,
    enum http_name name)
{
	struct text t = { .limit = MAX_TEXT };
	const char *kept;
	size_t n = 0;

	for (size_t i = 0; i < m->n_fields; i++)
		n += m->fields[i].id == name;
	if (n < 2)
		return keep(out, m, name);
	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].id == name) {
			text_str(&t, t.len > 0 ? ", " : "");
			text_add(&t, m->fields[i].value);
		}
	kept = arena_str(&out->arena, text_span(&t));
	text_fini(&t);
	return kept;
}

static void
read_request(struct manner *out, const struct http_message *m, bool challenges)
{
	(void)challenges;
	out->method = arena_str(&out->arena, span_first(m->method, MAX_TEXT));
	out->user_agent = keep(out, m, FIELD_USER_AGENT);
	out->via = keep_list(out, m, FIELD_VIA);
	out->forwarded_for = keep(out, m, FIELD_X_FORWARDED_FOR);
}

size_t
manners_challenges(const struct http_message *m, struct arena *arena,
    struct token **out, struct fault *grammar)
{
	struct token all[MAX_CHALLENGES]; /* n of them are set */
	size_t n = 0;

	for (size_t i = 0; i < m->n_fields && n < MAX_CHALLENGES; i++) {
		struct fault fault = { 0 };
		size_t room = MAX_CHALLENGES - n;

		if (m->fields[i].id != FIELD_PROXY_AUTHENTICATE)
			continue;

		size_t more = token_of_challenges(
		    span_first(m->fields[i].value, limit_of(LIMIT_TOKEN)),
		    arena, all + n, room, &fault);

		n += more < room ? more : room;
		if (grammar->kind == FAULT_NONE)
			*grammar = fault;
	}
	if (n > 0) {
		*out = arena_new(arena, n * sizeof(*all));
		memcpy(*out, all, n * sizeof(*all));
	}
	return n;
}

static void
read_response(struct manner *out, const struct http_message *m,
    bool challenges)
{
	out->reason = arena_str(&out->arena, span_first(m->reason, MAX_TEXT));
	out->server = keep(out, m, FIELD_SERVER);
	out->via = keep_list(out, m, FIELD_VIA);
	out->proxy_agent = keep(out, m, FIELD_PROXY_AGENT);
	out->x_cache = keep(out, m, FIELD_X_CACHE);
	out->vendor_error = keep(out, m, FIELD_X_SQUID_ERROR);
	out->has_challenges = challenges;
	if (challenges)
		out->n_challenges = manners_challenges(m, &out->arena,
		    &out->challenges, &out->grammar);
}
