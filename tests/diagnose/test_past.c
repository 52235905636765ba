/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts that rest on earlier runs; a store by hand.
 */
#include "diagnose/past.h"

#include "diagnose/facts.h"
#include "diagnose/history.h"
#include "diagnose/rules.h"
#include "make.h"
#include "run.h"

#define DAY (86400 * WHEN_SECOND)
#define BEGIN (INT64_C(1795437170) * WHEN_SECOND) /* as scene_init() has it */

static const struct got_in nobody = { WHEN_NONE, WHEN_NONE, NULL };

/* What the store says, whoever is asked about. */
static struct since since;
static struct company company;
static struct offered offered;

static struct since
say_since(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	(void)context, (void)a, (void)before, (void)arena;
	return since;
}

static struct company
say_company(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	(void)context, (void)a, (void)before, (void)arena;
	return company;
}

static struct earlier
say_finding(void *context, const char *identity, when_ns before)
{
	(void)context, (void)identity, (void)before;
	return (struct earlier){ WHEN_NONE, WHEN_NONE, 0 };
}

static struct offered
say_offered(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	(void)context, (void)a, (void)before, (void)arena;
	return offered;
}

static const struct past past = { say_since, say_company, say_finding,
	say_offered, NULL };
static const struct capture_facts with = { .past = &past };
static const struct capture_facts without = { .past = NULL };

static struct scene scene;
static struct history *history;
static struct subject subject;
static struct arena arena;

static void
setup(void)
{
	scene_init(&scene);
	since = (struct since){ WHEN_NONE, WHEN_NONE, WHEN_NONE, NULL,
		NULL };
	company = (struct company){ WHEN_NONE, WHEN_NONE, WHEN_NONE, nobody,
		nobody, nobody, nobody };
	offered = (struct offered){ NULL, WHEN_NONE };
}

static void
teardown(void)
{
	history_free(history);
	history = NULL;
	arena_fini(&arena);
	scene_fini(&scene);
}

/* In words; "?" if it is unknown. */
static const char *
says(const struct capture_facts *capture, const struct attempt *a,
    const char *name)
{
	struct text t = { 0 };
	const char *words;
	size_t i;

	history_free(history);
	history = history_new(scene.attempts, scene.n, capture->past);
	subject_init(&subject, history, a, NULL, capture, &arena);
	ck_assert_msg(facts_find(span_of_str(name), &i), "%s", name);
	if (subject_value(&subject, i)->state == VALUE_UNKNOWN)
		return "?";
	value_words(&t, facts_at(i), subject_value(&subject, i));
	words = arena_str(&arena, text_span(&t));
	text_fini(&t);
	return words;
}

static const char *const names[] = { "past.watched", "past.user_known",
	"past.user_got_in", "past.user_ago", "past.user_scheme",
	"past.user_elsewhere", "past.client_known", "past.client_ago",
	"past.client_as_another", "past.login_worked", "past.login_ago",
	"past.login_scheme", "past.login_scheme_differs",
	"past.login_offers", "past.login_offers_differ", "story.earlier" };

START_TEST(without_a_store_or_with_an_empty_one_nothing_is_known)
{
	const struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_assert_str_eq(says(&without, a, names[i]), "?");
		ck_assert_str_eq(says(&with, a, names[i]), "?");
	}
}
END_TEST

/* Days, before the attempt; 0: the store does not have it. */
static const struct row {
	int watched, user_first, user_in;
	bool passes; /* the user, in this run */
	const char *known, *got_in;
	const char *words; /* a part; NULL: nothing is said */
} rows[] = {
	{ 2, 0, 0, false, "no", "no", "this user is new here (the store goes "
	    "back to 2026-11-21 12:32:5" },
	{ 2, 1, 0, false, "yes", "no", "this user never got in, at any "
	    "proxy, and tries since 2026-11-22 12:32:5" },
	{ 2, 1, 1, false, "yes", "yes", NULL },
	/* Not long enough to say that it was not. */
	{ 0, 0, 0, false, "?", "?", NULL },
	/* It gets in now: it is no wrong name. */
	{ 2, 0, 0, true, "no", "?", NULL },
};

START_TEST(that_a_user_never_got_in_is_said_if_it_was_watched)
{
	const struct row *row = &rows[_i];
	struct attempt *a;
	const char *words;

	if (row->passes)
		scene_ntlm(&scene, 2, "x", "erin", true);
	a = scene_ntlm(&scene, 1, "x", "erin", false);
	company.watched = a->start - row->watched * DAY - WHEN_SECOND;
	company.client_first = company.watched;
	if (row->user_first != 0)
		company.user_first = a->start - row->user_first * DAY;
	if (row->user_in != 0)
		company.user = (struct got_in){ a->start -
			    row->user_in * DAY, WHEN_NONE, NULL };
	ck_assert_str_eq(says(&with, a, "past.user_known"), row->known);
	ck_assert_str_eq(says(&with, a, "past.user_got_in"), row->got_in);
	words = says(&with, a, "story.earlier");
	ck_assert_msg(strstr(words, row->words != NULL ? row->words
	                                               : "nothing") != NULL,
	    "%s", words);
}
END_TEST

