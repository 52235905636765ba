/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports made by hand, and what a reader of --listen is then shown; the
 * clocks are ours.
 */
#include "live/status.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/message.h"
#include "report/sample.h"
#include "server/ask.h"
#include "server/server.h"

#define MINUTE (60 * WHEN_SECOND)

struct stage {
	struct options options;
	struct live_files files;
	struct teller *teller;
	struct trend *trend;
	struct status *status;
	struct sample sample;
	struct finding *findings[1];
	int64_t began; /* steady */
};

/* A port that nobody has: it was ours until now. */
static uint16_t
free_port(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t len = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	close(fd);
	return ntohs(name.sin_port);
}

/* Begin with what is in t->sample. */
static void
begin(struct stage *t, enum redact_level redact)
{
	t->options = (struct options){
		.listen = { .len = 4, .bytes = { 127, 0, 0, 1 } },
		.listen_port = free_port(),
		.redact_identities = redact == REDACT_IDENTITIES,
	};
	t->files = (struct live_files){ .n_outputs = 0 };
	t->teller = teller_new(&t->options, &t->files);
	t->trend = trend_new();
	t->status = status_start(&t->options);
	ck_assert_ptr_nonnull(t->status);
	t->sample.report.options.redact = redact;
	t->sample.report.lasting = teller_redact(t->teller);
	t->findings[0] = &t->sample.finding;
	sample_prepare(&t->sample);
	t->began = steady_now();
}

/* A look, so long after the beginning and after the last frame. */
static void
show_page(struct stage *t, int64_t steady, int64_t after)
{
	when_ns now = t->sample.input.last == WHEN_NONE
	    ? WHEN_NONE
	    : t->sample.input.last + after;

	teller_begin(t->teller, now, true);
	for (size_t i = 0; i < t->sample.report.n_findings; i++)
		ck_assert(teller_take(t->teller, t->findings[i]));
	teller_look(t->teller, &t->sample.report, t->findings);
	trend_count(t->trend, t->teller, now, t->began + steady);
	status_show(t->status, &t->sample.report, t->trend, SPAN("m 1\n"),
	    now, t->began + steady);
}

static void
end(struct stage *t)
{
	status_end(t->status);
	trend_free(t->trend);
	sample_fini(&t->sample);
	teller_free(t->teller);
}

static void
shows(const struct stage *t, const char *path, const char *status,
    const char *words)
{
	const char *all = ask_for(t->options.listen_port, path);

	ck_assert_msg(strncmp(all + strlen("HTTP/1.1 "), status, 3) == 0,
	    "%s: %s", path, all);
	ck_assert_msg(strstr(all, words) != NULL, "%s has no '%s': %.2000s",
	    path, words, strstr(all, "<main>") ? strstr(all, "<main>") : all);
}

START_TEST(a_fault_is_on_its_pages_until_it_is_over)
{
	struct stage t;

	sample_rejected(&t.sample);
	begin(&t, REDACT_SECRETS);
	shows(&t, "/", "404", "Not yet");
	shows(&t, "/healthz", "503", "failing");
	show_page(&t, 0, 0);
	shows(&t, "/", "200", "href=\"/finding/f1\"");
	shows(&t, "/", "200", "0 good, 1 failed; a bar is a minute");
	shows(&t, "/finding/f1", "200", "What to do, the easiest first");
	shows(&t, "/healthz", "200", "{\"status\":\"ok\",\"problems\":[],"
	    "\"frames\":31,\"dropped\":0,");
	shows(&t, "/metrics", "200", "\r\n\r\nm 1\n");
	/* It left the window. */
	t.sample.report.n_findings = t.sample.report.n_attempts = 0;
	show_page(&t, MINUTE, MINUTE);
	shows(&t, "/", "200", "No login at a proxy was seen");
	shows(&t, "/", "200", "0 good, 1 failed; a bar is a minute");
	shows(&t, "/finding/f1", "404", "No such page");
	t.sample.report.n_attempts = 1;
	end(&t);
}
END_TEST

