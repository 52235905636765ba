/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/message.h"
#include "capture/live_parts.h"

/* An interface that had nothing at a time has nothing older than that. */
#define SETTLED (2 * LIVE_BLOCK_MS * WHEN_MS)
/* What an idle wire's time stays behind by. */
#define BEHIND (4 * LIVE_BLOCK_MS * WHEN_MS)

/* So far behind we are never, in reading. */
#define SET_AHEAD (60 * WHEN_SECOND)

struct live {
	struct live_interface *interfaces;
	size_t n, n_open;
	struct pollfd *polled;
	uint64_t frames;
	uint64_t dropped;  /* when live_was_deaf() was asked */
	when_ns last;      /* of the stamps; WHEN_NONE: no frame yet */
	int64_t last_read; /* the steady clock then */
};

static int64_t
clock_now(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * WHEN_SECOND + now.tv_nsec;
}

struct live *
live_open(const struct live_options *o)
{
	struct live *l = memory_new(1, sizeof(*l));

	l->interfaces = memory_new(o->n, sizeof(*l->interfaces));
	l->polled = memory_new(o->n, sizeof(*l->polled));
	l->last = WHEN_NONE;
	for (size_t i = 0; i < o->n; i++) {
		l->interfaces[i].name = memory_strdup(o->names[i]);
		l->n++;
		if (!live_interface_open(&l->interfaces[i], o)) {
			live_close(l);
			return NULL;
		}
		l->n_open++;
	}
	return l;
}

void
live_close(struct live *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++) {
		live_interface_close(&l->interfaces[i]);
		free(l->interfaces[i].name);
	}
	free(l->interfaces);
	free(l->polled);
	free(l);
}

static when_ns
stamp_of(const struct live_interface *i)
{
	/* tv_usec holds nanoseconds if libpcap could give them. */
	int64_t part = i->header->ts.tv_usec;

	if (pcap_get_tstamp_precision(i->pcap) != PCAP_TSTAMP_PRECISION_NANO)
		part *= 1000;
	return (when_ns)i->header->ts.tv_sec * WHEN_SECOND + part;
}

/* It is taken away, not only down: libpcap tells the two apart. */
static void
lose(struct live *l, struct live_interface *i)
{
	if (live_interface_renamed(i))
		return;
	message_error("%s: %s (it is listened to no longer; start again when "
	              "it is back)", i->name, pcap_geterr(i->pcap));
	live_interface_close(i);
	i->facts.deaf = i->changed = true;
	l->n_open--;
}

/* Ask for its next packet, unless one waits. */
static void
refill(struct live *l, struct live_interface *i)
{
	int64_t asked;

	if (i->pcap == NULL || i->pending)
		return;
	asked = l->n > 1 ? clock_now(CLOCK_REALTIME) : 0;
	switch (pcap_next_ex(i->pcap, &i->header, &i->bytes)) {
	case 1:
		i->pending = true;
		i->waits = l->n > 1 ? clock_now(CLOCK_MONOTONIC) : 0;
		break;
	case 0:
	case PCAP_ERROR_BREAK:
		i->asked = asked;
		break;
	default:
		lose(l, i);
		break;
	}
}

/* Could another interface still have an earlier packet? */
static bool
is_next(const struct live *l, const struct live_interface *i)
{
	if (l->n_open <= 1)
		return true;
	/* Stamps of a clock that is ahead of ours would wait for ever. */
	if (clock_now(CLOCK_MONOTONIC) - i->waits > SETTLED)
		return true;
	for (size_t k = 0; k < l->n; k++) {
		const struct live_interface *other = &l->interfaces[k];

		if (other->pcap != NULL && !other->pending &&
		    other->asked < stamp_of(i) + SETTLED)
			return false;
	}
	return true;
}

/* What stood open when the clock was set has not had its time. */
static void
keep_time(struct live *l, struct live_interface *i, when_ns time)
{
	int64_t now = clock_now(CLOCK_MONOTONIC);
	bool back = l->last != WHEN_NONE &&
	    when_between(time, l->last) > WHEN_SET_BACK;
	bool ahead = l->last != WHEN_NONE &&
	    when_between(l->last, time) > now - l->last_read + SET_AHEAD;

	if (back || ahead) {
		message_note("%s: the clock of its frames was set", i->name);
		i->changed = true;
	}
	if (l->last == WHEN_NONE || time > l->last || back)
		l->last = time;
	l->last_read = now;
}

