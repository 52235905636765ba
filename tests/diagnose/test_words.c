/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/diagnosis.h"

#include "judged.h"
#include "run.h"

/* Of whom words are wanted, and who was asked for. */
struct asked {
	const char *wanted; /* a user */
	const struct finding *shown[8];
	size_t n;
};

static bool
wants(void *context, struct finding *f)
{
	struct asked *x = context;

	ck_assert_ptr_nonnull(f->title);
	ck_assert_ptr_null(f->message);
	x->shown[x->n++] = f;
	f->id = "its own";
	return strcmp(f->users.entries[0].name, x->wanted) == 0;
}

static void
diagnose_for(struct asked *asked)
{
	const struct words_wanted words = { wants, asked };
	struct capture_facts facts = scene_capture;

	facts.words = &words;
	diagnosis_free(diagnosis);
	diagnosis = diagnosis_run(rules, scene.attempts, scene.n, NULL, 0,
	    &facts);
}

/* Three who are refused, each for himself, and one who gets in. */
static void
make_three(void)
{
	scene_ntlm(&scene, 1, "x", "erin", false);
	scene_ntlm(&scene, 2, "x", "bob", false);
	scene_ntlm(&scene, 3, "x", "lena", false);
	scene_ntlm(&scene, 4, "x", "adam", true);
}

START_TEST(only_what_is_wanted_has_words)
{
	struct asked asked = { .wanted = "LAB\\bob" };

	make_three();
	diagnose_for(&asked);
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 3);
	ck_assert_uint_eq(asked.n, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct finding *f = diagnosis_finding(diagnosis, i);

		ck_assert_ptr_eq(f, asked.shown[i]);
		ck_assert_str_eq(f->id, "its own");
		ck_assert_uint_eq(f->n_attempts, 1);
		ck_assert_uint_gt(f->n_frames, 0);
		ck_assert_int_eq(f->message != NULL, i == 1);
		ck_assert_int_eq(f->n_fixes > 0, i == 1);
		ck_assert_int_eq(f->n_ruled_out > 0, i == 1);
	}
}
END_TEST

static void
say(struct text *t, const struct finding *f)
{
	text_fmt(t, "%s|%s|%s|%s|%s|%s\n", f->rule->id, f->title, f->message,
	    f->why, f->verify, f->scope_words != NULL ? f->scope_words : "");
	for (size_t i = 0; i < f->n_fixes; i++)
		text_fmt(t, "%s\n", f->fixes[i].what);
	for (size_t i = 0; i < f->n_ruled_out; i++)
		text_fmt(t, "%s\n", f->ruled_out[i].because);
	for (size_t i = 0; i < f->n_cannot_tell; i++)
		text_fmt(t, "%s\n", f->cannot_tell[i].because);
}

START_TEST(they_are_the_words_of_any_other_time)
{
	struct asked asked = { .wanted = "LAB\\lena" };
	struct text then = { 0 }, now = { 0 };

	make_three();
	diagnose();
	say(&then, diagnosis_finding(diagnosis, 2));
	diagnose_for(&asked);
	say(&now, diagnosis_finding(diagnosis, 2));
	ck_assert_str_eq(text_get(&now), text_get(&then));
	text_fini(&then);
	text_fini(&now);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/words");
	TCase *all = tcase_create("attempts by hand");

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, only_what_is_wanted_has_words);
	tcase_add_test(all, they_are_the_words_of_any_other_time);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
