/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/live.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/message.h"
#include "capture/live_parts.h"

/* An interface that had nothing at a time has nothing older than that. */
#define SETTLED (2 * LIVE_BLOCK_MS * WHEN_MS)
/* Stamps of another clock do not tell what came before, or after: then so
 * long. */
#define PATIENCE WHEN_SECOND
/* So far behind we are never, in reading. */
#define SET_AHEAD (60 * WHEN_SECOND)
/* What the numbers of frames count, if there are several of us. */
#define NUMBER_NS 100

static bool
open_one(struct live *l, const struct live_options *o)
{
	l->interfaces = memory_new(o->n, sizeof(*l->interfaces));
	l->polled = memory_new(o->n, sizeof(*l->polled));
	l->last = WHEN_NONE;
	for (size_t i = 0; i < o->n; i++)
		live_interface_init(&l->interfaces[i], o->names[i]);
	for (size_t i = 0; i < o->n; i++) {
		if (!live_interface_open(&l->interfaces[i], o, l->index == 0))
			return false;
		l->n_open++;
	}
	return true;
}

struct live_set *
live_open(const struct live_options *o, size_t n)
{
	struct live_set *s = memory_new(1, sizeof(*s));
	bool ok = true;

	s->lives = memory_new(n, sizeof(*s->lives));
	s->n = n;
	s->n_interfaces = o->n;
	s->wanted = o->count;
	for (size_t i = 0; i < n && ok; i++) {
		s->lives[i].set = s;
		s->lives[i].index = i;
		ok = open_one(&s->lives[i], o);
	}
	if (!ok || (n > 1 && !live_share(s, o->program))) {
		live_close(s);
		return NULL;
	}
	s->began = clock_wall();
	s->began_steady = clock_steady();
	return s;
}

void
live_close(struct live_set *s)
{
	if (s == NULL)
		return;
	for (size_t k = 0; k < s->n && s->lives[k].set != NULL; k++) {
		struct live *l = &s->lives[k];

		for (size_t i = 0; i < s->n_interfaces; i++)
			live_interface_fini(&l->interfaces[i]);
		free(l->interfaces);
		free(l->polled);
	}
	free(s->lives);
	free(s);
}

struct live *
live_of(const struct live_set *s, size_t i)
{
	return &s->lives[i];
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
	size_t k = (size_t)(i - l->interfaces);

	if (live_interface_renamed(i))
		return;
	/* It is gone for all, and each comes to know. */
	if (!atomic_exchange(&l->set->lives[0].interfaces[k].lost, true))
		message_error("%s: %s (it is listened to no longer; start "
		              "again when it is back)",
		    i->name, pcap_geterr(i->pcap));
	live_interface_close(i);
	i->deaf = i->changed = true;
	l->n_open--;
}

/*
 * Until it had joined the others it was given all frames, and so were they:
 * these are in no share.
 */
static bool
is_early(const struct live *l, struct live_interface *i)
{
	const struct live_set *s = l->set;

	i->joined = i->joined || s->n == 1 || stamp_of(i) >= s->began ||
	    clock_steady() - s->began_steady > PATIENCE;
	return !i->joined;
}

/* Of NFLOG libpcap calls it an error where there is nothing to be read. */
static int
next_of(struct live_interface *i)
{
	errno = 0;

	int got = pcap_next_ex(i->pcap, &i->header, &i->bytes);

	return got == PCAP_ERROR && errno == EAGAIN && i->link == DLT_NFLOG
	    ? 0
	    : got;
}

/* Ask for its next packet, unless one waits. */
static void
refill(struct live *l, struct live_interface *i)
{
	bool several = l->set->n_interfaces > 1;
	int64_t asked;

	if (i->pcap == NULL || i->pending)
		return;
	asked = several ? clock_wall() : 0;
	do {
		switch (next_of(i)) {
		case 1:
			i->pending = true;
			i->waits = several ? clock_steady() : 0;
			break;
		case 0:
		case PCAP_ERROR_BREAK:
			i->pending = false;
			i->asked = asked;
			break;
		default:
			lose(l, i);
			return;
		}
	} while (i->pending && is_early(l, i));
}

/* Could another interface still have an earlier packet? */
static bool
is_next(const struct live *l, const struct live_interface *i)
{
	if (l->n_open <= 1)
		return true;
	/* Stamps of a clock that is ahead of ours would wait for ever. */
	if (clock_steady() - i->waits > SETTLED)
		return true;
	for (size_t k = 0; k < l->set->n_interfaces; k++) {
		const struct live_interface *other = &l->interfaces[k];

		if (other->pcap != NULL && !other->pending &&
		    other->asked < stamp_of(i) + SETTLED)
			return false;
	}
	return true;
}

/* Those of each of us go up by the number of us. */
static uint64_t
number_of(struct live *l, when_ns stamp)
{
	const struct live_set *s = l->set;
	uint64_t at = 0;

	if (s->n > 1 && stamp > s->began)
		at = (uint64_t)(stamp - s->began) / NUMBER_NS / s->n;
	if (at < l->next_number)
		at = l->next_number;
	l->next_number = at + 1;
	return at * s->n + l->index + 1;
}

