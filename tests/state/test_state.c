/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/state.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "run.h"
#include "state/state_parts.h"

/* Moments: seconds of a capture. */
#define AT(s) ((when_ns)(s) * WHEN_SECOND)

static char folder[] = "/tmp/p407-state-XXXXXX";
static char path[64];

static struct attempt
login(const char *user, const char *program, enum outcome outcome, int second)
{
	return (struct attempt){
		.connection = { .client = { 4, { 10, 0, 0, 1 } },
		    .proxy = { 4, { 10, 0, 0, 2 } }, .proxy_port = 3128 },
		.user = user,
		.user_agent = program,
		.outcome = outcome,
		.credentials_sent = 1,
		.status = outcome == OUTCOME_AUTHENTICATED ? 200 : 407,
		.start = AT(second),
		.end = AT(second),
	};
}

static void
take(struct state *s, struct attempt a)
{
	struct attempt *one = &a;

	state_take(s, &one, 1);
}

static struct since
ask(struct state *s, const char *user, const char *program, int second)
{
	struct attempt a = login(user, program, OUTCOME_REJECTED, second);
	const struct past *past = state_past(s);
	struct arena arena = { 0 };
	struct since is = past->of(past->context, &a, AT(second), &arena);

	arena_fini(&arena);
	return is;
}

static struct state *
begin(void)
{
	char name[80];

	snprintf(path, sizeof(path), "%s/s", folder);
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s%s", path, i ? "-wal" : "");
		unlink(name);
	}
	return state_open(path);
}

