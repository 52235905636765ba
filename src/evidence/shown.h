/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shown.h - a copy of bytes in which nothing is shown unless it was allowed
 *
 * Masking is an allow-list.  The copy begins as filler; what was understood
 * and is harmless is shown, part by part; what is secret is written over,
 * last, with bytes that tell "the same again" from "another one" and nothing
 * else.  The copy is always as long as the original.
 */
#ifndef P407_EVIDENCE_SHOWN_H
#define P407_EVIDENCE_SHOWN_H

#include "base/span.h"

struct shown {
	struct span in; /* the original */
	uint8_t *out;   /* in.len bytes; whoever made it owns them */
};

/* Where a part of the original is in the copy. */
static inline uint8_t *
shown_at(const struct shown *s, struct span part)
{
	return s->out + (part.at - s->in.at);
}

/* Is the part, if it is set, inside the original? */
static inline bool
shown_holds(const struct shown *s, struct span part)
{
	return span_has_bytes(part) && part.at >= s->in.at &&
	    part.at + part.len <= s->in.at + s->in.len;
}

/* Show a part of the original as it is.  An unset part is passed over. */
static inline void
show(const struct shown *s, struct span part)
{
	if (shown_holds(s, part))
		memcpy(shown_at(s, part), part.at, part.len);
}

/* The part as a thing of its own, over the same copy. */
static inline struct shown
shown_part(const struct shown *s, struct span part)
{
	return (struct shown){ part, shown_at(s, part) };
}

/* White space, line ends and the given characters of a part. */
void show_only(const struct shown *s, struct span part, const char *these);

/* The printable ASCII of a part; other bytes become '?'. */
void show_text(const struct shown *s, struct span part);

#endif
