/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/savefile_parts.h"
#include "capture/word.h"

/* No capture has more; each costs memory. */
#define INTERFACES_MOST 4096

enum block {
	BLOCK_IDB = 1,
	BLOCK_PB = 2, /* obsolete */
	BLOCK_SPB = 3,
	BLOCK_ISB = 5,
	BLOCK_EPB = 6,
	BLOCK_JOURNAL = 9,
	BLOCK_CUSTOM = 0x00000bad,
	BLOCK_CUSTOM_NOT_COPIED = 0x40000bad,
	BLOCK_SHB = 0x0a0d0d0a,
};

static bool next_block(struct savefile *s, struct frame *out);
static bool begin_section(struct savefile *s, struct span head);
static bool read_idb(struct savefile *s, struct span body);
static void read_isb(struct savefile *s, struct span body);
static bool read_frame(struct savefile *s, uint32_t type, struct span body,
    struct frame *out);
static bool is_shown_as_frame(uint32_t type);

/* One option: 2 bytes of code, 2 of length, value, padding to 4. */
struct option {
	uint16_t code;
	struct span value;
};

/* The next option; false at opt_endofopt and where they are damaged. */
static bool
next_option(const struct savefile *s, struct span *left, struct option *out)
{
	if (left->len < 4)
		return false;
	out->code = word_u16(*left, 0, s->big);

	size_t len = word_u16(*left, 2, s->big);

	if (out->code == 0 || len > left->len - 4)
		return false;
	out->value = span_of(left->at + 4, len);
	*left = span_from(*left, 4 + ((len + 3) & ~(size_t)3));
	return true;
}

bool
savefile_pcapng_begin(struct savefile *s, struct span head)
{
	s->next = next_block;
	return word_u32(head, 0, false) == BLOCK_SHB && head.len >= 12 &&
	    begin_section(s, head);
}

/*
 * Block Type, Block Total Length, Block Body, and the length once more.
 * Blocks are taken until one of them holds a frame.
 */
static bool
next_block(struct savefile *s, struct frame *out)
{
	for (;;) {
		struct span head = input_peek(s->in, 12);

		if (head.len < 12) {
			if (head.len == 0 && input_problem(s->in) == NULL)
				return false;
			return savefile_cut(s, "block header");
		}
		/* It sets the byte order, so it comes before its length. */
		if (word_u32(head, 0, false) == BLOCK_SHB &&
		    !begin_section(s, head))
			return savefile_bad(s, "section without byte order");

		uint32_t type = word_u32(head, 0, s->big);
		size_t len = word_u32(head, 4, s->big);
		bool wanted = type == BLOCK_EPB || type == BLOCK_SPB ||
		    type == BLOCK_PB || type == BLOCK_IDB || type == BLOCK_ISB;

		if (len < 12 || len % 4 != 0 || (wanted && len > INPUT_MOST))
			return savefile_bad(s, "block of impossible length %zu",
			    len);
		/* Name resolution, secrets, comments: of any length. */
		if (!wanted) {
			if (!input_skip(s->in, len))
				return savefile_cut(s, "block");
			if (is_shown_as_frame(type))
				s->number++;
			continue;
		}

		struct span block = input_peek(s->in, len);

		if (block.len < len)
			return savefile_cut(s, type == BLOCK_IDB ||
			            type == BLOCK_ISB ? "block" : "frame");
		if (word_u32(block, len - 4, s->big) != len)
			return savefile_bad(s, "block with two lengths");

		struct span body = span_of(block.at + 8, len - 12);

		if (type == BLOCK_IDB) {
			if (!read_idb(s, body))
				return false;
		} else if (type == BLOCK_ISB) {
			read_isb(s, body);
		} else {
			if (!read_frame(s, type, body, out))
				return false;
			input_pass(s->in, len);
			return true;
		}
		input_pass(s->in, len);
	}
}

/*
 * Byte-Order Magic, at 8.  Interfaces count from 0 again.  Of the version
 * nothing is asked: what is newer is still made of blocks.
 */
static bool
begin_section(struct savefile *s, struct span head)
{
	s->big = word_u32(head, 8, true) == 0x1a2b3c4d;
	s->n_interfaces = 0;
	return s->big || word_u32(head, 8, false) == 0x1a2b3c4d;
}

/*
 * if_tsresol: a power of 10, or of 2 if the first bit is set.  What is
 * finer than 64 bits can count makes every time 0, as it should.
 */
static uint64_t
ticks_of(uint8_t resolution)
{
	unsigned power = resolution & 0x7f;
	uint64_t ticks = 1;

	if (resolution & 0x80)
		return power < 64 ? UINT64_C(1) << power : 0;
	if (power > 19)
		return 0;
	while (power-- > 0)
		ticks *= 10;
	return ticks;
}

