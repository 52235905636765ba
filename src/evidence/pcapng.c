/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/pcapng.h"

#include <errno.h>

#include "base/reader.h"
#include "base/text.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6, /* enhanced */
};

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_APPLICATION = 4,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_RESOLUTION = 9,
	INTERFACE_FILTER = 11,
	STATISTICS_START = 2,
	STATISTICS_END = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_DROPPED = 5,
};

/* An option's length has 16 bits; a comment is cut well before. */
#define OPTION_MOST 8192

static void
put(struct pcapng *p, const void *at, size_t n)
{
	p->bytes += n;
	if (p->error != 0 || n == 0)
		return;
	errno = 0;
	if (fwrite(at, 1, n, p->file) != n)
		p->error = errno != 0 ? errno : EIO;
}

static void
add16(struct text *t, uint16_t v)
{
	text_char(t, (char)(v & 0xff));
	text_char(t, (char)(v >> 8));
}

static void
add32(struct text *t, uint32_t v)
{
	add16(t, (uint16_t)v);
	add16(t, (uint16_t)(v >> 16));
}

/* The high half first, as everywhere in pcapng. */
static void
add64(struct text *t, uint64_t v)
{
	add32(t, (uint32_t)(v >> 32));
	add32(t, (uint32_t)v);
}

static void
pad(struct text *t)
{
	text_pad(t, '\0', (4 - t->len % 4) % 4);
}

static void
add_option(struct text *t, uint16_t code, struct span value)
{
	value = span_first(value, OPTION_MOST);
	add16(t, code);
	add16(t, (uint16_t)value.len);
	text_add(t, value);
	pad(t);
}

static void
add_comments(struct text *t, struct span lines)
{
	while (lines.len > 0) {
		size_t n = span_find(lines, '\n');

		if (n > 0)
			add_option(t, OPTION_COMMENT, span_first(lines, n));
		lines = span_from(lines, n + 1);
	}
}

static void
put_block(struct pcapng *p, uint32_t type, const struct text *body,
    struct span bytes, const struct text *options)
{
	static const uint8_t zero[4];
	struct text head = { 0 };
	size_t padding = (4 - bytes.len % 4) % 4;
	size_t total = 12 + body->len + bytes.len + padding + options->len;

	add32(&head, type);
	add32(&head, (uint32_t)total);
	put(p, head.at, head.len);
	put(p, body->at, body->len);
	put(p, bytes.at, bytes.len);
	put(p, zero, padding);
	put(p, options->at, options->len);
	text_clear(&head);
	add32(&head, (uint32_t)total);
	put(p, head.at, head.len);
	text_fini(&head);
}

void
pcapng_section(struct pcapng *p, const char *application,
    struct span comments)
{
	struct text body = { 0 }, options = { 0 };

	add32(&body, 0x1a2b3c4d);
	add16(&body, 1);
	add16(&body, 0);
	add64(&body, UINT64_MAX); /* length of the section: not told */
	add_option(&options, SECTION_APPLICATION, span_of_str(application));
	add_comments(&options, comments);
	add_option(&options, OPTION_END, SPAN(""));
	put_block(p, BLOCK_SECTION, &body, SPAN(""), &options);
	text_fini(&body);
	text_fini(&options);
}

void
pcapng_interface(struct pcapng *p, uint32_t link, const char *description,
    const char *filter)
{
	struct text body = { 0 }, options = { 0 };

	add16(&body, (uint16_t)link);
	add16(&body, 0);
	add32(&body, 0); /* no limit of length */
	add_option(&options, INTERFACE_DESCRIPTION, span_of_str(description));
	add_option(&options, INTERFACE_RESOLUTION, SPAN("\x09"));
	if (filter != NULL) {
		struct text f = { 0 };

		text_char(&f, '\0'); /* a string of libpcap's */
		text_str(&f, filter);
		add_option(&options, INTERFACE_FILTER, text_span(&f));
		text_fini(&f);
	}
	add_option(&options, OPTION_END, SPAN(""));
	put_block(p, BLOCK_INTERFACE, &body, SPAN(""), &options);
	text_fini(&body);
	text_fini(&options);
}

void
pcapng_frame(struct pcapng *p, uint32_t interface, when_ns time,
    struct span bytes, uint32_t wire_len, struct span comments)
{
	struct text body = { 0 }, options = { 0 };

	add32(&body, interface);
	add64(&body, (uint64_t)time);
	add32(&body, (uint32_t)bytes.len);
	add32(&body, wire_len);
	add_comments(&options, comments);
	if (options.len > 0)
		add_option(&options, OPTION_END, SPAN(""));
	put_block(p, BLOCK_PACKET, &body, bytes, &options);
	text_fini(&body);
	text_fini(&options);
}

static void
add_number(struct text *t, uint16_t code, uint64_t v)
{
	add16(t, code);
	add16(t, 8);
	add32(t, (uint32_t)v);
	add32(t, (uint32_t)(v >> 32));
}

static void
add_time(struct text *t, uint16_t code, when_ns when)
{
	if (when == WHEN_NONE)
		return;
	add16(t, code);
	add16(t, 8);
	add64(t, (uint64_t)when);
}

void
pcapng_statistics(struct pcapng *p, uint32_t interface,
    const struct pcapng_counts *c)
{
	struct text body = { 0 }, options = { 0 };

	add32(&body, interface);
	add64(&body, c->last != WHEN_NONE ? (uint64_t)c->last : 0);
	add_time(&options, STATISTICS_START, c->first);
	add_time(&options, STATISTICS_END, c->last);
	if (c->received != UINT64_MAX)
		add_number(&options, STATISTICS_RECEIVED, c->received);
	if (c->dropped != UINT64_MAX)
		add_number(&options, STATISTICS_DROPPED, c->dropped);
	add_option(&options, OPTION_END, SPAN(""));
	put_block(p, BLOCK_STATISTICS, &body, SPAN(""), &options);
	text_fini(&body);
	text_fini(&options);
}

bool
pcapng_next(struct pcapng_walk *w, struct frame *out)
{
	while (w->rest.len > 0) {
		struct reader r = reader_of(w->rest);
		uint32_t type = reader_le32(&r, "type");
		uint32_t total = reader_le32(&r, "total length");

		if (!reader_ok(&r) || total < 12 || total > w->rest.len)
			return false;
		w->rest = span_from(w->rest, total);
		if (type != BLOCK_PACKET)
			continue;
		*out = (struct frame){ .number = ++w->frames };
		out->file_number = out->number;
		out->file = (uint16_t)reader_le32(&r, "interface");
		out->time = (when_ns)((uint64_t)reader_le32(&r, "time") << 32);
		out->time |= (when_ns)reader_le32(&r, "time");

		uint32_t captured = reader_le32(&r, "captured length");

		out->wire_len = reader_le32(&r, "original length");
		out->bytes = reader_take(&r, captured, "frame");
		return reader_ok(&r);
	}
	return false;
}
