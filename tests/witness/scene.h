/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene.h - a KDC witness that is fed by hand, and what it said
 */
#ifndef P407_TESTS_WITNESS_SCENE_H
#define P407_TESTS_WITNESS_SCENE_H

#include "material.h"
#include "witness/kdc.h"

#define SEEN_MAX 64

/* What was said, with the arenas that it lives in. */
struct scene {
	struct kdc *kdc;
	struct arena arenas[SEEN_MAX];
	const struct witness_record *seen[SEEN_MAX];
	size_t n, more; /* past SEEN_MAX they are only counted */
	uint64_t frame;
	when_ns now;
};

static inline void
take(void *context, struct arena *arena, const struct witness_record *r)
{
	struct scene *s = context;

	ck_assert_int_eq(r->kind, WITNESS_KDC);
	ck_assert_uint_ne(r->frame, 0);
	if (s->n == SEEN_MAX) {
		s->more++;
		arena_fini(arena);
	} else {
		s->arenas[s->n] = *arena;
		s->seen[s->n++] = r;
	}
	*arena = (struct arena){ 0 };
}

static inline void
begin(struct scene *s)
{
	*s = (struct scene){ .now = INT64_C(1795437170) * WHEN_SECOND };
	s->kdc = kdc_new(take, s);
}

/* What was seen can be looked at until the next end(). */
static inline void
end(struct scene *s)
{
	static struct arena kept[SEEN_MAX];

	kdc_finish(s->kdc);
	kdc_free(s->kdc);
	for (size_t i = 0; i < SEEN_MAX; i++) {
		arena_fini(&kept[i]);
		kept[i] = i < s->n ? s->arenas[i] : (struct arena){ 0 };
	}
}

static inline const struct kdc_record *
record(const struct scene *s, size_t i)
{
	ck_assert_uint_lt(i, s->n);
	return s->seen[i]->saw.kdc;
}

static const struct address client = { 4, { 10, 77, 1, 1 } };
static const struct address server = { 4, { 10, 77, 0, 10 } };

static inline void
udp(struct scene *s, uint16_t port, bool request, struct span payload)
{
	struct packet p = {
		.number = ++s->frame,
		.time = s->now,
		.src = request ? client : server,
		.dst = request ? server : client,
		.protocol = PROTOCOL_UDP,
		.sport = request ? port : 88,
		.dport = request ? 88 : port,
		.payload = payload,
		.payload_len = (uint32_t)payload.len,
	};

	kdc_packet(s->kdc, &p);
	kdc_now(s->kdc, s->now);
}

static inline void
later(struct scene *s, int64_t ms)
{
	s->now += ms * WHEN_MS;
	kdc_now(s->kdc, s->now);
}

static inline struct span
message(const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "witness/messages/%s.bin", file);
	return material(path);
}

#endif
