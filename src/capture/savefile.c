/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/savefile.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/reader.h"

/* No frame is longer: what claims to be is damage. */
#define FRAME_MOST 262144
#define INTERFACES_MOST 4096

/* An interface of a pcapng section, or the one of a pcap file. */
struct interface {
	uint32_t link;
	uint32_t snaplen;
	uint64_t ticks; /* per second */
	int64_t offset; /* seconds */
	uint64_t dropped;
};

struct savefile {
	char *name;
	struct input *in;
	bool big;      /* byte order of the file or section */
	bool ng;       /* pcapng */
	size_t record; /* pcap: bytes of a record header */
	struct interface *interfaces;
	size_t n_interfaces, room;
	struct capture_input facts;
	char format[32];
	bool done;
	when_ns last_time;
};

static bool next_pcap(struct savefile *s, struct frame *out);
static bool next_pcapng(struct savefile *s, struct frame *out);

static uint32_t
u32(const struct savefile *s, struct span b, size_t at)
{
	struct reader r = reader_of(span_from(b, at));

	return s->big ? reader_be32(&r, "u32") : reader_le32(&r, "u32");
}

static uint16_t
u16(const struct savefile *s, struct span b, size_t at)
{
	struct reader r = reader_of(span_from(b, at));

	return s->big ? reader_be16(&r, "u16") : reader_le16(&r, "u16");
}

static void
damaged(struct savefile *s, const char *what, const char *remedy)
{
	s->done = true;
	s->facts.damaged = true;
	if (input_problem(s->in) != NULL)
		what = input_problem(s->in);
	message_error("%s: %s at byte %llu, after frame %llu (%s)", s->name,
	    what, (unsigned long long)input_at(s->in),
	    (unsigned long long)s->facts.frames, remedy);
}

static const char cut_remedy[] =
    "the capture was cut short: what came before is reported";
static const char bad_remedy[] =
    "the file is damaged: what came before is reported";

static struct interface *
add_interface(struct savefile *s, uint32_t link, uint32_t snaplen)
{
	if (s->n_interfaces == s->room) {
		s->room = s->room > 0 ? s->room * 2 : 4;
		s->interfaces = memory_grow(s->interfaces, s->room,
		    sizeof(*s->interfaces));
	}

	struct interface *i = &s->interfaces[s->n_interfaces++];

	*i = (struct interface){ link, snaplen, 1000000, 0, 0 };
	return i;
}

/* File header of pcap: magic, version, two unused, snaplen, link type. */
static bool
open_pcap(struct savefile *s, struct span head)
{
	static const struct {
		uint32_t magic;
		uint64_t ticks;
		size_t record;
	} kinds[] = {
		{ 0xa1b2c3d4, 1000000, 16 },
		{ 0xa1b23c4d, 1000000000, 16 },
		{ 0xa1b2cd34, 1000000, 24 }, /* "modified" */
	};

	for (int big = 0; big < 2; big++) {
		s->big = big;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (head.len < 24 || u32(s, head, 0) != kinds[i].magic)
				continue;

			/* The upper bits hold FCS length and reserved. */
			struct interface *itf = add_interface(s,
			    u32(s, head, 20) & 0xffff, u32(s, head, 16));

			itf->ticks = kinds[i].ticks;
			s->record = kinds[i].record;
			input_skip(s->in, 24);
			return true;
		}
	}
	return false;
}

struct savefile *
savefile_new(const char *name, struct input *in)
{
	struct savefile *s = memory_new(1, sizeof(*s));
	struct span head = input_peek(in, 24);
	const char *what = NULL, *remedy = "give a pcap or pcapng file";

	s->name = memory_strdup(name);
	s->in = in;
	s->facts.name = s->name;
	s->facts.first = s->facts.last = WHEN_NONE;
	s->last_time = 0;

	if (span_starts(head, SPAN("\x0a\x0d\x0d\x0a")))
		s->ng = true;
	else if (open_pcap(s, head))
		;
	else if (input_problem(in) != NULL)
		what = input_problem(in);
	else if (head.len == 0)
		what = "is empty";
	else if (head.len < 24 &&
	    (span_starts(head, SPAN("\xd4\xc3\xb2\xa1")) ||
	        span_starts(head, SPAN("\xa1\xb2\xc3\xd4"))))
		what = "ends inside its file header";
	else
		what = "is not a capture";
	if (what != NULL) {
		message_error("%s: %s (%s)", name, what, remedy);
		savefile_free(s);
		return NULL;
	}
	snprintf(s->format, sizeof(s->format), "%s%s%s",
	    s->ng ? "pcapng" : "pcap", input_packing(in) != NULL ? ", " : "",
	    input_packing(in) != NULL ? input_packing(in) : "");
	s->facts.format = s->format;
	return s;
}

