/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/state.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "run.h"

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

	return state_past(s)->of(state_past(s)->context, &a, AT(second));
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
	ck_assert_int_eq(ask(s, NULL, "curl", 9).worked_until, WHEN_NONE);
	state_close(s);
}
END_TEST

START_TEST(a_store_does_not_grow_without_end)
{
	struct state *s;
	char user[16];
	int known = 0;

	limit_set(LIMIT_STATE_LOGINS, 5);
	s = begin();
	for (int i = 0; i < 50; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		take(s, login(user, "curl", OUTCOME_AUTHENTICATED, 1));
	}
	for (int i = 0; i < 50; i++) {
		snprintf(user, sizeof(user), "u%d", i);
		known += ask(s, user, "curl", 9).worked_until != WHEN_NONE;
	}
	ck_assert_int_eq(known, 5);
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
	tcase_add_test(c,
	    what_was_counted_comes_back_and_the_last_of_a_slot_is_kept);
	tcase_add_test(c, what_makes_no_sense_is_not_taken_from_a_store);
	suite_add_tcase(suite, c);

	int status = run_suite(suite);

	clean();
	return status;
}