static void
give(struct live *l, struct live_interface *i, struct frame *out)
{
	struct capture_input *facts = &i->facts;

	*out = (struct frame){
		.number = ++l->frames,
		.file_number = ++facts->frames,
		.time = stamp_of(i),
		.link = i->link,
		.wire_len = i->header->len,
		.bytes = span_of(i->bytes, i->header->caplen),
		.file = (uint16_t)(i - l->interfaces),
	};
	i->pending = false;
	facts->bytes += out->bytes.len;
	facts->cut_frames += out->bytes.len < out->wire_len;
	if (facts->first == WHEN_NONE || out->time < facts->first)
		facts->first = out->time;
	if (facts->last == WHEN_NONE || out->time > facts->last)
		facts->last = out->time;
	keep_time(l, i, out->time);
}

/* False: a signal came, or the time is over. */
static bool
wait_for_any(struct live *l, int wait_ms)
{
	nfds_t n = 0;

	for (size_t k = 0; k < l->n; k++)
		if (l->interfaces[k].pcap != NULL && !l->interfaces[k].pending)
			l->polled[n++] = (struct pollfd){
				.fd = l->interfaces[k].fd, .events = POLLIN };
	return poll(l->polled, n, wait_ms) > 0;
}

enum live_got
live_next(struct live *l, struct frame *out, int wait_ms)
{
	/* A wait that ends without a packet is followed by one more look. */
	for (int rounds = 0;; rounds++) {
		struct live_interface *best = NULL;

		for (size_t k = 0; k < l->n; k++) {
			struct live_interface *i = &l->interfaces[k];

			refill(l, i);
			if (i->pcap != NULL && i->pending &&
			    (best == NULL || stamp_of(i) < stamp_of(best)))
				best = i;
		}
		if (l->n_open == 0)
			return LIVE_GONE;
		if (best != NULL && is_next(l, best)) {
			give(l, best, out);
			return LIVE_FRAME;
		}
		if (best != NULL) {
			/* It is a matter of milliseconds. */
			poll(NULL, 0, 2);
			continue;
		}
		if (rounds > 1 || !wait_for_any(l, wait_ms))
			return LIVE_IDLE;
	}
}

when_ns
live_time(const struct live *l)
{
	int64_t gone;

	if (l->last == WHEN_NONE)
		return WHEN_NONE;
	gone = clock_now(CLOCK_MONOTONIC) - l->last_read - BEHIND;
	return when_after(l->last, gone > 0 ? gone : 0);
}

void
live_count(struct live *l)
{
	for (size_t k = 0; k < l->n; k++) {
		struct live_interface *i = &l->interfaces[k];
		struct pcap_stat now;

		if (i->pcap == NULL)
			continue;
		live_interface_watch(i);
		if (pcap_stats(i->pcap, &now) == 0) {
			i->facts.dropped += now.ps_drop - i->kernel_drops;
			i->kernel_drops = now.ps_drop;
		}
		for (size_t c = 0; c < LIVE_COUNTERS; c++) {
			uint64_t value = live_counter_read(i->counters[c].fd);
			uint64_t *last = &i->counters[c].last;

			if (value > *last) {
				i->facts.dropped += value - *last;
				i->interface_drops += value - *last;
			}
			*last = value;
		}
	}
}

bool
live_was_deaf(struct live *l)
{
	uint64_t dropped = 0;
	bool deaf = false;

	for (size_t k = 0; k < l->n; k++) {
		deaf |= l->interfaces[k].changed;
		l->interfaces[k].changed = false;
		dropped += l->interfaces[k].facts.dropped;
	}
	deaf |= dropped > l->dropped;
	l->dropped = dropped;
	return deaf;
}

size_t
live_inputs(const struct live *l)
{
	return l->n;
}

struct capture_input
live_input(const struct live *l, size_t i)
{
	return l->interfaces[i].facts;
}

uint64_t
live_interface_dropped(const struct live *l, size_t i)
{
	return l->interfaces[i].interface_drops;
}