void
savefile_free(struct savefile *s)
{
	if (s == NULL)
		return;
	input_close(s->in);
	free(s->interfaces);
	free(s->name);
	free(s);
}

const struct capture_input *
savefile_facts(const struct savefile *s)
{
	return &s->facts;
}

double
savefile_progress(const struct savefile *s)
{
	return input_progress(s->in);
}

bool
savefile_next(struct savefile *s, struct frame *out)
{
	if (s->done)
		return false;
	if (!(s->ng ? next_pcapng(s, out) : next_pcap(s, out))) {
		s->done = true;
		return false;
	}

	struct capture_input *f = &s->facts;

	out->number = out->file_number = ++f->frames;
	out->file = 0;
	f->bytes += out->bytes.len;
	if (out->bytes.len < out->wire_len)
		f->cut_frames++;
	if (f->first == WHEN_NONE || out->time < f->first)
		f->first = out->time;
	if (f->last == WHEN_NONE || out->time > f->last)
		f->last = out->time;
	return true;
}

/* Ticks can be finer than nanoseconds: the product needs the room. */
__extension__ typedef unsigned __int128 wide;

/* Seconds and a fraction in ticks to nanoseconds. */
static when_ns
time_of(const struct interface *i, uint64_t seconds, uint64_t ticks)
{
	uint64_t ns = i->ticks == 1000000 ? ticks * 1000
	    : i->ticks == 1000000000
	    ? ticks
	    : (uint64_t)((wide)ticks * 1000000000 / i->ticks);
	int64_t whole = (int64_t)(seconds & 0x7fffffffff) + i->offset;

	if (whole > INT64_MAX / WHEN_SECOND - 1 ||
	    whole < INT64_MIN / WHEN_SECOND + 1)
		whole = 0;
	return whole * WHEN_SECOND + (int64_t)(ns % 1000000000) +
	    (int64_t)(ns / 1000000000) * WHEN_SECOND;
}

static bool
next_pcap(struct savefile *s, struct frame *out)
{
	struct span head = input_peek(s->in, s->record);

	if (head.len == 0 && input_problem(s->in) == NULL)
		return false;
	if (head.len < s->record) {
		damaged(s, "ends inside a frame header", cut_remedy);
		return false;
	}

	uint32_t len = u32(s, head, 8);
	uint32_t wire = u32(s, head, 12);

	if (len > FRAME_MOST) {
		damaged(s, "frame of an impossible length", bad_remedy);
		return false;
	}
	out->time = time_of(&s->interfaces[0], u32(s, head, 0),
	    u32(s, head, 4));

	struct span all = input_peek(s->in, s->record + len);

	if (all.len < s->record + len) {
		damaged(s, "ends inside a frame", cut_remedy);
		return false;
	}
	out->bytes = span_from(all, s->record);
	out->wire_len = wire > len ? wire : len;
	out->link = s->interfaces[0].link;
	/* The bytes stay in the buffer until the next peek. */
	input_skip(s->in, s->record + len);
	return true;
}

/* Options of an Interface Description Block: if_tsresol, if_tsoffset. */
static void
read_interface_options(struct savefile *s, struct interface *i,
    struct span options)
{
	while (options.len >= 4) {
		uint16_t code = u16(s, options, 0), len = u16(s, options, 2);
		struct span value = span_first(span_from(options, 4), len);

		if (code == 0 || value.len < len)
			return;
		if (code == 9 && len == 1) { /* if_tsresol */
			unsigned power = value.at[0] & 0x7f;

			if (value.at[0] & 0x80) {
				i->ticks = power < 63 ? UINT64_C(1) << power
				                      : 1000000;
			} else {
				i->ticks = 1;
				for (unsigned n = 0; n < power && n < 18; n++)
					i->ticks *= 10;
			}
		} else if (code == 14 && len == 8) { /* if_tsoffset */
			uint64_t a = u32(s, value, 0), b = u32(s, value, 4);

			i->offset = (int64_t)(s->big ? a << 32 | b
			                             : b << 32 | a);
		}
		options = span_from(options, 4u + ((len + 3u) & ~3u));
	}
}