/* A store of an earlier version knew when it worked, and no more. */
START_TEST(a_login_that_worked_is_of_no_new_user)
{
	const struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	company.watched = company.client_first = a->start - 2 * DAY;
	since.worked_until = a->start - 3 * DAY;
	ck_assert_str_eq(says(&with, a, "past.user_got_in"), "?");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "nothing");
}
END_TEST

START_TEST(who_got_in_with_whom_is_said)
{
	const struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	const struct got_in older = { a->start - 9 * DAY, a->start - 5 * DAY,
		"Basic" };
	const struct got_in newer = { a->start - 9 * DAY, a->start - 2 * DAY,
		"Digest" };

	company.watched = company.user_first = company.client_first =
	    a->start - 10 * DAY;
	company.user = company.user_here = newer;
	ck_assert_str_eq(says(&with, a, "past.user_elsewhere"), "yes");
	ck_assert_str_eq(says(&with, a, "past.user_scheme"), "Digest");
	ck_assert_str_eq(says(&with, a, "past.user_ago"), "2 d");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "this user got in "
	    "from another client, last 2026-11-21 12:32:51 UTC, with Digest");
	/* This client may have been the last one: then nothing is said. */
	company.both_here = newer;
	ck_assert_str_eq(says(&with, a, "past.user_elsewhere"), "?");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "nothing");
	company.both_here = older;
	ck_assert_str_eq(says(&with, a, "past.user_elsewhere"), "yes");
	/* Nor if when both got in is not known. */
	company.both_here.last = WHEN_NONE;
	ck_assert_str_eq(says(&with, a, "past.user_elsewhere"), "?");
	company.both_here = older;
	company.user_here = older;
	company.client_here = newer;
	ck_assert_str_eq(says(&with, a, "past.client_as_another"), "yes");
	ck_assert_str_eq(says(&with, a, "past.client_ago"), "2 d");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "this client got "
	    "in as another user, last 2026-11-21 12:32:51 UTC, with Digest");
	company.both_here = company.client_here = company.user_here = nobody;
	ck_assert_str_eq(says(&with, a, "story.earlier"), "this user got in "
	    "at another proxy, last 2026-11-21 12:32:51 UTC, with Digest");
}
END_TEST

START_TEST(a_client_is_known_or_new_without_a_user_too)
{
	const struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_NTLM);

	company.watched = a->start - DAY - WHEN_SECOND;
	ck_assert_str_eq(says(&with, a, "past.client_known"), "no");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "this client is "
	    "new here (the store goes back to 2026-11-22 12:32:50 UTC)");
	company.watched += WHEN_SECOND;
	company.watched += DAY / 2;
	ck_assert_str_eq(says(&with, a, "past.client_known"), "?");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "nothing");
	company.client_first = company.watched;
	company.client_here = (struct got_in){ company.watched,
		company.watched, "NTLM" };
	ck_assert_str_eq(says(&with, a, "past.client_known"), "yes");
	ck_assert_str_eq(says(&with, a, "story.earlier"), "this client got "
	    "in, last 2026-11-23 00:32:51 UTC, with NTLM");
}
END_TEST

START_TEST(what_is_not_as_when_it_worked_is_said)
{
	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	since.worked_until = a->start - DAY;
	ck_assert_str_eq(says(&with, a, "past.login_worked"), "yes");
	ck_assert_str_eq(says(&with, a, "past.login_ago"), "24 h 0 min");
	ck_assert_str_eq(says(&with, a, "past.login_scheme_differs"), "?");
	since.scheme = "NTLM";
	since.offers = "NTLM";
	ck_assert_str_eq(says(&with, a, "past.login_scheme_differs"), "no");
	ck_assert_str_eq(says(&with, a, "past.login_offers_differ"), "no");
	ck_assert_str_eq(says(&with, a, "story.changed"), "?");
	since.scheme = "Negotiate/Kerberos";
	since.offers = "Negotiate and NTLM";
	ck_assert_str_eq(says(&with, a, "past.login_scheme_differs"), "yes");
	ck_assert_str_eq(says(&with, a, "past.login_offers_differ"), "yes");
	ck_assert_str_eq(says(&with, a, "story.changed"), "scheme NTLM "
	    "(before: Negotiate/Kerberos), offers NTLM (before: Negotiate "
	    "and NTLM)");
	/* What other schemes are called is not kept. */
	since.scheme = "other";
	ck_assert_str_eq(says(&with, a, "past.login_scheme_differs"), "no");
	/* The offer of before is asked for if the login says nothing. */
	since.scheme = since.offers = NULL;
	offered = (struct offered){ "Basic", BEGIN - DAY };
	ck_assert_str_eq(says(&with, a, "story.changed"), "offers NTLM, "
	    "before Basic (last seen 2026-11-22 12:32:50 UTC)");
	/* A 407 that goes on with NTLM is no offer. */
	a->n_offers = 0;
	a->last_offers = a->challenge;
	a->n_last_offers = 1;
	ck_assert_str_eq(says(&with, a, "story.changed"), "?");
}
END_TEST

