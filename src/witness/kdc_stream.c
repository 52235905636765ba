/* SPDX-License-Identifier: BSD-2-Clause */
/* Kerberos over TCP: four bytes of length, a message, and again. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "witness/kdc_pair.h"

/* One direction. */
struct side {
	uint8_t length[4];
	size_t n_length;   /* bytes of it that came */
	size_t left;       /* bytes of the message still to come */
	struct text bytes; /* that came */
	size_t reserved;   /* for them */
	bool skipping;     /* nothing of this message is kept */
	bool lost;         /* where a message begins is no longer known */
};

struct kdc_stream {
	struct kdc *kdc;
	struct kdc_ends ends;
	const struct flow_info *info; /* its number comes to stand there */
	enum flow_side client;
	struct side sides[2];
};

static void begin_message(struct kdc_stream *s, struct side *side);
static void end_message(struct kdc_stream *s, struct side *side,
    const struct tcp_from *from);

bool
kdc_is_stream(const struct flow_info *info, struct span first)
{
	bool port = info->port[0] == KDC_PORT || info->port[1] == KDC_PORT;

	/* Some send the length by itself. */
	return port && first.len > 0 && first.at[0] == 0 &&
	    (first.len <= 4 ||
	        kerberos_kdc_type(span_from(first, 4)) != KERBEROS_KDC_NONE);
}

struct kdc_stream *
kdc_stream_new(struct kdc *k, const struct flow_info *info)
{
	struct kdc_stream *s = memory_new(1, sizeof(*s));
	enum flow_side client = info->port[FLOW_ACCEPTOR] == KDC_PORT
	    ? FLOW_OPENER
	    : FLOW_ACCEPTOR;

	s->kdc = k;
	s->client = client;
	s->ends = (struct kdc_ends){
		.client = info->address[client],
		.server = info->address[!client],
		.client_port = info->port[client],
		.server_port = info->port[!client],
		.over_tcp = true,
		.first_frame = info->first_frame,
	};
	s->info = info;
	return s;
}

static const struct kdc_ends *
ends_of(struct kdc_stream *s)
{
	s->ends.connection = s->info->id;
	s->ends.stream = s->info->stream;
	return &s->ends;
}

void
kdc_stream_bytes(struct kdc_stream *s, enum flow_side at, struct span bytes,
    const struct tcp_from *from)
{
	struct side *side = &s->sides[at];

	while (bytes.len > 0 && !side->lost) {
		if (side->n_length < 4) {
			side->length[side->n_length++] = bytes.at[0];
			bytes = span_from(bytes, 1);
			if (side->n_length == 4)
				begin_message(s, side);
			continue;
		}

		struct span part = span_first(bytes, side->left);

		if (!side->skipping)
			text_add(&side->bytes, part);
		side->left -= part.len;
		bytes = span_from(bytes, part.len);
		if (side->left == 0)
			end_message(s, side, from);
	}
}

void
kdc_stream_gap(struct kdc_stream *s, enum flow_side at, uint64_t n,
    const struct tcp_from *from)
{
	struct side *side = &s->sides[at];

	if (side->lost)
		return;
	if (side->n_length < 4 || n > side->left) {
		if (side->n_length == 4)
			end_message(s, side, from);
		side->lost = true;
		return;
	}
	/* What came before the gap is as good as a message cut short. */
	side->left -= (size_t)n;

	size_t left = side->left;

	end_message(s, side, from);
	if (left > 0) {
		side->n_length = 4;
		side->left = left;
		side->skipping = true;
	}
}

uint64_t
kdc_stream_idle(const struct kdc_stream *s, enum flow_side side)
{
	return s->sides[side].lost ? UINT64_MAX : 0;
}

void
kdc_stream_close(struct kdc_stream *s, const struct flow_info *info)
{
	enum flow_side server = !s->client;
	bool closed = info->close == FLOW_FIN || info->close == FLOW_RST;
	bool whole = info->seen[0] && info->seen[1] &&
	    info->missing[server] == 0 && info->delivered[server] == 0;

	/* Both directions are there, and the KDC said nothing in its own. */
	kdc_give_up(s->kdc, ends_of(s),
	    !closed || !whole                ? KDC_UNSEEN
	        : info->closed_by == server ? KDC_REFUSED
	                                     : KDC_SILENT,
	    info->close_frame);
	for (int i = 0; i < 2; i++) {
		kdc_release(s->kdc, s->sides[i].reserved);
		text_fini(&s->sides[i].bytes);
	}
	free(s);
}

/* RFC 4120 7.2.2: the length, most significant byte first; bit 31 is 0. */
static void
begin_message(struct kdc_stream *s, struct side *side)
{
	struct reader r = reader_of(span_of(side->length, 4));

	side->left = reader_be32(&r, "length");
	side->skipping = false;
	if (side->left > INT32_MAX) {
		side->lost = true;
	} else if (side->left > limit_of(LIMIT_KDC_MESSAGE)) {
		limit_hit(LIMIT_KDC_MESSAGE);
		side->skipping = true;
	} else if (!kdc_reserve(s->kdc, side->left)) {
		side->skipping = true;
	} else {
		side->reserved = side->left;
	}
	if (side->left == 0)
		side->n_length = 0;
}

static void
end_message(struct kdc_stream *s, struct side *side,
    const struct tcp_from *from)
{
	struct kdc_from at = { from->frame, from->time };

	if (!side->skipping)
		kdc_message(s->kdc, ends_of(s), text_span(&side->bytes), &at);
	kdc_release(s->kdc, side->reserved);
	side->reserved = 0;
	text_fini(&side->bytes);
	side->n_length = 0;
	side->left = 0;
	side->skipping = false;
}