/* Interface Statistics Block: isb_ifdrop (5), isb_osdrop (7). */
static void
read_statistics(struct savefile *s, struct span body)
{
	uint32_t id = body.len >= 12 ? u32(s, body, 0) : UINT32_MAX;
	struct span options = span_from(body, 12);
	uint64_t dropped = 0;
	bool known = false;

	while (options.len >= 4) {
		uint16_t code = u16(s, options, 0), len = u16(s, options, 2);
		struct span value = span_first(span_from(options, 4), len);

		if (code == 0 || value.len < len)
			break;
		if ((code == 5 || code == 7) && len == 8) {
			uint64_t a = u32(s, value, 0), b = u32(s, value, 4);

			dropped += s->big ? a << 32 | b : b << 32 | a;
			known = true;
		}
		options = span_from(options, 4u + ((len + 3u) & ~3u));
	}
	if (known && id < s->n_interfaces) {
		/* Counters are totals: only the growth is new. */
		struct interface *i = &s->interfaces[id];

		if (dropped > i->dropped) {
			s->facts.dropped += dropped - i->dropped;
			i->dropped = dropped;
		}
		s->facts.drops_known = true;
	}
}

/* A time stamp in ticks, high and low word. */
static when_ns
ticks_time(const struct interface *i, uint32_t high, uint32_t low)
{
	uint64_t t = (uint64_t)high << 32 | low;

	return time_of(i, t / i->ticks, t % i->ticks);
}

/* The frame of a packet block; false if the block is not one. */
static bool
frame_of_block(struct savefile *s, uint32_t type, struct span body,
    struct frame *out, bool *bad)
{
	uint32_t id = 0, len = 0;
	size_t fixed = type == 3 ? 4 : 20;

	if (type != 6 && type != 3 && type != 2)
		return false;
	*bad = true;
	if (body.len < fixed)
		return false;
	if (type == 6) /* Enhanced Packet Block */
		id = u32(s, body, 0);
	else if (type == 2) /* Packet Block, obsolete */
		id = u16(s, body, 0);
	if (id >= s->n_interfaces)
		return false;

	const struct interface *i = &s->interfaces[id];

	if (type == 3) { /* Simple Packet Block: no time, no length kept */
		out->wire_len = u32(s, body, 0);
		len = out->wire_len;
		if (i->snaplen > 0 && len > i->snaplen)
			len = i->snaplen;
		if (len > body.len - fixed)
			len = (uint32_t)(body.len - fixed);
		out->time = s->last_time;
	} else {
		len = u32(s, body, 12);
		out->wire_len = u32(s, body, 16);
		out->time = ticks_time(i, u32(s, body, 4), u32(s, body, 8));
	}
	if (len > body.len - fixed)
		return false;
	if (out->wire_len < len)
		out->wire_len = len;
	out->bytes = span_first(span_from(body, fixed), len);
	out->link = i->link;
	s->last_time = out->time;
	*bad = false;
	return true;
}

/* Section Header Block: it sets the byte order, so it comes first. */
static bool
begin_section(struct savefile *s, struct span head)
{
	if (head.len < 12)
		return false;
	s->big = false;
	if (u32(s, head, 8) != 0x1a2b3c4d)
		s->big = true;
	if (u32(s, head, 8) != 0x1a2b3c4d)
		return false;
	s->n_interfaces = 0;
	return true;
}

static bool
next_pcapng(struct savefile *s, struct frame *out)
{
	for (;;) {
		struct span head = input_peek(s->in, 12);

		if (head.len == 0 && input_problem(s->in) == NULL)
			return false;
		if (head.len < 12) {
			damaged(s, "ends inside a block header", cut_remedy);
			return false;
		}
		if (span_starts(head, SPAN("\x0a\x0d\x0d\x0a")) &&
		    !begin_section(s, head)) {
			damaged(s, "section without a byte order", bad_remedy);
			return false;
		}

		uint32_t type = u32(s, head, 0), len = u32(s, head, 4);

		if (len < 12 || len % 4 != 0) {
			damaged(s, "block of an impossible length",
			    bad_remedy);
			return false;
		}
		/* Nothing that matters is this long: a decryption-secrets
		 * block, a huge comment. */
		if (len > FRAME_MOST + 65536) {
			if (type == 6 || type == 3 || type == 2) {
				damaged(s, "frame of an impossible length",
				    bad_remedy);
				return false;
			}
			if (!input_skip(s->in, len)) {
				damaged(s, "ends inside a block", cut_remedy);
				return false;
			}
			continue;
		}

		struct span block = input_peek(s->in, len);

		if (block.len < len) {
			damaged(s, "ends inside a block", cut_remedy);
			return false;
		}

		struct span body = span_of(block.at + 8, len - 12);
		bool bad = false;
		bool found = frame_of_block(s, type, body, out, &bad);

		if (bad) {
			damaged(s, "packet block that contradicts itself",
			    bad_remedy);
			return false;
		}
		if (type == 1 && body.len >= 8 &&
		    s->n_interfaces < INTERFACES_MOST)
			read_interface_options(s,
			    add_interface(s, u16(s, body, 0),
			        u32(s, body, 4)),
			    span_from(body, 8));
		else if (type == 5)
			read_statistics(s, body);
		input_skip(s->in, len);
		if (found)
			return true;
	}
}