static void
add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter,
	    atomic_load_explicit(counter, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

static void
note_time(struct live_counts *c, when_ns time)
{
	when_ns first = atomic_load_explicit(&c->first, memory_order_relaxed);
	when_ns last = atomic_load_explicit(&c->last, memory_order_relaxed);

	if (first == WHEN_NONE || time < first)
		atomic_store_explicit(&c->first, time, memory_order_relaxed);
	if (last == WHEN_NONE || time > last)
		atomic_store_explicit(&c->last, time, memory_order_relaxed);
}

/* What stood open when the clock was set has not had its time. */
static void
keep_time(struct live *l, struct live_interface *i, when_ns time)
{
	int64_t now = clock_steady();
	bool back = l->last != WHEN_NONE &&
	    when_between(time, l->last) > WHEN_SET_BACK;
	bool ahead = l->last != WHEN_NONE &&
	    when_between(l->last, time) > now - l->last_read + SET_AHEAD;

	if (back || ahead) {
		if (i->first)
			message_note("%s: the clock of its frames was set",
			    i->name);
		i->changed = true;
	}
	if (l->last == WHEN_NONE || time > l->last || back)
		l->last = time;
	l->last_read = now;
}

static void
give(struct live *l, struct live_interface *i, struct frame *out)
{
	when_ns stamp = stamp_of(i);

	add(&i->counts.frames, 1);
	*out = (struct frame){
		.number = number_of(l, stamp),
		.file_number = i->counts.frames,
		.time = stamp,
		.link = i->link,
		.wire_len = i->header->len,
		.bytes = span_of(i->bytes, i->header->caplen),
		.file = (uint16_t)(i - l->interfaces),
	};
	i->pending = false;
	add(&i->counts.bytes, out->bytes.len);
	if (out->bytes.len < out->wire_len)
		add(&i->counts.cut, 1);
	note_time(&i->counts, stamp);
	keep_time(l, i, stamp);
}

/* The first packet of those that wait. */
static struct live_interface *
earliest(struct live *l)
{
	struct live_interface *best = NULL;

	for (size_t k = 0; k < l->set->n_interfaces; k++) {
		struct live_interface *i = &l->interfaces[k];

		refill(l, i);
		if (i->pcap != NULL && i->pending &&
		    (best == NULL || stamp_of(i) < stamp_of(best)))
			best = i;
	}
	return best;
}

/* One more of those that are wanted? */
static bool
may_take(struct live_set *s)
{
	return s->wanted == 0 ||
	    atomic_fetch_add_explicit(&s->taken, 1, memory_order_relaxed) <
	    s->wanted;
}

/* All are taken, or what comes now came after the end; NULL: nothing. */
static bool
is_over(const struct live_set *s, const struct live_interface *next)
{
	int64_t since;

	if (s->wanted > 0 && s->taken >= s->wanted)
		return true;
	if (!s->ending)
		return false;
	since = clock_steady() - s->end_steady;
	return since > PATIENCE ||
	    (next != NULL ? stamp_of(next) > s->end : since > SETTLED);
}

/* False: a signal came, or the time is over. */
static bool
wait_for_any(struct live *l, int wait_ms)
{
	nfds_t n = 0;

	for (size_t k = 0; k < l->set->n_interfaces; k++)
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
		struct live_interface *best = earliest(l);

		if (l->n_open == 0)
			return LIVE_GONE;
		if (is_over(l->set, best))
			return LIVE_OVER;
		if (best != NULL && is_next(l, best)) {
			if (!may_take(l->set))
				return LIVE_OVER;
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
	gone = clock_steady() - l->last_read - LIVE_BEHIND;
	return when_after(l->last, gone > 0 ? gone : 0);
}

void
live_count(struct live *l)
{
	for (size_t k = 0; k < l->set->n_interfaces; k++) {
		struct live_interface *i = &l->interfaces[k];
		struct pcap_stat now;

		if (i->pcap == NULL)
			continue;
		live_interface_watch(i);
		if (pcap_stats(i->pcap, &now) == 0) {
			add(&i->counts.dropped, now.ps_drop - i->kernel_drops);
			i->kernel_drops = now.ps_drop;
		}
		for (size_t c = 0; c < LIVE_COUNTERS; c++) {
			uint64_t value = live_counter_read(i->counters[c].fd);
			uint64_t *last = &i->counters[c].last;

			if (value > *last) {
				add(&i->counts.dropped, value - *last);
				add(&i->counts.interface_dropped,
				    value - *last);
			}
			*last = value;
		}
	}
}

bool
live_was_deaf(struct live_set *s)
{
	uint64_t dropped = 0;
	bool deaf = false;

	for (size_t k = 0; k < s->n; k++)
		for (size_t i = 0; i < s->n_interfaces; i++) {
			struct live_interface *one =
			    &s->lives[k].interfaces[i];

			deaf |= atomic_exchange(&one->changed, false);
			dropped += one->counts.dropped;
		}
	deaf |= dropped > s->dropped;
	s->dropped = dropped;
	return deaf;
}

void
live_end(struct live_set *s)
{
	s->end = clock_wall();
	s->end_steady = clock_steady();
	s->ending = true;
}

size_t
live_inputs(const struct live_set *s)
{
	return s->n_interfaces;
}

struct capture_input
live_input(const struct live_set *s, size_t i)
{
	const struct live_interface *one = &s->lives[0].interfaces[i];
	struct capture_input sum = { .name = one->name,
		.format = "live",
		.deaf = one->deaf,
		.drops_known = true,
		.first = WHEN_NONE,
		.last = WHEN_NONE };

	for (size_t k = 0; k < s->n; k++) {
		const struct live_counts *c =
		    &s->lives[k].interfaces[i].counts;
		when_ns first = c->first, last = c->last;

		sum.frames += c->frames;
		sum.bytes += c->bytes;
		sum.cut_frames += c->cut;
		sum.dropped += c->dropped;
		if (first != WHEN_NONE &&
		    (sum.first == WHEN_NONE || first < sum.first))
			sum.first = first;
		if (last > sum.last)
			sum.last = last;
	}
	return sum;
}

uint64_t
live_interface_dropped(const struct live_set *s, size_t i)
{
	return s->lives[0].interfaces[i].counts.interface_dropped;
}
