/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/checksum.h"

#include "net/field.h"

/* Where the checksum is, from the first byte of the header. */
enum { IN_IPV4 = 10, IN_GRE = 4 };

/* And what a pseudo-header calls it. */
static const struct {
	size_t in;
	uint8_t protocol;
} transports[] = {
	[AT_TCP] = { 16, PROTOCOL_TCP },
	[AT_UDP] = { 6, PROTOCOL_UDP },
	[AT_ICMP6] = { 2, PROTOCOL_ICMP6 },
};

static uint32_t
fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)sum;
}

/* One's complement sum, without the two bytes at `skip`. */
static uint64_t
sum_of(struct span b, size_t skip)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < b.len; i++)
		if (i != skip && i != skip + 1)
			sum += i % 2 == 0 ? (uint64_t)b.at[i] << 8 : b.at[i];
	return sum;
}

static uint64_t
sum_of_address(struct span b, size_t at, size_t len)
{
	return sum_of(span_first(span_from(b, at), len), SIZE_MAX - 1);
}

/* Both addresses of the IP header that carries a place. */
static uint64_t
sum_of_ends(const struct layers *l, const struct layer_place *p,
    struct span buffer, const struct checksum_ends *ends)
{
	const struct layer_place *ip = &l->place[p->ip];

	if (ip->at == SIZE_MAX)
		return sum_of(span_of(ends->src.bytes, ends->src.len),
		           SIZE_MAX - 1) +
		    sum_of(span_of(ends->dst.bytes, ends->dst.len),
		        SIZE_MAX - 1);
	return ip->kind == AT_IPV4 ? sum_of_address(buffer, ip->at + 12, 8)
	                           : sum_of_address(buffer, ip->at + 8, 32);
}

/*
 * RFC 1624 (3): what was right stays right, what was wrong stays wrong by
 * as much.
 */
static uint16_t
changed(uint16_t checksum, uint64_t was, uint64_t now)
{
	uint32_t sum = (uint32_t)(uint16_t)~checksum;

	sum = fold((uint64_t)sum + (0xffff - fold(was)) + fold(now));
	return (uint16_t)~sum;
}

static void
put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* A card was to fill it in: it holds the sum of the pseudo-header, or 0. */
static bool
is_offloaded(const struct layer_place *p, uint16_t checksum, uint64_t ends)
{
	uint32_t pseudo = fold(ends + transports[p->kind].protocol +
	    (p->end - p->at));

	return p->whole &&
	    (checksum == pseudo || (p->kind == AT_TCP && checksum == 0));
}

static void
update_transport(const struct layers *l, const struct layer_place *p,
    struct span was, uint8_t *now, const struct checksum_ends *ends_was,
    const struct checksum_ends *ends_now)
{
	size_t in = transports[p->kind].in;
	struct span now_all = span_of(now, was.len);
	struct span old = span_of(was.at + p->at, p->end - p->at);
	struct span new = span_of(now + p->at, p->end - p->at);
	uint16_t checksum = field_be16(old, in);
	uint64_t old_ends = sum_of_ends(l, p, was, ends_was);
	uint64_t new_ends = sum_of_ends(l, p, now_all, ends_now);

	if (old.len < in + 2 || (p->kind == AT_UDP && checksum == 0))
		return;
	if (is_offloaded(p, checksum, old_ends)) {
		uint64_t sum = sum_of(new, in) + new_ends + new.len +
		    transports[p->kind].protocol;

		checksum = (uint16_t)~fold(sum);
	} else {
		checksum = changed(checksum, sum_of(old, in) + old_ends,
		    sum_of(new, in) + new_ends);
	}
	if (p->kind == AT_UDP && checksum == 0)
		checksum = 0xffff;
	put16(now + p->at + in, checksum);
}

static void
update_header(const struct layer_place *p, struct span was, uint8_t *now,
    size_t in, size_t len)
{
	struct span old = span_first(span_from(was, p->at), len);
	struct span new = span_of(now + p->at, old.len);

	if (old.len < in + 2)
		return;
	put16(now + p->at + in, changed(field_be16(old, in),
	    sum_of(old, in), sum_of(new, in)));
}

void
checksum_update(const struct layers *l, struct span was, uint8_t *now,
    const struct checksum_ends *ends_was,
    const struct checksum_ends *ends_now)
{
	/* From the inside out: an outer one covers those inside. */
	for (size_t i = l->n; i > 0; i--) {
		const struct layer_place *p = &l->place[i - 1];

		if (p->at == SIZE_MAX || p->end > was.len)
			continue;
		switch (p->kind) {
		case AT_TCP:
		case AT_UDP:
		case AT_ICMP6:
			update_transport(l, p, was, now, ends_was, ends_now);
			break;
		case AT_IPV4:
			update_header(p, was, now, IN_IPV4,
			    4u * (field_u8(was, p->at) & 0x0f));
			break;
		case AT_GRE:
			if (field_u8(was, p->at) & 0x80)
				update_header(p, was, now, IN_GRE,
				    p->end - p->at);
			break;
		default:
			break;
		}
	}
}