/* A letter a second from 1 on: g good, r refused, - nothing. */
START_TEST(each_row_of_logins_is_told_as_it_was)
{
	static const struct {
		const char *logins;
		int asked, worked_until, failing_since; /* 0: not known */
	} rows[] = {
		{ "", 9, 0, 0 },
		{ "g", 9, 1, 0 },
		{ "gg", 9, 2, 0 },
		{ "r", 9, 0, 1 },
		{ "grr", 9, 1, 2 },
		{ "grrg", 9, 4, 0 },
		{ "grgr", 9, 3, 4 },
		/* Before what is kept: not known, and never wrong. */
		{ "g", 1, 0, 0 },
		{ "gr", 2, 1, 2 },
		{ "grg", 2, 1, 2 },
		{ "grgr", 2, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct state *s = begin();

		ck_assert_ptr_nonnull(s);
		for (int t = 0; rows[i].logins[t] != '\0'; t++)
			take(s, login("ada", "curl",
			    rows[i].logins[t] == 'g' ? OUTCOME_AUTHENTICATED
			                             : OUTCOME_REJECTED,
			    t + 1));
		state_close(s);
		s = state_open(path);

		struct since is = ask(s, "ADA", "curl", rows[i].asked);

		ck_assert_msg(is.worked_until ==
		            (rows[i].worked_until ? AT(rows[i].worked_until)
		                                  : WHEN_NONE) &&
		        is.failing_since ==
		            (rows[i].failing_since
		                    ? AT(rows[i].failing_since)
		                    : WHEN_NONE),
		    "%s at %d: %lld, %lld", rows[i].logins, rows[i].asked,
		    (long long)is.worked_until, (long long)is.failing_since);
		state_close(s);
	}
}
END_TEST

START_TEST(what_is_decided_late_changes_nothing)
{
	struct state *s = begin();

	take(s, login("ada", "curl", OUTCOME_AUTHENTICATED, 3));
	take(s, login("ada", "curl", OUTCOME_REJECTED, 5));
	take(s, login("ada", "curl", OUTCOME_REJECTED, 1));
	take(s, login("ada", "curl", OUTCOME_AUTHENTICATED, 2));
	ck_assert_int_eq(ask(s, "ada", "curl", 9).worked_until, AT(3));
	ck_assert_int_eq(ask(s, "ada", "curl", 9).failing_since, AT(5));
	state_close(s);
}
END_TEST

START_TEST(logins_are_not_mixed_up)
{
	struct state *s = begin();

	take(s, login("ada", "curl", OUTCOME_AUTHENTICATED, 1));
	take(s, login("bob", "curl", OUTCOME_ABANDONED, 1));
	ck_assert_int_eq(ask(s, "ada", "curl", 9).worked_until, AT(1));
	ck_assert_int_eq(ask(s, "ada", "wget", 9).worked_until, WHEN_NONE);
	ck_assert_int_eq(ask(s, "ad", "acurl", 9).worked_until, WHEN_NONE);
	/* One that fails before it says who it is may be any of them. */
	ck_assert_int_eq(ask(s, NULL, "curl", 9).worked_until, AT(1));
	ck_assert_int_eq(ask(s, NULL, "wget", 9).worked_until, WHEN_NONE);
	state_close(s);
}
END_TEST

/* Rows of a table; the store is shut. */
static int
count(const char *table)
{
	char query[40];
	sqlite3 *db;
	sqlite3_stmt *q;
	int n;

	snprintf(query, sizeof(query), "SELECT count(*) FROM %s", table);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, query, -1, &q, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
	n = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

START_TEST(a_store_does_not_grow_without_end)
{
	struct state *s;
	char user[16];

	limit_set(LIMIT_STATE_LOGINS, 5);
	limit_set(LIMIT_STATE_SEEN, 20);
	s = begin();
	for (int i = 0; i < 50; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		take(s, login(user, "curl", OUTCOME_AUTHENTICATED, 1));
	}
	state_close(s);
	ck_assert_int_eq(count("login"), 5);
	ck_assert_int_eq(count("seen"), 20);
}
END_TEST

static void
tell(struct state *s, const char *pragma)
{
	ck_assert_int_eq(sqlite3_exec(s->db, pragma, NULL, NULL, NULL),
	    SQLITE_OK);
}

START_TEST(a_store_without_room_is_tried_again)
{
	struct state *s = begin();
	char user[16];

	/* No less than what it has already. */
	tell(s, "PRAGMA max_page_count = 1");
	for (int i = 0; i < 500 && s->rests_until == 0; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		take(s, login(user, "curl", OUTCOME_AUTHENTICATED, 1));
	}
	ck_assert_int_ne(s->rests_until, 0);
	ck_assert_int_ne(s->rests_until, INT64_MAX);
	tell(s, "PRAGMA max_page_count = 100000");
	take(s, login("ada", "curl", OUTCOME_AUTHENTICATED, 2));
	ck_assert_int_eq(ask(s, "ada", "curl", 9).worked_until, WHEN_NONE);
	s->rests_until = 1; /* long ago */
	take(s, login("ada", "curl", OUTCOME_AUTHENTICATED, 3));
	ck_assert_int_eq(ask(s, "ada", "curl", 9).worked_until, AT(3));
	ck_assert_int_eq(s->rests_until, 0);
	state_close(s);
}
END_TEST

/* -- who got in -- */

static struct company
ask_company(struct state *s, const struct attempt *a)
{
	const struct past *past = state_past(s);
	struct arena arena = { 0 };
	struct company c = past->company(past->context, a, a->end, &arena);
	struct got_in *const all[] = { &c.user, &c.user_here, &c.client_here,
		&c.both_here };

	/* Names of schemes that outlive the arena. */
	for (size_t i = 0; i < 4; i++)
		for (int k = 0; all[i]->scheme != NULL && k <= ATTEMPT_OTHER;
		     k++)
			if (strcmp(all[i]->scheme, attempt_scheme_name(
			            (enum attempt_scheme)k)) == 0) {
				all[i]->scheme = attempt_scheme_name(
				    (enum attempt_scheme)k);
				break;
			}
	arena_fini(&arena);
	return c;
}

/* Of a client and a proxy, by their last bytes, and a scheme. */
static struct attempt
way(const char *user, uint8_t client, uint8_t proxy, enum attempt_scheme how,
    enum outcome outcome, int second)
{
	struct attempt a = login(user, "curl", outcome, second);

	a.connection.client.bytes[3] = client;
	a.connection.proxy.bytes[3] = proxy;
	a.scheme = how;
	return a;
}

#define GOOD OUTCOME_AUTHENTICATED
#define BAD  OUTCOME_REJECTED

START_TEST(who_got_in_is_known_of_each_and_of_both)
{
	struct state *s = begin();
	struct attempt a = way("ADA", 1, 9, ATTEMPT_NTLM, BAD, 20);
	struct company c = ask_company(s, &a);

	ck_assert_int_eq(c.watched, WHEN_NONE);
	take(s, way("ada", 1, 9, ATTEMPT_BASIC, BAD, 1));
	take(s, way("ada", 1, 9, ATTEMPT_BASIC, GOOD, 2));
	take(s, way("bob", 1, 9, ATTEMPT_DIGEST, GOOD, 3));
	take(s, way("ada", 4, 9, ATTEMPT_NTLM, GOOD, 4));
	take(s, way("ada", 4, 8, ATTEMPT_BEARER, GOOD, 5));
	take(s, way("ada", 4, 9, ATTEMPT_BASIC, BAD, 6));
	state_close(s);
	s = state_open(path);
	c = ask_company(s, &a);
	ck_assert_int_eq(c.watched, AT(1));
	ck_assert_int_eq(c.user_first, AT(1));
	ck_assert_int_eq(c.client_first, AT(1));
	ck_assert_int_eq(c.user.first, AT(2));
	ck_assert_int_eq(c.user.last, AT(5));
	ck_assert_str_eq(c.user.scheme, "Bearer");
	ck_assert_int_eq(c.user_here.last, AT(4));
	ck_assert_str_eq(c.user_here.scheme, "NTLM");
	ck_assert_int_eq(c.client_here.last, AT(3));
	ck_assert_str_eq(c.client_here.scheme, "Digest");
	ck_assert_int_eq(c.both_here.last, AT(2));
	ck_assert_str_eq(c.both_here.scheme, "Basic");
	/* What came later is not of the time before. */
	a.start = a.end = AT(3);
	c = ask_company(s, &a);
	ck_assert_int_eq(c.user.first, AT(2));
	ck_assert_int_eq(c.user.last, WHEN_NONE);
	ck_assert_int_eq(c.client_here.first, AT(2));
	ck_assert_int_eq(c.client_here.last, WHEN_NONE);
	ck_assert_int_eq(c.both_here.last, AT(2));
	a.start = a.end = AT(2);
	c = ask_company(s, &a);
	ck_assert_int_eq(c.user_first, AT(1));
	ck_assert_int_eq(c.user.first, WHEN_NONE);
	a = way("eve", 7, 9, ATTEMPT_NTLM, BAD, 20);
	c = ask_company(s, &a);
	ck_assert_int_eq(c.watched, AT(1));
	ck_assert_int_eq(c.user_first, WHEN_NONE);
	ck_assert_int_eq(c.client_first, WHEN_NONE);
	ck_assert_int_eq(c.user.first, WHEN_NONE);
	ck_assert_int_eq(c.client_here.first, WHEN_NONE);
	state_close(s);
}
END_TEST

START_TEST(an_attempt_alone_is_not_known_from_before)
{
	struct state *s = begin();
	struct attempt a = way("ada", 1, 9, ATTEMPT_NTLM, BAD, 1);
	struct company c;

	a.end = AT(2);
	take(s, a);
	c = ask_company(s, &a);
	ck_assert_int_eq(c.watched, WHEN_NONE);
	ck_assert_int_eq(c.user_first, WHEN_NONE);
	ck_assert_int_eq(c.client_first, WHEN_NONE);
	state_close(s);
}
END_TEST

/* Who is not there may have been: it is said of a shorter time. */
START_TEST(what_had_to_go_is_not_said_to_have_never_been)
{
	struct state *s = begin();
	struct attempt a = way("eve", 7, 9, ATTEMPT_NTLM, BAD, 90);

	limit_set(LIMIT_STATE_SEEN, 20);
	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 1));
	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 5));
	ck_assert_int_eq(ask_company(s, &a).watched, AT(1));
	for (uint8_t i = 10; i < 40; i++)
		take(s, way("bob", i, i, ATTEMPT_NTLM, GOOD, i));
	ck_assert_int_eq(ask_company(s, &a).watched, AT(39));
	state_close(s);
}
END_TEST