START_TEST(what_was_counted_leaves_the_hour_and_then_the_day)
{
	struct stage t;

	sample_rejected(&t.sample);
	begin(&t, REDACT_SECRETS);
	show_page(&t, 0, 0);
	show_page(&t, 59 * MINUTE, 59 * MINUTE);
	shows(&t, "/", "200", "0 good, 1 failed; a bar is a minute");
	show_page(&t, 60 * MINUTE, 60 * MINUTE);
	shows(&t, "/", "200", "0 good, 0 failed; a bar is a minute");
	shows(&t, "/", "200", "0 good, 1 failed; a bar is 24 minutes");
	show_page(&t, 1439 * MINUTE, 1439 * MINUTE);
	shows(&t, "/", "200", "0 good, 1 failed; a bar is 24 minutes");
	show_page(&t, 1440 * MINUTE, 1440 * MINUTE);
	shows(&t, "/", "200", "0 good, 0 failed; a bar is 24 minutes");
	/* A clock that jumps by years takes no time. */
	show_page(&t, 1441 * MINUTE, 100 * 365 * 1440 * MINUTE);
	shows(&t, "/", "200", "0 good, 0 failed; a bar is 24 minutes");
	end(&t);
}
END_TEST

/* How often the page at / has it, in all of its drawings. */
static size_t
count_on_page(const struct stage *t, const char *words)
{
	const char *page = ask_for(t->options.listen_port, "/");
	size_t n = 0;

	while ((page = strstr(page, words)) != NULL) {
		page++;
		n++;
	}
	return n;
}

/* A run with the store, so long after the first; it ends as it should. */
static void
run_with(struct stage *t, const char *store, int64_t after)
{
	struct state *s = state_open(store);

	ck_assert_ptr_nonnull(s);
	sample_rejected(&t->sample);
	begin(t, REDACT_SECRETS);
	trend_remember(t->trend, s);
	show_page(t, 0, after);
	trend_keep(t->trend);
	state_close(s);
	trend_remember(t->trend, NULL);
}

