/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/recheck.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/table.h"
#include "capture/capture.h"
#include "net/packet.h"
#include "tcp/flow.h"

/* Guises are looked up by their first bytes. */
#define KEY 6
/* A longer guise is looked for by its beginning only. */
#define GUISE_MOST 512
/* The bit set has so many bits; most windows are not in it. */
#define BITS (1u << 20)

struct guise {
	struct table_entry entry;
	size_t len;
	uint8_t bytes[];
};

struct search {
	struct table guises;
	uint8_t *bits;
	bool found;
	uint64_t frame; /* where it was */
	uint64_t now;
};

struct recheck {
	struct search search;
	struct flow_table *flows;
	struct net *net;
};

/* The last bytes of a direction, so that a guise may lie across segments. */
struct stream {
	struct search *search;
	struct {
		uint8_t bytes[2 * GUISE_MOST];
		size_t len;
	} tail[2];
};

static void add_guises(struct search *s, struct span secret);
static void look(struct search *s, struct span bytes);
static enum flow_interest open_stream(void *context,
    const struct flow_info *info, enum flow_side side, struct span first,
    void **connection);
static void take_bytes(void *connection, enum flow_side side,
    struct span bytes, const struct tcp_from *from);
static void take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from);
static uint64_t idle_bytes(void *connection, enum flow_side side);
static void end_side(void *connection, enum flow_side side,
    const struct tcp_from *from);
static void close_stream(void *connection, const struct flow_info *info);
static void refused(void *context, const struct flow_info *info);

static const struct flow_sink calls = { open_stream, take_bytes, take_gap,
	idle_bytes, take_gap, end_side, NULL, close_stream, refused };

struct recheck *
recheck_new(const struct mask *mask)
{
	struct recheck *r = memory_new(1, sizeof(*r));

	r->flows = flow_table_new(&calls, &r->search);
	r->net = net_new();
	table_init(&r->search.guises);
	r->search.bits = memory_new(BITS / 8, 1);
	LIST_EACH (link, mask_secrets(mask)) {
		const struct kept_secret *k =
		    LIST_OBJECT(link, struct kept_secret, link);

		add_guises(&r->search, span_of(k->bytes, k->len));
	}
	return r;
}

void
recheck_frame(struct recheck *r, const struct frame *f)
{
	struct packet p;

	if (r->search.found)
		return;
	r->search.now = f->number;
	look(&r->search, f->bytes);
	if (!net_decode(r->net, f, &p))
		return;
	/* Put together from fragments: it is in no frame whole. */
	if (p.payload.at < f->bytes.at ||
	    p.payload.at > f->bytes.at + f->bytes.len)
		look(&r->search, p.payload);
	if (p.protocol == PROTOCOL_TCP)
		flow_table_packet(r->flows, &p);
}

bool
recheck_end(struct recheck *r, uint64_t *frame)
{
	bool found;

	flow_table_finish(r->flows);
	found = r->search.found;
	*frame = r->search.frame;
	flow_table_free(r->flows);
	net_free(r->net);
	LIST_EACH (link, &r->search.guises.by_age) {
		struct guise *g = LIST_OBJECT(link, struct guise, entry.age);

		secret_wipe(g->bytes, g->len);
		free(g);
	}
	table_fini(&r->search.guises);
	free(r->search.bits);
	free(r);
	return !found;
}

bool
recheck_file(const char *path, const struct mask *mask, uint64_t *frame)
{
	struct capture *in = capture_open(&path, 1, NULL);
	struct recheck *r = recheck_new(mask);
	struct frame f;
	bool damaged = in == NULL || capture_inputs(in) != 1;

	while (!damaged && !r->search.found && capture_next(in, &f))
		recheck_frame(r, &f);
	damaged = damaged || capture_input(in, 0).damaged;
	capture_close(in);
	return recheck_end(r, frame) && !damaged;
}

/* -- what to look for -- */

static uint64_t
key_of(const uint8_t *at)
{
	uint64_t v = 0;

	memcpy(&v, at, KEY);
	/* Fibonacci hashing: the high bits depend on all of them. */
	v *= UINT64_C(0x9e3779b97f4a7c15);
	return v ^ v >> 32;
}

static void
add_guise(struct search *s, struct span g)
{
	struct guise *new;
	uint64_t key;

	if (g.len < RECHECK_LEAST)
		return;
	g = span_first(g, GUISE_MOST);
	key = key_of(g.at);
	new = memory_new(1, sizeof(*new) + g.len);
	new->len = g.len;
	memcpy(new->bytes, g.at, g.len);
	table_add(&s->guises, &new->entry, key);
	s->bits[(key >> 44) / 8] |= (uint8_t)(1u << (key >> 44) % 8);
}

