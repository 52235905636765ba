/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>

#include "net/field.h"
#include "net/packet.h"

static void
add_ipv4(struct text *t, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			text_char(t, '.');
		text_uint(t, bytes[i]);
	}
}

/* The first of the longest runs of zero words, of two at least (4.2). */
static void
find_zeros(struct span bytes, size_t *first, size_t *count)
{
	*first = *count = 0;
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;

		while (i + n < 8 && field_be16(bytes, 2 * (i + n)) == 0)
			n++;
		if (n > *count && n > 1) {
			*first = i;
			*count = n;
		}
		i += n;
	}
}

/* RFC 5952 4: short, in lower case; 5: mapped addresses with dots. */
static void
add_ipv6(struct text *t, struct span bytes)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t first, count;

	if (span_starts(bytes, span_of(mapped, sizeof(mapped)))) {
		text_fmt(t, "::ffff:%u.%u.%u.%u", field_u8(bytes, 12),
		    field_u8(bytes, 13), field_u8(bytes, 14),
		    field_u8(bytes, 15));
		return;
	}
	find_zeros(bytes, &first, &count);
	for (size_t i = 0; i < 8; i++) {
		if (count > 0 && i == first) {
			text_str(t, "::");
			i += count - 1;
			continue;
		}
		if (i > 0 && (count == 0 || i != first + count))
			text_char(t, ':');
		text_fmt(t, "%x", field_be16(bytes, 2 * i));
	}
}

void
address_add(struct text *t, const struct address *a)
{
	if (a->len == 4)
		add_ipv4(t, a->bytes);
	else if (a->len == 16)
		add_ipv6(t, span_of(a->bytes, 16));
	else
		text_char(t, '?');
}

void
address_port_add(struct text *t, const struct address *a, uint16_t port)
{
	if (port == 0) {
		address_add(t, a);
		return;
	}
	if (a->len == 16)
		text_char(t, '[');
	address_add(t, a);
	text_str(t, a->len == 16 ? "]:" : ":");
	text_uint(t, port);
}

bool
address_parse(const char *text, struct address *out)
{
	*out = (struct address){ 0 };
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		out->len = 4;
	else if (inet_pton(AF_INET6, text, out->bytes) == 1)
		out->len = 16;
	else
		*out = (struct address){ 0 };
	return out->len > 0;
}
