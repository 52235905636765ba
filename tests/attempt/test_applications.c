/* SPDX-License-Identifier: BSD-2-Clause */
/* Attempts get names by what went to their place; nothing without libndpi. */
#include "attempt/applications.h"

#include <stdio.h>

#include "attempt/build.h"
#include "run.h"
#include "witness/apps.h"
#include "witness/sample.h"

static struct observation *
sample_of(const char *authority, struct span client)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *w = arena_new(&o->arena, sizeof(*w));
	struct sample_record *s = arena_new(&o->arena, sizeof(*s));

	s->authority = arena_str(&o->arena, span_of_str(authority));
	s->client = arena_span(&o->arena, client);
	w->kind = WITNESS_SAMPLE;
	w->saw.sample = s;
	o->witness = w;
	return o;
}

static const struct name_row {
	const char *what, *authority, *name;
} rows[] = {
	{ "by its bytes", "jump.corp.example:22", "SSH" },
	{ "by its bytes and its name", "www.google.com:443", "SSH.Google" },
	{ "by its name", "login.microsoftonline.com:443", "Microsoft365" },
	{ "not at all", "intranet.corp.example:80", NULL },
	{ "no place", NULL, NULL },
};

#define N_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

START_TEST(an_attempt_is_named)
{
	const struct name_row *row = &rows[_i];
	struct applications *a = applications_new();
	const struct connection nowhere = { 0 };
	struct attempt t, *list[] = { &t };
	const struct span ssh = SPAN_INIT("SSH-2.0-OpenSSH_9.2\r\n");

	applications_take(a, sample_of("jump.corp.example:22", ssh));
	applications_take(a, sample_of("www.google.com:443", ssh));
	/* The first is the one that counts. */
	applications_take(a, sample_of("jump.corp.example:22",
	    SPAN("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
	attempt_begin(&t, &nowhere);
	t.authority = row->authority;
	for (int again = 0; again < 2; again++) {
		applications_name(a, list, 1);
		ck_assert_msg(
		    row->name == NULL
		        ? t.application == NULL
		        : t.application != NULL &&
		            strcmp(t.application, row->name) == 0,
		    "%s: %s", row->what, t.application);
	}
	attempt_end(&t);
	applications_free(a);
}
END_TEST

int
main(void)
{
	struct apps *probe = apps_new();
	bool there = probe != NULL && apps_open(probe);

	apps_free(probe);
	if (!there) {
		puts("libndpi is not here: applications are not named");
		return 77;
	}

	Suite *s = suite_create("applications");
	TCase *c = tcase_create("applications");

	tcase_add_loop_test(c, an_attempt_is_named, 0, N_ROWS);
	suite_add_tcase(s, c);
	return run_suite(s);
}
