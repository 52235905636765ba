/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a store takes.
 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/message.h"
#include "base/text.h"
#include "diagnose/history.h"
#include "diagnose/rules.h"
#include "diagnose/story.h"
#include "state/state_parts.h"

/* A store that cannot be written is tried again. */
#define TRY_AGAIN (60 * WHEN_SECOND)

/* What is offered now goes beside what was offered before. */
static int
take_offer(struct state *s, const struct attempt *a, const char *offers,
    int64_t now)
{
	struct seen_row row = { a->start, a->start, 1, "" }, old;
	uint8_t id[LOGIN_BYTES];
	int code;

	snprintf(row.what, sizeof(row.what), "%s", offers);
	if (!key_parts(&s->key, a, KEY_CLIENT | KEY_PROXY, id))
		return SQLITE_OK;
	if (!seen_ask(&s->seen, SEEN_OFFER, id, &old) ||
	    strcmp(old.what, row.what) == 0)
		return seen_note(&s->seen, SEEN_OFFER, id, &row, now);
	if (row.last <= old.last)
		return SQLITE_OK;
	code = seen_put(&s->seen, SEEN_OFFER_BEFORE, id, &old, now);
	return code == SQLITE_OK
	    ? seen_put(&s->seen, SEEN_OFFER, id, &row, now)
	    : code;
}

/* Who takes part, in whatever comes of it; and who got in. */
static const struct part {
	enum seen_kind kind;
	unsigned parts;
	bool in;
} parts[] = {
	{ SEEN_USER, KEY_USER, false },
	{ SEEN_CLIENT, KEY_CLIENT, false },
	{ SEEN_PROXY, KEY_PROXY, false },
	{ SEEN_USER_IN, KEY_USER, true },
	{ SEEN_USER_HERE_IN, KEY_PROXY | KEY_USER, true },
	{ SEEN_CLIENT_IN, KEY_CLIENT | KEY_PROXY, true },
	{ SEEN_BOTH_IN, KEY_CLIENT | KEY_PROXY | KEY_USER, true },
};

static int
take_parts(struct state *s, const struct attempt *a, const char *offers,
    int64_t now)
{
	static const uint8_t all[LOGIN_BYTES];
	bool good = event_kind_of(a) == EVENT_OK;
	struct seen_row seen = { a->start, a->start, 1, "" };
	struct seen_row in = { event_time_of(a), event_time_of(a), 1, "" };
	uint8_t id[LOGIN_BYTES];
	int code = s->partial
	    ? seen_put(&s->seen, SEEN_ALL, all, &seen, now)
	    : seen_note(&s->seen, SEEN_ALL, all, &seen, now);

	snprintf(in.what, sizeof(in.what), "%s",
	    attempt_scheme_name(a->scheme));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct part *p = &parts[i];

		if (code == SQLITE_OK && (good || !p->in) &&
		    key_parts(&s->key, a, p->parts, id))
			code = seen_note(&s->seen, p->kind, id,
			    p->in ? &in : &seen, now);
	}
	return code == SQLITE_OK && offers != NULL
	    ? take_offer(s, a, offers, now)
	    : code;
}

static int
take_finding(struct state *s, const struct finding *f, int64_t now)
{
	struct seen_row row = { 0 }, old;
	uint8_t id[LOGIN_BYTES];
	bool known;

	if (!key_words(&s->key, span_of_str(f->identity), id))
		return SQLITE_OK;
	known = seen_ask(&s->seen, SEEN_FINDING, id, &old);
	if (known && f->last <= old.last)
		return SQLITE_OK;
	row.first = f->first;
	row.last = f->last;
	row.times = f->n_attempts == 0;
	for (size_t i = 0; i < f->n_attempts; i++)
		row.times += !known || f->attempts[i]->end > old.last;
	snprintf(row.what, sizeof(row.what), "%s", f->rule->id);
	return seen_note(&s->seen, SEEN_FINDING, id, &row, now);
}

static int
take_login(struct state *s, const struct attempt *a, const char *user,
    const char *offers, int64_t now)
{
	enum event_kind kind = event_kind_of(a);
	sqlite3_stmt *q = s->statement[kind == EVENT_OK ? GOOD : REFUSED];
	uint8_t login[LOGIN_BYTES];

	if (kind == EVENT_OTHER || !key_login(&s->key, a, user, login))
		return SQLITE_OK;
	sqlite3_bind_blob(q, 1, login, LOGIN_BYTES, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 2, event_time_of(a));
	sqlite3_bind_int64(q, 3, now);
	if (kind == EVENT_OK) {
		sqlite3_bind_text(q, 4, attempt_scheme_name(a->scheme), -1,
		    SQLITE_STATIC);
		sqlite3_bind_text(q, 5, offers, -1, SQLITE_TRANSIENT);
	}
	return state_step(q);
}

static int
take(struct state *s, const struct attempt *a)
{
	int64_t now = (int64_t)time(NULL);
	struct arena scratch = { 0 };
	const char *offers = story_offers(a, &scratch);
	int code = take_parts(s, a, offers, now);

	if (code == SQLITE_OK)
		code = take_login(s, a, a->user, offers, now);
	/* It may fail before it says as whom. */
	if (code == SQLITE_OK && a->user != NULL &&
	    event_kind_of(a) == EVENT_OK)
		code = take_login(s, a, NULL, offers, now);
	arena_fini(&scratch);
	return code;
}

static int
begin(struct state *s)
{
	return sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL);
}

/* A disk that is full, or somebody else at work, passes. */
static int64_t
next_try(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return clock_steady() + TRY_AGAIN;
	default:
		return INT64_MAX;
	}
}

static bool
is_resting(const struct state *s)
{
	return s->rests_until != 0 && clock_steady() < s->rests_until;
}

/* What went well so far is kept, and the rest; or nothing, and it is said,
 * as is the end of that. */
static void
finish(struct state *s, int code)
{
	bool rested = s->rests_until != 0;

	if (code == SQLITE_OK)
		code = state_forget(s);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	s->rests_until = code == SQLITE_OK ? 0 : next_try(code);
	if (code == SQLITE_OK && rested)
		message_note("%s: can be written again, and is (what was seen "
		             "since it could not is left out)", s->path);
	if (code == SQLITE_OK)
		return;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (!rested)
		state_say(s, code);
}

void
state_partial(struct state *s)
{
	s->partial = true;
}

void
state_take(struct state *s, struct attempt *const *attempts, size_t n)
{
	int code;

	if (is_resting(s) || n == 0)
		return;
	code = begin(s);
	for (size_t i = 0; code == SQLITE_OK && i < n; i++)
		code = take(s, attempts[i]);
	finish(s, code);
}

void
state_take_findings(struct state *s, const struct diagnosis *d)
{
	size_t n = diagnosis_findings(d);
	int64_t now = (int64_t)time(NULL);
	int code;

	if (is_resting(s) || n == 0)
		return;
	code = begin(s);
	for (size_t i = 0; code == SQLITE_OK && i < n; i++)
		code = take_finding(s, diagnosis_finding(d, i), now);
	finish(s, code);
}

void
state_trend(struct state *s, struct bucket_ring *ring)
{
	buckets_load(&s->buckets, ring);
}

void
state_take_trend(struct state *s, struct bucket_ring *ring)
{
	int code;

	if (is_resting(s))
		return;
	code = begin(s);
	if (code == SQLITE_OK)
		code = buckets_save(&s->buckets, ring, (int64_t)time(NULL),
		    state_oldest());
	finish(s, code);
}
