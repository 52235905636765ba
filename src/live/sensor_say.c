/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sensor_say.c - what the sensor says of itself: to Prometheus, to systemd, on
 * the status page, and to who asks with SIGUSR1
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/message.h"
#include "live/metrics.h"
#include "live/sensor_parts.h"

static uint64_t
resident_bytes(const struct sensor *s)
{
	char words[128];
	ssize_t n = s->memory < 0
	    ? -1
	    : pread(s->memory, words, sizeof(words) - 1, 0);
	unsigned long long all = 0, resident = 0;

	if (n <= 0)
		return 0;
	words[n] = '\0';
	if (sscanf(words, "%llu %llu", &all, &resident) != 2)
		return 0;
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
count(const struct sensor *s, struct text *t)
{
	const struct metrics_source m = {
		.version = PACKAGE_VERSION,
		.live = listeners_live(s->listeners),
		.teller = s->teller,
		.counts = listeners_counts(s->listeners),
		.start_s = s->start_s,
		.look_s = (double)s->look_ns / 1e9,
		.resident = resident_bytes(s),
		.reload_failures = s->reload_failures,
	};

	metrics_write(t, &m);
}

void
sensor_write_metrics(struct sensor *s)
{
	struct text t = { 0 };

	if (s->options->metrics == NULL)
		return;
	count(s, &t);
	live_files_metrics(&s->files, s->options->metrics, text_span(&t));
	text_fini(&t);
}

void
sensor_write_state(const struct sensor *s)
{
	const struct told_list *told = teller_told(s->teller);
	const struct live_set *live = listeners_live(s->listeners);
	struct text t = { 0 };
	uint64_t frames = 0, missed = 0;
	size_t faults = 0;

	for (size_t i = 0; i < live_inputs(live); i++) {
		struct capture_input in = live_input(live, i);

		frames += in.frames;
		missed += in.dropped;
	}
	for (unsigned l = LEVEL_LOW; l <= LEVEL_HIGH; l++)
		faults += told_open(told, (enum level)l);
	text_fmt(&t, "STATUS=%llu frames, %llu missed; %llu attempts went well"
	    ", %llu did not; faults open: %zu", (unsigned long long)frames,
	    (unsigned long long)missed,
	    (unsigned long long)teller_outcomes(s->teller,
	        OUTCOME_AUTHENTICATED, OUTCOME_AUTHENTICATED),
	    (unsigned long long)teller_outcomes(s->teller, OUTCOME_REJECTED,
	        OUTCOME_INCOMPLETE), faults);
	notify_say(&s->notify, text_get(&t));
	text_fini(&t);
}

void
sensor_show_status(struct sensor *s, const struct report *r, when_ns now)
{
	struct text t = { 0 };

	count(s, &t);
	status_show(s->status, r, s->trend, text_span(&t), now, clock_steady());
	text_fini(&t);
}

/* How evenly the frames are shared. */
static void
say_shares(struct sensor *s)
{
	for (unsigned i = 0; s->n_listeners > 1 && i < s->n_listeners; i++) {
		struct worker_counts c = listeners_counts_of(s->listeners, i);

		message_note("statistics: thread %u: %llu frames, %llu "
		             "connections, %llu followed now", i + 1,
		    (unsigned long long)c.net.frames,
		    (unsigned long long)c.flow.connections,
		    (unsigned long long)c.flow.open);
	}
}

void
sensor_say_statistics(struct sensor *s)
{
	const struct live_set *live = listeners_live(s->listeners);
	struct worker_counts c = listeners_counts(s->listeners);
	struct text t = { 0 };

	when_length(&t, clock_steady() - s->began);
	message_note("statistics: running for %s; resident %llu MiB; the last "
	             "look took %lld us", text_get(&t),
	    (unsigned long long)(resident_bytes(s) >> 20),
	    (long long)(s->look_ns / 1000));
	text_fini(&t);
	for (size_t i = 0; i < live_inputs(live); i++) {
		struct capture_input in = live_input(live, i);

		message_note("statistics: %s: %llu frames, %llu bytes, missed "
		             "%llu of %llu", in.name,
		    (unsigned long long)in.frames,
		    (unsigned long long)in.bytes,
		    (unsigned long long)in.dropped,
		    (unsigned long long)(in.frames + in.dropped));
	}
	say_shares(s);
	message_note("statistics: %llu connections, %llu with HTTP, %llu "
	             "followed now",
	    (unsigned long long)c.flow.connections,
	    (unsigned long long)c.flow.followed,
	    (unsigned long long)c.flow.open);
	for (unsigned i = OUTCOME_AUTHENTICATED; i <= OUTCOME_INCOMPLETE; i++)
		message_note("statistics: attempts %s: %llu",
		    outcome_name((enum outcome)i),
		    (unsigned long long)teller_outcomes(s->teller,
		        (enum outcome)i, (enum outcome)i));
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		if (limit_hits((enum limit)i) > 0)
			message_note("statistics: bound reached %llu times: "
			             "%s (%llu)",
			    (unsigned long long)limit_hits((enum limit)i),
			    limit_what((enum limit)i),
			    (unsigned long long)limit_of((enum limit)i));
}
