/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.h - captures put together in memory, for the tests of this folder
 *
 * In a struct text, which takes any bytes.
 */
#ifndef P407_TESTS_CAPTURE_BUILD_H
#define P407_TESTS_CAPTURE_BUILD_H

#include "base/text.h"

static inline void
build_u32(struct text *t, bool big, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		text_char(t, (char)(v >> 8 * (big ? 3 - i : i)));
}

static inline void
build_u16(struct text *t, bool big, uint16_t v)
{
	text_char(t, (char)(big ? v >> 8 : v));
	text_char(t, (char)(big ? v : v >> 8));
}

static inline void
build_u64(struct text *t, bool big, uint64_t v)
{
	build_u32(t, big, (uint32_t)(big ? v >> 32 : v));
	build_u32(t, big, (uint32_t)(big ? v : v >> 32));
}

static inline void
build_pcap(struct text *t, bool big, uint32_t magic, uint32_t link)
{
	build_u32(t, big, magic);
	build_u16(t, big, 2);
	build_u16(t, big, 4);
	build_u64(t, big, 0);
	build_u32(t, big, 65535);
	build_u32(t, big, link);
}

static inline void
build_record(struct text *t, bool big, uint32_t s, uint32_t ticks,
    uint32_t wire, struct span bytes)
{
	build_u32(t, big, s);
	build_u32(t, big, ticks);
	build_u32(t, big, (uint32_t)bytes.len);
	build_u32(t, big, wire);
	text_add(t, bytes);
}

/* A block of pcapng around a body, which is padded. */
static inline void
build_block(struct text *t, bool big, uint32_t type, struct span body)
{
	size_t padding = (4 - body.len % 4) % 4;
	uint32_t len = (uint32_t)(12 + body.len + padding);

	build_u32(t, big, type);
	build_u32(t, big, len);
	text_add(t, body);
	text_pad(t, '\0', padding);
	build_u32(t, big, len);
}

static inline void
build_shb(struct text *t, bool big)
{
	struct text body = { 0 };

	build_u32(&body, big, 0x1a2b3c4d);
	build_u16(&body, big, 1);
	build_u16(&body, big, 0);
	build_u64(&body, big, UINT64_MAX);
	build_block(t, big, 0x0a0d0d0a, text_span(&body));
	text_fini(&body);
}

/* `options` in the byte order of the section. */
static inline void
build_idb(struct text *t, bool big, uint16_t link, uint32_t snaplen,
    struct span options)
{
	struct text body = { 0 };

	build_u16(&body, big, link);
	build_u16(&body, big, 0);
	build_u32(&body, big, snaplen);
	text_add(&body, options);
	build_block(t, big, 1, text_span(&body));
	text_fini(&body);
}

static inline void
build_epb(struct text *t, bool big, uint32_t interface, uint64_t ticks,
    uint32_t wire, struct span bytes, struct span options)
{
	struct text body = { 0 };

	build_u32(&body, big, interface);
	build_u32(&body, big, (uint32_t)(ticks >> 32));
	build_u32(&body, big, (uint32_t)ticks);
	build_u32(&body, big, (uint32_t)bytes.len);
	build_u32(&body, big, wire);
	text_add(&body, bytes);
	text_pad(&body, '\0', (4 - bytes.len % 4) % 4);
	text_add(&body, options);
	build_block(t, big, 6, text_span(&body));
	text_fini(&body);
}

#endif