/* LinkType, Reserved, SnapLen, Options. */
static bool
read_idb(struct savefile *s, struct span body)
{
	struct span options = span_from(body, 8);
	struct option o;

	if (body.len < 8)
		return savefile_bad(s, "interface block too short");
	if (s->n_interfaces == INTERFACES_MOST)
		return savefile_bad(s, "more than %d interfaces",
		    INTERFACES_MOST);

	struct interface *i = savefile_interface(s, word_u16(body, 0, s->big),
	    word_u32(body, 4, s->big));

	while (next_option(s, &options, &o)) {
		if (o.code == 9 && o.value.len >= 1) /* if_tsresol */
			i->ticks = ticks_of(o.value.at[0]);
		else if (o.code == 14 && o.value.len >= 8) /* if_tsoffset */
			i->offset = (int64_t)word_u64(o.value, 0, s->big);
	}
	return true;
}

/* Frames and statistics may both tell of drops: the larger is right. */
static void
count_drops(struct savefile *s, struct interface *i)
{
	uint64_t dropped = i->dropped_isb > i->dropped_frames
	    ? i->dropped_isb
	    : i->dropped_frames;

	s->facts.drops_known = true;
	if (dropped > i->dropped_counted) {
		s->facts.dropped += dropped - i->dropped_counted;
		i->dropped_counted = dropped;
	}
}

/*
 * Interface ID, Timestamp, Options: isb_ifdrop (5) and isb_osdrop (7) count
 * from the start of the capture, so of several blocks the last one is right.
 */
static void
read_isb(struct savefile *s, struct span body)
{
	size_t id = word_u32(body, 0, s->big);
	struct span options = span_from(body, 12);
	struct option o;
	uint64_t dropped = 0;
	bool known = false;

	if (body.len < 12 || id >= s->n_interfaces)
		return;
	while (next_option(s, &options, &o)) {
		if ((o.code != 5 && o.code != 7) || o.value.len != 8)
			continue;
		dropped += word_u64(o.value, 0, s->big);
		known = true;
	}
	if (known) {
		s->interfaces[id].dropped_isb = dropped;
		count_drops(s, &s->interfaces[id]);
	}
}

/* epb_dropcount: frames lost between this one and the one before it. */
static void
read_epb_options(struct savefile *s, struct interface *i, struct span options)
{
	struct option o;

	while (next_option(s, &options, &o)) {
		if (o.code != 4 || o.value.len != 8)
			continue;
		i->dropped_frames += word_u64(o.value, 0, s->big);
		count_drops(s, i);
	}
}

/*
 * EPB: Interface ID, Timestamp (upper, lower), Captured Packet Length,
 * Original Packet Length, Packet Data, Options.  PB: the same, but for 16
 * bits each of Interface ID and Drops Count.  SPB: Original Packet Length,
 * Packet Data; of the first interface, cut at its SnapLen, without a time.
 */
static bool
read_frame(struct savefile *s, uint32_t type, struct span body,
    struct frame *out)
{
	size_t fixed = type == BLOCK_SPB ? 4 : 20;
	size_t id = type == BLOCK_EPB ? word_u32(body, 0, s->big)
	    : type == BLOCK_PB        ? word_u16(body, 0, s->big)
	                              : 0;

	if (body.len < fixed)
		return savefile_bad(s, "frame block too short");
	if (id >= s->n_interfaces)
		return savefile_bad(s, "frame of an unknown interface %zu",
		    id);

	struct interface *i = &s->interfaces[id];
	size_t len;

	if (type == BLOCK_SPB) {
		out->wire_len = word_u32(body, 0, s->big);
		len = out->wire_len;
		if (i->snaplen > 0 && len > i->snaplen)
			len = i->snaplen;
		out->time = s->last;
	} else {
		out->wire_len = word_u32(body, 16, s->big);
		len = word_u32(body, 12, s->big);
		out->time = savefile_time(s, i, 0,
		    (uint64_t)word_u32(body, 4, s->big) << 32 |
		        word_u32(body, 8, s->big));
	}
	if (len > body.len - fixed || len > FRAME_MOST)
		return savefile_bad(s, "frame of impossible length %zu", len);
	if (out->wire_len < len)
		out->wire_len = (uint32_t)len;
	out->link = i->link;
	out->bytes = span_of(body.at + fixed, len);

	struct span options = span_from(body, fixed + ((len + 3) & ~(size_t)3));

	if (type == BLOCK_EPB && options.len > 0)
		read_epb_options(s, i, options);
	else if (type == BLOCK_PB && word_u16(body, 2, s->big) != 0xffff) {
		i->dropped_frames += word_u16(body, 2, s->big);
		count_drops(s, i);
	}
	return true;
}

/* As seen in tshark 4.0; the last six are events of sysdig and Falco. */
static bool
is_shown_as_frame(uint32_t type)
{
	switch (type) {
	case BLOCK_JOURNAL:
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM_NOT_COPIED:
	case 0x204:
	case 0x208:
	case 0x216:
	case 0x217:
	case 0x221:
	case 0x222:
		return true;
	default:
		return false;
	}
}
