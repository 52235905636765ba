/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every file of tests/http/conversations, played whole, byte by byte, and
 * with each block cut at every place: the same exchanges each time.
 */
#include <glob.h>
#include <stdio.h>

#include "play.h"
#include "run.h"

static glob_t files;

static void
same(const struct script *s, const char *path, const struct way *way,
    const char *how)
{
	struct text said;

	text_init(&said);
	script_play(s, way, &said);
	ck_assert_msg(strcmp(text_get(&said), text_get(&s->want)) == 0,
	    "%s, %s (block %zu at %zu):\n%sinstead of\n%s", path, how,
	    way->block + 1, way->at, text_get(&said), text_get(&s->want));
	text_fini(&said);
}

START_TEST(a_conversation_gives_the_same_exchanges_however_it_is_cut)
{
	const char *path = files.gl_pathv[_i];
	struct script s;

	ck_assert(script_read(&s, path));
	same(&s, path, &(struct way){ 0 }, "whole");
	same(&s, path, &(struct way){ .idle = true }, "skipping");
	same(&s, path, &(struct way){ .bytewise = true }, "byte by byte");
	same(&s, path, &(struct way){ .bytewise = true, .idle = true },
	    "byte by byte, skipping");
	for (size_t b = 0; b < s.n_blocks; b++) {
		size_t len = s.block[b].bytes.len;

		/* Of long ones the ends matter, and where 64 KiB end. */
		for (size_t at = 1; at < len; at++)
			if (len <= 8192 || at < 100 || len - at < 100 ||
			    (at > 65400 && at < 65600)) {
				same(&s, path,
				    &(struct way){ .block = b, .at = at },
				    "cut");
				same(&s, path,
				    &(struct way){
				        .block = b, .at = at, .idle = true },
				    "cut, skipping");
			}
	}
	if (s.client_first)
		same(&s, path, &(struct way){ .order = ORDER_CLIENT },
		    "client first");
	if (s.server_first)
		same(&s, path, &(struct way){ .order = ORDER_SERVER },
		    "server first");
	script_fini(&s);
}
END_TEST

START_TEST(there_are_enough_conversations)
{
	ck_assert_uint_ge(files.gl_pathc, 30);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/conversations");
	TCase *all = tcase_create("files");
	const char *srcdir = getenv("srcdir");
	char pattern[1024];

	snprintf(pattern, sizeof(pattern), "%s/tests/http/conversations/*.t",
	    srcdir != NULL ? srcdir : ".");
	glob(pattern, 0, NULL, &files);

	tcase_add_test(all, there_are_enough_conversations);
	tcase_add_loop_test(all,
	    a_conversation_gives_the_same_exchanges_however_it_is_cut, 0,
	    (int)files.gl_pathc);
	tcase_set_timeout(all, 60);
	suite_add_tcase(suite, all);

	int status = run_suite(suite);

	globfree(&files);
	return status;
}