/* What this run saw is newer. */
START_TEST(a_good_login_of_this_run_is_asked_first)
{
	struct attempt *a;

	scene_ntlm(&scene, 1, "x", "erin", true);
	a = scene_ntlm(&scene, 1, "x", "erin", false);
	since.worked_until = a->start - DAY;
	since.scheme = "Basic";
	ck_assert_str_eq(says(&with, a, "story.changed"), "nothing");
}
END_TEST

/* "Never answers" would not be true of one that did. */
START_TEST(a_program_that_got_in_earlier_can_authenticate)
{
	struct rules *rules = rules_new();

	rules_default(rules);
	for (int i = 0; i < 2; i++) {
		struct attempt *a = scene_attempt(&scene, 1, "updater/1",
		    SCHEME_NTLM);
		struct diagnosis *d;

		scene_ntlm(&scene, 1, "y", "erin", true);
		if (i == 1)
			since.worked_until = a->start - DAY;
		d = diagnosis_run(rules, scene.attempts, scene.n, NULL, 0,
		    &with);
		ck_assert_ptr_nonnull(a->rule);
		ck_assert_int_eq(strcmp(a->rule,
		                     "agent-cannot-authenticate") == 0,
		    i == 0);
		diagnosis_free(d);
	}
	rules_free(rules);
}
END_TEST

/* Of all who are refused here; days before. */
static const struct last {
	int ago;
	const char *scheme;
	struct got_in *who;
	const char *known_good;
} lasts[] = {
	{ 1, "NTLM", &company.both_here, "100" },
	{ 7, "NTLM", &company.both_here, "100" },
	{ 1, "Basic", &company.both_here, "0" },
	/* They may have forgotten their passwords. */
	{ 8, "NTLM", &company.both_here, "0" },
	/* From another client: another program may have had it. */
	{ 1, "NTLM", &company.user_here, "0" },
	/* As somebody. */
	{ 1, "NTLM", &company.client_here, "0" },
	/* This run saw a later one: when it was before is not known. */
	{ 0, NULL, &company.both_here, "0" },
};

START_TEST(who_got_in_before_an_outage_is_known_from_earlier_runs)
{
	const struct last *last = &lasts[_i];
	const struct attempt *a = NULL;
	struct got_in in;

	for (uint8_t i = 0; i < 3; i++)
		a = scene_ntlm(&scene, i, "x",
		    (const char *[]){ "adam", "ben", "cora" }[i], false);
	in = (struct got_in){ BEGIN - 9 * DAY,
		last->ago > 0 ? BEGIN + 60 * WHEN_SECOND - last->ago * DAY
		              : WHEN_NONE, last->scheme };
	*last->who = in;
	ck_assert_str_eq(says(&with, a, "proxy.outage_users"), "3");
	ck_assert_str_eq(says(&with, a, "proxy.outage_known_good"),
	    last->known_good);
	ck_assert_str_eq(says(&without, a, "proxy.outage_known_good"), "0");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/past");
	TCase *c = tcase_create("past");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c,
	    without_a_store_or_with_an_empty_one_nothing_is_known);
	tcase_add_loop_test(c,
	    that_a_user_never_got_in_is_said_if_it_was_watched, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, a_login_that_worked_is_of_no_new_user);
	tcase_add_test(c, who_got_in_with_whom_is_said);
	tcase_add_test(c, a_client_is_known_or_new_without_a_user_too);
	tcase_add_test(c, what_is_not_as_when_it_worked_is_said);
	tcase_add_test(c, a_good_login_of_this_run_is_asked_first);
	tcase_add_test(c, a_program_that_got_in_earlier_can_authenticate);
	tcase_add_loop_test(c,
	    who_got_in_before_an_outage_is_known_from_earlier_runs, 0,
	    (int)(sizeof(lasts) / sizeof(lasts[0])));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