START_TEST(what_a_run_did_not_look_at_is_not_said_to_have_never_been)
{
	struct state *s = begin();
	struct attempt a = way("eve", 7, 9, ATTEMPT_NTLM, BAD, 20);

	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 1));
	state_close(s);
	s = state_open(path);
	state_partial(s);
	ck_assert_int_eq(ask_company(s, &a).watched, AT(1));
	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 10));
	ck_assert_int_eq(ask_company(s, &a).watched, AT(10));
	state_close(s);
	s = state_open(path);
	ck_assert_int_eq(ask_company(s, &a).watched, AT(10));
	state_close(s);
}
END_TEST

START_TEST(nothing_is_said_of_more_days_than_are_kept)
{
	struct state *s = begin();
	struct attempt a = way("eve", 7, 9, ATTEMPT_NTLM, BAD, 3 * 86400);

	limit_set(LIMIT_STATE_DAYS, 1);
	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 1));
	ck_assert_int_eq(ask_company(s, &a).watched, AT(2 * 86400));
	state_close(s);
}
END_TEST

/* -- what is offered -- */

static const struct token ntlm[] = { { .scheme = SCHEME_NTLM } };
static const struct token basic[] = { { .scheme = SCHEME_BASIC } };

static struct attempt
offered(const struct token *offer, enum outcome outcome, int second)
{
	struct attempt a = way("ada", 1, 9, ATTEMPT_BASIC, outcome, second);

	a.offers = offer;
	a.n_offers = 1;
	return a;
}

