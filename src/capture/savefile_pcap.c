/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/savefile_parts.h"
#include "capture/word.h"

static bool next_record(struct savefile *s, struct frame *out);

/* draft-ietf-opsawg-pcap 4, and the patched libpcap of Red Hat 6. */
/* clang-format off */
static const struct kind {
	uint32_t magic;
	uint64_t ticks;
	size_t record;
} kinds[] = {
	{ 0xa1b2c3d4, 1000000, 16 },
	{ 0xa1b23c4d, 1000000000, 16 },
	{ 0xa1b2cd34, 1000000, 24 }, /* "modified" */
};
/* clang-format on */

/*
 * Magic Number, Major Version, Minor Version, Reserved1, Reserved2, SnapLen,
 * LinkType; the upper half of the last holds the length of the FCS.
 */
bool
savefile_pcap_begin(struct savefile *s, struct span head)
{
	if (head.len < 24)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];

		if (word_u32(head, 0, false) != k->magic &&
		    word_u32(head, 0, true) != k->magic)
			continue;
		s->big = word_u32(head, 0, true) == k->magic;
		s->record = k->record;
		s->next = next_record;
		savefile_interface(s, word_u32(head, 20, s->big) & 0xffff,
		    word_u32(head, 16, s->big))
		    ->ticks = k->ticks;
		input_pass(s->in, 24);
		return true;
	}
	return false;
}

/*
 * Timestamp (seconds), Timestamp (ticks), Captured Packet Length, Original
 * Packet Length; "modified" has 8 bytes more, which tell nothing we need.
 */
static bool
next_record(struct savefile *s, struct frame *out)
{
	struct span head = input_peek(s->in, s->record);

	if (head.len < s->record) {
		if (head.len == 0 && input_problem(s->in) == NULL)
			return false;
		return savefile_cut(s, "frame header");
	}

	uint32_t words[4];

	/* Four at once: this is done for each frame. */
	memcpy(words, head.at, sizeof(words));
	if (s->big)
		for (size_t i = 0; i < 4; i++)
			words[i] = be32toh(words[i]);
	else
		for (size_t i = 0; i < 4; i++)
			words[i] = le32toh(words[i]);

	size_t len = words[2];
	uint32_t wire = words[3];

	if (len > FRAME_MOST)
		return savefile_bad(s, "frame of impossible length %zu", len);
	out->time = savefile_time(s, &s->interfaces[0], words[0], words[1]);
	out->link = s->interfaces[0].link;
	out->wire_len = wire > len ? wire : (uint32_t)len;

	struct span all = input_peek(s->in, s->record + len);

	if (all.len < s->record + len)
		return savefile_cut(s, "frame");
	out->bytes = span_from(all, s->record);
	input_pass(s->in, all.len);
	return true;
}