START_TEST(what_earlier_runs_counted_is_shown_and_between_is_a_gap)
{
	char folder[] = "/tmp/p407-status-XXXXXX", store[64];
	struct stage t;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(store, sizeof(store), "%s/s", folder);
	run_with(&t, store, 0);
	shows(&t, "/", "200", "0 good, 1 failed; a bar is a minute; grey: "
	    "nobody watched, in all 59 min</p>");
	end(&t);
	run_with(&t, store, 10 * MINUTE);
	shows(&t, "/", "200", "0 good, 2 failed; a bar is a minute; grey: "
	    "nobody watched, in all 58 min</p>");
	shows(&t, "/", "200", "<title>watched 0 of 1 min</title>");
	/* A minute is watched once; each is drawn for a desk and a phone. */
	show_page(&t, 1, 10 * MINUTE + 1);
	ck_assert_uint_eq(count_on_page(&t, "<title>watched 2 of 24 min<"), 2);
	ck_assert_uint_eq(count_on_page(&t, "<title>watched 2 of "), 4);
	ck_assert_uint_eq(count_on_page(&t, "<rect class=\"gap"),
	    2 * (58 + 60 + 60));
	/* It runs on, and nothing is a gap but what was one. */
	show_page(&t, 5 * MINUTE, 15 * MINUTE);
	shows(&t, "/", "200", "in all 53 min</p>");
	show_page(&t, 54 * MINUTE, 64 * MINUTE);
	shows(&t, "/", "200", "in all 5 min</p>");
	show_page(&t, 59 * MINUTE, 69 * MINUTE);
	shows(&t, "/", "200", "0 good, 1 failed; a bar is a minute</p>");
	/* It slept: its clock went on, and it did not. */
	show_page(&t, 60 * MINUTE, 80 * MINUTE);
	shows(&t, "/", "200", "in all 10 min</p>");
	end(&t);
	run_with(&t, store, 29 * 1440 * MINUTE);
	shows(&t, "/", "200", "0 good, 3 failed; a bar is 12 hours; grey");
	end(&t);
	run_with(&t, store, 40 * 1440 * MINUTE);
	shows(&t, "/", "200", "0 good, 2 failed; a bar is 12 hours; grey");
	end(&t);
	for (int i = 0; i < 4; i++) {
		static const char *const ends[] = { "", "-wal", ".key",
			".damaged" };
		char name[80];

		snprintf(name, sizeof(name), "%s%s", store, ends[i]);
		unlink(name);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(what_is_amiss_is_said_for_five_minutes)
{
	static const char *const ok = "\"status\":\"ok\"";
	struct stage t;

	sample_healthy(&t.sample, 2);
	begin(&t, REDACT_SECRETS);
	show_page(&t, 0, 5 * MINUTE);
	shows(&t, "/healthz", "200", ok);
	show_page(&t, 1, 5 * MINUTE + 1);
	shows(&t, "/healthz", "503", "no frame came for more than 5 minutes");
	shows(&t, "/", "200", "no frame came for more than 5 minutes");
	t.sample.report.dropped = 12;
	show_page(&t, 2 * MINUTE, 0);
	shows(&t, "/healthz", "503", "frames were lost");
	show_page(&t, 7 * MINUTE - 1, 0);
	shows(&t, "/healthz", "503", "frames were lost");
	show_page(&t, 7 * MINUTE, 0);
	shows(&t, "/healthz", "200", ok);
	message_error("this one is of the test");
	show_page(&t, 8 * MINUTE, 0);
	shows(&t, "/healthz", "503", "there were errors");
	show_page(&t, 13 * MINUTE, 0);
	shows(&t, "/healthz", "200", ok);
	end(&t);
}
END_TEST

START_TEST(a_wire_without_a_frame_is_said_after_five_minutes)
{
	struct stage t;

	sample_silent(&t.sample);
	t.sample.input.last = t.sample.input.first = WHEN_NONE;
	begin(&t, REDACT_SECRETS);
	show_page(&t, 0, 0);
	shows(&t, "/healthz", "200", "\"last_frame\":null");
	shows(&t, "/", "200", "No frame was seen yet");
	show_page(&t, 5 * MINUTE + 1, 0);
	shows(&t, "/healthz", "503", "no frame came since the start");
	end(&t);
}
END_TEST

START_TEST(with_pseudonyms_nobody_is_named)
{
	static const char *const paths[] = { "/", "/finding/f1", "/healthz",
		"/metrics" };
	static const char *const names[] = { "erin", "10.77.", "WORKSTATION",
		"LAB", "example.test" };
	struct stage t;

	sample_rejected(&t.sample);
	begin(&t, REDACT_IDENTITIES);
	show_page(&t, 0, 0);
	shows(&t, "/finding/f1", "200", "user-1");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *all = ask_for(t.options.listen_port, paths[i]);

		ck_assert_msg(strstr(all, " 200 ") != NULL, "%s", all);
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			ck_assert_msg(strstr(all, names[k]) == NULL,
			    "%s has %s", paths[i], names[k]);
	}
	end(&t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("status");
	TCase *c = tcase_create("status");

	if (!serve_can()) {
		puts("# built without libmicrohttpd: nothing is tested");
		return 0;
	}
	tcase_add_test(c, a_fault_is_on_its_pages_until_it_is_over);
	tcase_add_test(c, what_was_counted_leaves_the_hour_and_then_the_day);
	tcase_add_test(c,
	    what_earlier_runs_counted_is_shown_and_between_is_a_gap);
	tcase_add_test(c, what_is_amiss_is_said_for_five_minutes);
	tcase_add_test(c, a_wire_without_a_frame_is_said_after_five_minutes);
	tcase_add_test(c, with_pseudonyms_nobody_is_named);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
