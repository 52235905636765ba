/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/status.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "report/html_status.h"
#include "report/jsonw.h"
#include "server/server.h"

#define MINUTE (60 * WHEN_SECOND)
/* A wire so quiet is worth a word; so is a loss not longer ago. */
#define QUIET     (5 * MINUTE)
#define LOST_LATELY (5 * MINUTE)
#define PROBLEMS 6

struct status {
	struct server *server;
	uint64_t dropped;
	int64_t began, lost, failed; /* steady; 0: never */
	int errors;                  /* so far */
	struct text page;
};

/* What is amiss with the capture, in sentences. */
struct problems {
	const char *list[PROBLEMS];
	size_t n;
};

struct status *
status_start(const struct options *o)
{
	struct server *server = server_start(&o->listen, o->listen_port,
	    o->account);
	struct status *s;

	if (server == NULL)
		return NULL;
	s = memory_new(1, sizeof(*s));
	s->server = server;
	return s;
}

void
status_end(struct status *s)
{
	if (s == NULL)
		return;
	server_end(s->server);
	text_fini(&s->page);
	free(s);
}

/* -- health -- */

static struct problems
problems_of(struct status *s, const struct report *r, when_ns now,
    int64_t steady)
{
	struct problems p = { .n = 0 };
	when_ns last = WHEN_NONE;
	bool deaf = false;

	for (size_t i = 0; i < r->n_inputs; i++) {
		if (r->inputs[i].last > last)
			last = r->inputs[i].last;
		deaf |= r->inputs[i].deaf;
	}
	if (deaf)
		p.list[p.n++] = "an interface is down, has no link, or is "
		                "gone (see what p407 said on standard error)";
	if (s->began == 0)
		s->began = steady;
	if (r->dropped > s->dropped)
		s->lost = steady;
	s->dropped = r->dropped;
	if (message_errors() > s->errors)
		s->failed = steady;
	s->errors = message_errors();
	if (last == WHEN_NONE && steady - s->began > QUIET)
		p.list[p.n++] = "no frame came since the start (is the span "
		                "port on, and this its interface?)";
	if (last != WHEN_NONE && when_between(last, now) > QUIET)
		p.list[p.n++] = "no frame came for more than 5 minutes (is "
		                "the span port still on?)";
	if (s->lost != 0 && steady - s->lost < LOST_LATELY)
		p.list[p.n++] = "frames were lost within the last 5 minutes "
		                "(a larger buffer: -B; fewer frames: -f)";
	if (s->failed != 0 && steady - s->failed < LOST_LATELY)
		p.list[p.n++] = "there were errors within the last 5 minutes "
		                "(see what p407 said on standard error)";
	if (message_troubles() > 0)
		p.list[p.n++] = "something cannot be written (see what p407 "
		                "said on standard error)";
	return p;
}

static void
write_health(struct text *t, const struct report *r, const struct problems *p,
    when_ns now)
{
	struct jsonw w = jsonw_of(t);
	uint64_t frames = 0;
	when_ns last = WHEN_NONE;

	for (size_t i = 0; i < r->n_inputs; i++) {
		frames += r->inputs[i].frames;
		if (r->inputs[i].last > last)
			last = r->inputs[i].last;
	}
	jsonw_object(&w, NULL);
	jsonw_str(&w, "status", p->n == 0 ? "ok" : "failing");
	jsonw_array(&w, "problems");
	for (size_t i = 0; i < p->n; i++)
		jsonw_str(&w, NULL, p->list[i]);
	jsonw_end(&w);
	jsonw_uint(&w, "frames", frames);
	jsonw_uint(&w, "dropped", r->dropped);
	jsonw_ratio(&w, "missing_ratio", report_missing_ratio(r));
	if (last != WHEN_NONE) {
		jsonw_time(&w, "last_frame", last);
		jsonw_seconds(&w, "seconds_since_last_frame",
		    last < now ? when_between(last, now) : 0);
	} else {
		jsonw_null(&w, "last_frame");
		jsonw_null(&w, "seconds_since_last_frame");
	}
	jsonw_end(&w);
	text_char(t, '\n');
}

/* -- pages -- */

static void
put_up(struct status *s, const char *path, enum board_type type, bool good)
{
	board_add(server_board(s->server), path, type, good,
	    text_span(&s->page));
	text_clear(&s->page);
}

static void
show_findings(struct status *s, const struct report *r)
{
	const struct finding **list = memory_new(r->n_findings + 1,
	    sizeof(const struct finding *));
	size_t n = html_status_faults(r, list);

	for (size_t i = 0; i < n && i < STATUS_FAULTS; i++) {
		char path[BOARD_PATH];

		snprintf(path, sizeof(path), "/finding/%s", list[i]->id);
		html_status_finding(&s->page, r, list[i]);
		put_up(s, path, BOARD_HTML, true);
	}
	free(list);
}

void
status_show(struct status *s, const struct report *r,
    const struct trend *trend, struct span metrics, when_ns now,
    int64_t steady)
{
	struct problems p = problems_of(s, r, now, steady);

	if (!server_alive(s->server))
		return;

	const struct html_status page = {
		.report = r,
		.now = now,
		.hour = trend_bars(trend, 60),
		.day = trend_bars(trend, 24 * 60),
		.month = trend_bars(trend, 30 * 24 * 60),
		.problems = p.list,
		.n_problems = p.n,
	};

	board_begin(server_board(s->server));
	html_status_page(&s->page, &page);
	put_up(s, "/", BOARD_HTML, true);
	write_health(&s->page, r, &p, now);
	put_up(s, "/healthz", BOARD_JSON, p.n == 0);
	text_add(&s->page, metrics);
	put_up(s, "/metrics", BOARD_METRICS, true);
	show_findings(s, r);
	board_end(server_board(s->server), steady);
}
