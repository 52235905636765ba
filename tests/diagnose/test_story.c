/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/story.h"

#include "diagnose/facts.h"
#include "diagnose/make.h"
#include "run.h"

/* One login of a scene: client, program, user, scheme, and how it went. */
struct login {
	uint8_t client;
	const char *agent, *user;
	bool basic, good;
	const char *node; /* computer in the type 2 */
};

/* The last one is asked about, or the one that `ask` counts from 1. */
static const struct story {
	const char *name;
	struct login logins[8];
	enum scope scope;
	size_t ask;
} stories[] = {
	{ "nobody else is there", { { 1, "a", "bob", false, false, NULL } },
	    SCOPE_UNKNOWN, 0 },
	{ "the same login passes later",
	    { { 1, "a", "bob", false, false, NULL },
	        { 1, "a", "bob", false, true, NULL } }, SCOPE_SOMETIMES, 1 },
	{ "that it passed before is told as such",
	    { { 1, "a", "bob", false, true, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_UNKNOWN, 0 },
	{ "in an outage, with good logins before and after it",
	    { { 2, "a", "eve", false, true, NULL },
	        { 2, "a", "eve", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL },
	        { 3, "a", "ann", false, false, NULL },
	        { 1, "a", "bob", false, true, NULL } }, SCOPE_EVERYBODY, 3 },
	{ "another program passes here as the same user",
	    { { 1, "b", "bob", false, true, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_PROGRAM, 0 },
	{ "the same user passes elsewhere",
	    { { 2, "a", "BOB", false, true, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_CLIENT, 0 },
	{ "the same user passed elsewhere, and is refused there, too, now",
	    { { 2, "a", "bob", false, true, NULL },
	        { 2, "a", "bob", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_SOME, 0 },
	{ "the same user passed elsewhere, and is refused there later",
	    { { 2, "a", "bob", false, true, NULL },
	        { 1, "a", "bob", false, false, NULL },
	        { 2, "a", "bob", false, false, NULL } }, SCOPE_SOME, 2 },
	{ "refused elsewhere first, and then let in",
	    { { 2, "a", "bob", false, false, NULL },
	        { 2, "a", "bob", false, true, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_CLIENT, 0 },
	{ "in an outage, with another scheme before and after it",
	    { { 4, "a", "joe", true, true, NULL },
	        { 2, "a", "eve", false, true, NULL },
	        { 2, "a", "eve", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL },
	        { 3, "a", "ann", false, false, NULL },
	        { 1, "a", "bob", false, true, NULL },
	        { 4, "a", "joe", true, true, NULL } }, SCOPE_EVERYBODY, 4 },
	{ "others pass, and nobody else is refused",
	    { { 2, "a", "eve", false, true, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_USER, 0 },
	{ "some pass, some do not",
	    { { 2, "a", "eve", false, true, NULL },
	        { 3, "a", "ann", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_SOME, 0 },
	{ "all with one scheme",
	    { { 2, "a", "eve", true, true, NULL },
	        { 3, "a", "ann", false, false, NULL },
	        { 4, "a", "joe", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_SCHEME, 0 },
	{ "all at one node",
	    { { 2, "a", "eve", false, true, "NODE-A" },
	        { 3, "a", "ann", false, false, "NODE-B" },
	        { 1, "a", "bob", false, false, "NODE-B" } }, SCOPE_NODE, 0 },
	{ "at one node, and the same login passes at another",
	    { { 3, "a", "ann", false, false, "NODE-B" },
	        { 1, "a", "bob", false, false, "NODE-B" },
	        { 1, "a", "bob", false, true, "NODE-A" } }, SCOPE_NODE, 2 },
	{ "who is refused at either node is not hit by one",
	    { { 2, "a", "eve", false, true, "NODE-A" },
	        { 3, "a", "ann", false, false, "NODE-B" },
	        { 1, "a", "bob", false, false, "NODE-A" },
	        { 1, "a", "bob", false, false, "NODE-B" } }, SCOPE_SOME, 0 },
	{ "a node without a name is no node",
	    { { 2, "a", "eve", false, true, NULL },
	        { 3, "a", "ann", false, false, "NODE-B" },
	        { 1, "a", "bob", false, false, "NODE-B" } }, SCOPE_SOME, 0 },
	{ "one user on all of his computers is not everybody",
	    { { 2, "a", "bob", false, false, NULL },
	        { 3, "a", "bob", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_UNKNOWN, 0 },
	{ "everybody",
	    { { 2, "a", "eve", false, false, NULL },
	        { 3, "a", "ann", false, false, NULL },
	        { 1, "a", "bob", false, false, NULL } }, SCOPE_EVERYBODY, 0 },
};

#define N_STORIES ((int)(sizeof(stories) / sizeof(stories[0])))

static struct attempt *
play(struct scene *s, const struct login *l)
{
	struct attempt *a = l->basic
	    ? scene_basic(s, l->client, l->agent, l->user, 1, l->good)
	    : scene_ntlm(s, l->client, l->agent, l->user, l->good);

	a->scheme_name = l->basic ? "Basic" : "NTLM";
	if (l->node != NULL)
		parts_of(a->challenge)->ntlm.nb_computer = l->node;
	return a;
}

START_TEST(who_is_hit)
{
	const struct story *story = &stories[_i];
	struct scene s;
	struct scope_counts counts;
	struct text t = { 0 };

	scene_init(&s);
	for (size_t i = 0; story->logins[i].client != 0; i++)
		play(&s, &story->logins[i]);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct event *e =
	    history_event_of(h, s.attempts[(story->ask > 0 ? story->ask
	                                                   : s.n) - 1]);
	enum scope got = scope_of(h, e, &counts);

	ck_assert_msg(got == story->scope, "%s: %s", story->name,
	    scope_name(got));
	scope_words(&t, got, e, &counts);
	ck_assert_uint_gt(t.len, 0);
	text_fini(&t);
	history_free(h);
	scene_fini(&s);
}
END_TEST

/* A helper pool that is too small: some are never answered.  They have not
 * been refused, and are no less in it. */
START_TEST(who_is_not_answered_is_not_alone)
{
	static const struct login good = { 2, "a", "eve", true, true, NULL };
	static const enum outcome others[] = { OUTCOME_BROKEN,
		OUTCOME_ABANDONED, OUTCOME_INCOMPLETE };
	struct scope_counts counts;
	struct attempt *a, *b;
	struct scene s;

	scene_init(&s);
	play(&s, &good);
	a = scene_basic(&s, 3, "a", "ann", 1, false);
	b = scene_basic(&s, 1, "a", "bob", 1, false);
	a->outcome = others[_i];
	b->outcome = OUTCOME_BROKEN;
	a->status = b->status = 0;

	struct history *h = history_new(s.attempts, s.n, NULL);
	enum scope got = scope_of(h, history_event_of(h, b), &counts);

	ck_assert_int_eq(got, _i == 0 ? SCOPE_SOME : SCOPE_USER);
	ck_assert_uint_eq(counts.refused_clients, _i == 0);
	history_free(h);
	scene_fini(&s);
}
END_TEST

/* NAT, or a terminal server: others may be users of the same client. */
START_TEST(users_of_one_client_are_not_other_clients)
{
	for (uint8_t other = 1; other <= 2; other++) {
		struct scene s;
		struct scope_counts counts;
		struct text t = { 0 };

		scene_init(&s);
		scene_ntlm(&s, 1, "a", "eve", true);
		scene_ntlm(&s, other, "a", "ann", false);
		scene_ntlm(&s, 1, "a", "bob", false);

		struct history *h = history_new(s.attempts, s.n, NULL);
		const struct event *e = history_event_of(h, s.attempts[2]);

		scope_words(&t, scope_of(h, e, &counts), e, &counts);
		ck_assert_str_eq(text_get(&t), other == 1
		        ? "some: within five minutes another user of this "
		          "client gets in, and 1 other user fails, too"
		        : "some: within five minutes another user of this "
		          "client gets in, and 1 other client fails, too");
		text_fini(&t);
		history_free(h);
		scene_fini(&s);
	}
}
END_TEST

/* Three who fail, each in his own way, are not all hit by one thing. */
START_TEST(everybody_is_hit_by_one_thing_only)
{
	static const char *const rules[2] = { "kdc-one", "kdc-two" };
	static const char *const words[2] = {
		"2 other clients fail for other reasons, and none gets in "
		"meanwhile",
		"everybody: 2 other clients fail, and none gets in meanwhile",
	};

	for (int same = 0; same <= 1; same++) {
		struct scene s;
		struct scope_counts counts;
		struct text t = { 0 };

		scene_init(&s);
		scene_ntlm(&s, 2, "a", "eve", false)->rule = rules[0];
		scene_ntlm(&s, 3, "a", "ann", false)->rule = rules[same];
		scene_ntlm(&s, 1, "a", "bob", false)->rule = rules[1];

		struct history *h = history_new(s.attempts, s.n, NULL);
		const struct event *e = history_event_of(h, s.attempts[2]);

		scope_words(&t, scope_of(h, e, &counts), e, &counts);
		ck_assert_str_eq(text_get(&t), words[same]);
		text_fini(&t);
		history_free(h);
		scene_fini(&s);
	}
}
END_TEST

START_TEST(more_than_five_minutes_away_is_another_story)
{
	struct scene s;
	struct scope_counts counts;

	scene_init(&s);
	scene_ntlm(&s, 2, "a", "eve", true);
	s.clock += 301 * WHEN_SECOND;
	scene_ntlm(&s, 1, "a", "bob", false);

	struct history *h = history_new(s.attempts, s.n, NULL);

	ck_assert_int_eq(scope_of(h, history_event_of(h, s.attempts[1]),
	                     &counts), SCOPE_UNKNOWN);
	history_free(h);
	scene_fini(&s);
}
END_TEST

START_TEST(since_when_and_what_changed)
{
	struct scene s;
	struct arena arena = { 0 };
	const char *lines[DIFFERENCES_MAX];

	scene_init(&s);
	scene_ntlm(&s, 1, "a/1", "bob", true);

	struct attempt *first = scene_ntlm(&s, 1, "a/1", "bob", false);
	struct attempt *last = scene_ntlm(&s, 1, "a/1", "bob", false);

	last->domain = "PC17";
	parts_of(last->authenticate)->ntlm.domain = "PC17";

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct event *e = history_event_of(h, last);
	const struct event *good = story_last_good(h, e);

	ck_assert_ptr_eq(good->attempt, s.attempts[0]);
	ck_assert_int_eq(story_failing_since(h, e, good),
	    history_event_of(h, first)->time);
	ck_assert_uint_eq(story_differences(last, good->attempt, "before",
	                      &arena, lines), 1);
	ck_assert_str_eq(lines[0], "domain PC17 (before: LAB)");
	ck_assert_uint_eq(story_differences(good->attempt, good->attempt,
	                      "before", &arena, lines), 0);
	ck_assert_int_eq(story_since(h, e, NULL, &arena).works_again,
	    WHEN_NONE);
	/* The good one itself has nothing before it. */
	ck_assert_ptr_null(story_last_good(h, good));
	history_free(h);
	arena_fini(&arena);
	scene_fini(&s);
}
END_TEST

/* Who takes turns between plain requests and tunnels, and between schemes,
 * changed neither. */
START_TEST(what_is_as_it_was_has_not_changed)
{
	struct scene s;
	struct arena arena = { 0 };
	const char *lines[DIFFERENCES_MAX];

	scene_init(&s);
	scene_ntlm(&s, 1, "a/1", "bob", true)->method = "GET";
	scene_basic(&s, 1, "a/1", "bob", 1, true)->method = "CONNECT";

	struct attempt *bad = scene_ntlm(&s, 1, "a/1", "bob", false);
	struct attempt *again = scene_ntlm(&s, 1, "a/1", "bob", true);

	bad->method = again->method = "GET";

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct event *e = history_event_of(h, bad);
	const struct event *good = story_good_before(h, e);

	ck_assert_ptr_eq(story_last_good(h, e)->attempt, s.attempts[1]);
	ck_assert_ptr_eq(good->attempt, s.attempts[0]);
	ck_assert_uint_eq(story_differences(bad, good->attempt, "before",
	                      &arena, lines), 0);
	ck_assert_int_eq(story_since(h, e, NULL, &arena).works_again,
	    history_event_of(h, again)->time);
	/* Where nothing was made this way, the last will do. */
	bad->scheme = ATTEMPT_DIGEST;
	ck_assert_ptr_eq(story_good_before(h, e)->attempt, s.attempts[1]);
	history_free(h);
	arena_fini(&arena);
	scene_fini(&s);
}
END_TEST

/* `quick` logins in 2 ms, then `slow` ones from three clients. */
static struct slowdown
slow_of(unsigned quick, unsigned slow, int64_t ns)
{
	struct scene s;

	scene_init(&s);
	for (unsigned i = 0; i < quick + slow; i++) {
		struct attempt *a = scene_ntlm(&s, (uint8_t)(1 + i % 3), "a",
		    "bob", true);

		a->verdict_ns = i < quick ? 2 * WHEN_MS : ns;
		a->authority = i % 2 == 0 ? "x:80" : "y:80";
	}

	struct history *h = history_new(s.attempts, s.n, NULL);
	struct slowdown found =
	    history_lane(h, history_event(h, 0))->slow;

	history_free(h);
	scene_fini(&s);
	return found;
}

START_TEST(logins_that_got_slow)
{
	struct slowdown x = slow_of(20, 10, 800 * WHEN_MS);

	ck_assert_uint_eq(x.logins, 10);
	ck_assert_uint_eq(x.clients, 3);
	ck_assert_uint_eq(x.hosts, 2);
	ck_assert_int_eq(x.mean_ns, 800 * WHEN_MS);
	ck_assert_int_eq(x.usual_ns, 2 * WHEN_MS);
	/* Nine are chance; 300 ms is nothing to speak of; and what is always
	 * slow did not get slow. */
	ck_assert_uint_eq(slow_of(20, 9, 800 * WHEN_MS).logins, 0);
	ck_assert_uint_eq(slow_of(20, 10, 300 * WHEN_MS).logins, 0);
	ck_assert_uint_eq(slow_of(0, 30, 800 * WHEN_MS).logins, 0);
}
END_TEST

START_TEST(wrong_tries_are_counted_until_a_good_one)
{
	struct scene s;
	struct arena arena = { 0 };
	struct subject *subject = memory_new(1, sizeof(*subject));
	size_t tries, clients;

	ck_assert(facts_find(SPAN("user.wrong_tries"), &tries));
	ck_assert(facts_find(SPAN("user.wrong_tries_clients"), &clients));
	scene_init(&s);
	for (uint8_t i = 0; i < 6; i++)
		scene_ntlm(&s, (uint8_t)(1 + i % 2), "a", "bob", false);
	s.clock += 1801 * WHEN_SECOND;
	scene_ntlm(&s, 1, "a", "bob", false);
	scene_ntlm(&s, 1, "a", "bob", true);
	scene_ntlm(&s, 1, "a", "bob", false);

	struct history *h = history_new(s.attempts, s.n, NULL);

	subject_init(subject, h, s.attempts[5], NULL, &scene_capture, &arena);
	ck_assert_double_eq(subject_value(subject, tries)->number, 6);
	ck_assert_double_eq(subject_value(subject, clients)->number, 2);
	subject_init(subject, h, s.attempts[6], NULL, &scene_capture, &arena);
	ck_assert_double_eq(subject_value(subject, tries)->number, 1);
	subject_init(subject, h, s.attempts[8], NULL, &scene_capture, &arena);
	ck_assert_int_eq(subject_value(subject, tries)->state, VALUE_ABSENT);
	history_free(h);
	free(subject);
	arena_fini(&arena);
	scene_fini(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/story");
	TCase *c = tcase_create("story");

	tcase_add_loop_test(c, who_is_hit, 0, N_STORIES);
	tcase_add_loop_test(c, who_is_not_answered_is_not_alone, 0, 3);
	tcase_add_test(c, users_of_one_client_are_not_other_clients);
	tcase_add_test(c, everybody_is_hit_by_one_thing_only);
	tcase_add_test(c, more_than_five_minutes_away_is_another_story);
	tcase_add_test(c, since_when_and_what_changed);
	tcase_add_test(c, what_is_as_it_was_has_not_changed);
	tcase_add_test(c, logins_that_got_slow);
	tcase_add_test(c, wrong_tries_are_counted_until_a_good_one);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