/* "Basic 3": that was offered before, last at second 3; "" if nothing is. */
static const char *
before(struct state *s, const struct token *offer, int second)
{
	static char words[80];
	struct attempt a = offered(offer, BAD, second);
	const struct past *past = state_past(s);
	struct arena arena = { 0 };
	struct offered o = past->offered(past->context, &a, a.end, &arena);

	words[0] = '\0';
	if (o.schemes != NULL)
		snprintf(words, sizeof(words), "%s %d", o.schemes,
		    (int)(o.last / WHEN_SECOND));
	arena_fini(&arena);
	return words;
}

START_TEST(a_changed_offer_is_told_until_somebody_got_in)
{
	struct state *s = begin();

	ck_assert_str_eq(before(s, ntlm, 9), "");
	take(s, offered(basic, GOOD, 1));
	take(s, offered(basic, BAD, 3));
	ck_assert_str_eq(before(s, basic, 9), "");
	ck_assert_str_eq(before(s, ntlm, 9), "Basic 3");
	/* Each look of a sensor says the same, though it is told of it. */
	take(s, offered(ntlm, BAD, 9));
	ck_assert_str_eq(before(s, ntlm, 9), "Basic 3");
	take(s, offered(ntlm, BAD, 10));
	ck_assert_str_eq(before(s, ntlm, 9), "Basic 3");
	ck_assert_str_eq(before(s, ntlm, 12), "Basic 3");
	/* Late news of the old one do not bring it back. */
	take(s, offered(basic, BAD, 2));
	ck_assert_str_eq(before(s, ntlm, 12), "Basic 3");
	take(s, offered(ntlm, GOOD, 13));
	ck_assert_str_eq(before(s, ntlm, 14), "");
	state_close(s);
}
END_TEST

START_TEST(how_a_login_worked_is_kept)
{
	struct state *s = begin();
	const struct past *past = state_past(s);
	struct attempt a = offered(ntlm, BAD, 9);
	struct arena arena = { 0 };
	struct since is;

	take(s, offered(basic, GOOD, 1));
	/* It needed no offer, and was refused with another. */
	take(s, way("ada", 1, 9, ATTEMPT_DIGEST, GOOD, 3));
	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 2));
	take(s, offered(ntlm, BAD, 4));
	is = past->of(past->context, &a, AT(9), &arena);
	ck_assert_int_eq(is.worked_until, AT(3));
	ck_assert_str_eq(is.scheme, "Digest");
	ck_assert_str_eq(is.offers, "Basic");
	/* Of an earlier time than the last, how is not known. */
	take(s, way("ada", 1, 9, ATTEMPT_NTLM, GOOD, 20));
	is = past->of(past->context, &a, AT(9), &arena);
	ck_assert_int_eq(is.worked_until, AT(3));
	ck_assert_ptr_null(is.scheme);
	ck_assert_ptr_null(is.offers);
	arena_fini(&arena);
	state_close(s);
}
END_TEST