/* What stays of it in the base64 of anything that it is inside. */
static void
add_base64(struct search *s, struct span secret)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	static const size_t begins[] = { 0, 2, 3 };

	for (size_t lead = 0; lead < 3; lead++) {
		struct text t = { 0 };
		size_t bits = (lead + secret.len) * 8;

		for (size_t k = begins[lead]; (k + 1) * 6 <= bits; k++) {
			unsigned v = 0;

			for (size_t b = k * 6; b < k * 6 + 6; b++) {
				size_t byte = b / 8;
				unsigned bits_there = byte < lead
				    ? 0
				    : secret.at[byte - lead];
				unsigned bit = bits_there >> (7 - b % 8) & 1u;

				v = v << 1 | bit;
			}
			text_char(&t, alphabet[v]);
		}
		add_guise(s, text_span(&t));
		if (t.len > 0)
			secret_wipe(t.at, t.len);
		text_fini(&t);
	}
}

static void
add_wide(struct search *s, struct span secret)
{
	uint8_t *wide = memory_new(2 * secret.len, 1);

	for (size_t i = 0; i < secret.len; i++)
		wide[2 * i] = secret.at[i];
	add_guise(s, span_of(wide, 2 * secret.len));
	secret_wipe(wide, 2 * secret.len);
	free(wide);
}

static void
add_hex(struct search *s, struct span secret)
{
	for (int upper = 0; upper < 2; upper++) {
		struct text t = { 0 };

		for (size_t i = 0; i < secret.len; i++)
			text_fmt(&t, upper ? "%02X" : "%02x", secret.at[i]);
		add_guise(s, text_span(&t));
		secret_wipe(t.at, t.len);
		text_fini(&t);
	}
}

/* Bytes that are nearly all the same, or words, stand for nothing. */
static bool
is_telling(struct span secret)
{
	bool seen[256] = { false };
	size_t kinds = 0;

	for (size_t i = 0; i < secret.len; i++) {
		kinds += !seen[secret.at[i]];
		seen[secret.at[i]] = true;
	}
	return secret.len >= RECHECK_LEAST && kinds >= 4;
}

/* A word of small letters may be a name as well: it is not told apart. */
static bool
is_wordlike(struct span secret)
{
	for (size_t i = 0; i < secret.len; i++)
		if (!islower(secret.at[i]) && secret.at[i] != '.' &&
		    secret.at[i] != '-')
			return false;
	return true;
}

static void
add_guises(struct search *s, struct span secret)
{
	if (!is_telling(secret))
		return;
	secret = span_first(secret, GUISE_MOST / 2);
	if (!is_wordlike(secret))
		add_guise(s, secret);
	add_base64(s, secret);
	add_wide(s, secret);
	add_hex(s, secret);
}

/* -- where to look -- */

static void
look(struct search *s, struct span bytes)
{
	for (size_t i = 0; i + KEY <= bytes.len && !s->found; i++) {
		uint64_t key = key_of(bytes.at + i);

		/* Bodies are zero; no guise begins so. */
		if (key == 0)
			continue;
		if (!(s->bits[(key >> 44) / 8] >> (key >> 44) % 8 & 1))
			continue;
		for (struct table_entry *e = table_first(&s->guises, key);
		     e != NULL; e = table_next(e)) {
			struct guise *g = LIST_OBJECT(e, struct guise, entry);

			if (g->len <= bytes.len - i &&
			    memcmp(g->bytes, bytes.at + i, g->len) == 0) {
				s->found = true;
				s->frame = s->now;
			}
		}
	}
}

static enum flow_interest
open_stream(void *context, const struct flow_info *info, enum flow_side side,
    struct span first, void **connection)
{
	struct stream *t = memory_new(1, sizeof(*t));

	(void)info;
	(void)side;
	(void)first;
	t->search = context;
	*connection = t;
	return FLOW_FOLLOW;
}

static void
take_bytes(void *connection, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct stream *t = connection;
	uint8_t *tail = t->tail[side].bytes;
	size_t have = t->tail[side].len;
	size_t first = bytes.len < GUISE_MOST ? bytes.len : GUISE_MOST;

	(void)from;
	/* What is inside a segment was looked at as a frame. */
	memcpy(tail + have, bytes.at, first);
	look(t->search, span_of(tail, have + first));
	if (bytes.len >= GUISE_MOST - 1) {
		have = GUISE_MOST - 1;
		memcpy(tail, bytes.at + bytes.len - have, have);
	} else {
		have += first;
		if (have > GUISE_MOST - 1) {
			memmove(tail, tail + have - (GUISE_MOST - 1),
			    GUISE_MOST - 1);
			have = GUISE_MOST - 1;
		}
	}
	t->tail[side].len = have;
}

static void
take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct stream *t = connection;

	(void)n;
	(void)from;
	t->tail[side].len = 0;
}

static uint64_t
idle_bytes(void *connection, enum flow_side side)
{
	(void)connection;
	(void)side;
	return 0;
}

static void
end_side(void *connection, enum flow_side side, const struct tcp_from *from)
{
	(void)connection;
	(void)side;
	(void)from;
}

static void
close_stream(void *connection, const struct flow_info *info)
{
	(void)info;
	free(connection);
}

static void
refused(void *context, const struct flow_info *info)
{
	(void)context;
	(void)info;
}
