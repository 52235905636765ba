/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/link_kinds.h"

#include "net/field.h"

/* Frame control, in the order of the air (IEEE 802.11 9.2.4.1). */
enum {
	FC_VERSION_AND_TYPE = 0x0f,
	FC_DATA = 0x08,
	FC_NO_DATA = 0x40, /* in the subtype */
	FC_QOS = 0x80,
	FC_TO_DS = 0x01, /* from here on in the second byte */
	FC_FROM_DS = 0x02,
	FC_MORE_FRAGMENTS = 0x04,
	FC_PROTECTED = 0x40,
	FC_ORDER = 0x80,
};

#define QOS_AGGREGATE 0x80 /* several packets in a frame (A-MSDU) */

static struct next
none(enum layer why)
{
	return (struct next){ why, 0, 0 };
}

/*
 * A data frame that holds one whole packet in the clear; the air is full of
 * others.  A radio may pad its header to a multiple of 4.
 */
static struct next
data_frame(struct span b, bool padded)
{
	unsigned kind = field_u8(b, 0), flags = field_u8(b, 1);
	size_t n = 24;

	if ((kind & FC_VERSION_AND_TYPE) != FC_DATA || (kind & FC_NO_DATA) ||
	    (flags & (FC_PROTECTED | FC_MORE_FRAGMENTS)) ||
	    (field_u8(b, 22) & 0x0f) != 0) /* a fragment, but the first */
		return none(LAYER_OTHER);
	if ((flags & FC_TO_DS) && (flags & FC_FROM_DS))
		n += 6;
	if (kind & FC_QOS) {
		if (field_u8(b, n) & QOS_AGGREGATE)
			return none(LAYER_OTHER);
		n += flags & FC_ORDER ? 6 : 2;
	}
	if (padded)
		n = (n + 3) & ~(size_t)3;
	if (b.len < n + 8)
		return none(LAYER_DAMAGED);
	/* LLC and SNAP (RFC 1042): an EtherType follows. */
	if (field_be32(b, n) != 0xaaaa0300 || field_be16(b, n + 4) != 0)
		return none(LAYER_OTHER);
	return (struct next){ LAYER_TYPED, field_be16(b, n + 6), n + 8 };
}

struct next
link_80211(struct span b)
{
	return data_frame(b, false);
}

/* The frame behind a header of n bytes. */
static struct next
behind(struct span b, size_t n, bool padded)
{
	if (b.len < n)
		return none(LAYER_DAMAGED);

	struct next next = data_frame(span_from(b, n), padded);

	next.skip += n;
	return next;
}

/*
 * www.radiotap.org: version 0, length, words that say which fields follow.
 * Of the fields the flags matter, which only the time can precede.
 */
struct next
link_radiotap(struct span b)
{
	enum { TIME = 1, FLAGS = 2, PADDED = 0x20, BAD_CHECKSUM = 0x40 };
	size_t n = field_le16(b, 2), at = 4;
	uint32_t present = field_le32(b, 4);
	unsigned flags = 0;

	if (field_u8(b, 0) != 0 || n < 8 || b.len < n)
		return none(LAYER_DAMAGED);
	/* The highest bit of each says that there is one more. */
	while (at + 4 <= n && field_le32(b, at) >> 31)
		at += 4;
	at += 4;
	if (present & TIME)
		at = ((at + 7) & ~(size_t)7) + 8;
	if ((present & FLAGS) && at < n)
		flags = field_u8(b, at);
	if (flags & BAD_CHECKSUM)
		return none(LAYER_OTHER);
	return behind(b, n, flags & PADDED);
}

/* AVS: a magic number and a version, the length of the header. */
struct next
link_avs(struct span b)
{
	return behind(b, field_be32(b, 4), false);
}

/* Prism: a code, the length, in the byte order of whoever captured; or AVS. */
struct next
link_prism(struct span b)
{
	size_t n = field_le32(b, 4);

	if (field_be32(b, 0) >> 12 == 0x80211)
		return link_avs(b);
	return behind(b, n > 0xffff ? field_be32(b, 4) : n, false);
}

/* PPI: version 0, flags, length, link type of what follows. */
struct next
link_ppi(struct span b)
{
	struct next next;
	size_t n = field_le16(b, 2);

	if (field_u8(b, 0) != 0 || n < 8 || b.len < n)
		return none(LAYER_DAMAGED);
	if (!link_inside(field_le32(b, 4), span_from(b, n), &next))
		return none(LAYER_OTHER);
	next.skip += n;
	return next;
}