#define SLOTS 8

static struct bucket_ring
ring_of(struct bucket slots[SLOTS], uint32_t minutes)
{
	memset(slots, 0, SLOTS * sizeof(*slots));
	return (struct bucket_ring){ minutes, SLOTS, slots };
}

START_TEST(what_was_counted_comes_back_and_the_last_of_a_slot_is_kept)
{
	struct state *s = begin();
	struct bucket slots[SLOTS];
	struct bucket_ring ring = ring_of(slots, 60);

	for (int64_t at = 1000; at < 1020; at++) {
		slots[at % SLOTS] = (struct bucket){ at, (uint64_t)at, 7, 60,
			true };
		state_take_trend(s, &ring);
		ck_assert(!slots[at % SLOTS].fresh);
	}
	/* What is not fresh is there already. */
	slots[1019 % SLOTS].good = 1;
	state_take_trend(s, &ring);
	state_close(s);
	s = state_open(path);
	ring = ring_of(slots, 60);
	state_trend(s, &ring);
	for (int64_t at = 1012; at < 1020; at++) {
		const struct bucket *b = &slots[at % SLOTS];

		ck_assert(b->at == at && b->good == (uint64_t)at &&
		    b->bad == 7 && b->watched == 60 && !b->fresh);
	}
	ring = ring_of(slots, 1);
	state_trend(s, &ring);
	for (int i = 0; i < SLOTS; i++)
		ck_assert_int_eq(slots[i].at, 0);
	state_close(s);
}
END_TEST

/* Somebody else may have written to it. */
START_TEST(what_makes_no_sense_is_not_taken_from_a_store)
{
	static const char *const rows[] = {
		"(60, 1, -1, 1, 1, 1, 0)", "(60, 1, 9, -1, 1, 1, 0)",
		"(60, 1, 9, 1, -1, 1, 0)", "(60, 1, 9, 1, 1, -1, 0)",
		"(60, 1, 9, 1, 1, 61, 0)", "(60, 8, 9, 1, 1, 1, 0)",
	};
	struct bucket slots[SLOTS];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bucket_ring ring = ring_of(slots, 60);
		char query[80];
		sqlite3 *db;

		state_close(begin());
		snprintf(query, sizeof(query), "INSERT INTO bucket VALUES %s",
		    rows[i]);
		ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
		ck_assert_int_eq(sqlite3_exec(db, query, NULL, NULL, NULL),
		    SQLITE_OK);
		sqlite3_close(db);

		struct state *s = state_open(path);

		ck_assert_ptr_nonnull(s);
		state_trend(s, &ring);
		for (int k = 0; k < SLOTS; k++)
			ck_assert_msg(slots[k].at == 0, "%s", rows[i]);
		state_close(s);
	}
}
END_TEST

static void
clean(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		perror(folder);
}

int
main(void)
{
	Suite *suite = suite_create("state/state");
	TCase *c = tcase_create("state");

	if (mkdtemp(folder) == NULL)
		return 77;
	tcase_add_test(c, each_row_of_logins_is_told_as_it_was);
	tcase_add_test(c, what_is_decided_late_changes_nothing);
	tcase_add_test(c, logins_are_not_mixed_up);
	tcase_add_test(c, a_store_does_not_grow_without_end);
	tcase_add_test(c, a_store_without_room_is_tried_again);
	tcase_add_test(c, who_got_in_is_known_of_each_and_of_both);
	tcase_add_test(c, an_attempt_alone_is_not_known_from_before);
	tcase_add_test(c, what_had_to_go_is_not_said_to_have_never_been);
	tcase_add_test(c,
	    what_a_run_did_not_look_at_is_not_said_to_have_never_been);
	tcase_add_test(c, nothing_is_said_of_more_days_than_are_kept);
	tcase_add_test(c, a_changed_offer_is_told_until_somebody_got_in);
	tcase_add_test(c, how_a_login_worked_is_kept);
	tcase_add_test(c,
	    what_was_counted_comes_back_and_the_last_of_a_slot_is_kept);
	tcase_add_test(c, what_makes_no_sense_is_not_taken_from_a_store);
	suite_add_tcase(suite, c);

	int status = run_suite(suite);

	clean();
	return status;
}
