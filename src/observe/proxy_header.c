/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/proxy_header.h"

#include <stdio.h>

#include "base/reader.h"

static const struct span v1_signature = SPAN_INIT("PROXY ");
static const struct span v2_signature =
    SPAN_INIT("\r\n\r\n\0\r\nQUIT\n");

/* Do these bytes begin like the signature, as far as they go? */
static bool
begins_like(struct span bytes, struct span signature)
{
	return bytes.len > 0 &&
	    (bytes.len < signature.len ? span_starts(signature, bytes)
	                               : span_starts(bytes, signature));
}

bool
proxy_header_begins(struct span first)
{
	return begins_like(first, v1_signature) ||
	    begins_like(first, v2_signature);
}

/* "PROXY TCP4 10.0.0.1 10.0.0.2 1234 3128\r\n"; UNKNOWN has no address. */
static void
read_v1(struct proxy_header *h, struct span line)
{
	char text[128], family[8], src[48], dst[48];
	unsigned sport, dport;

	line = span_first(line, sizeof(text) - 1);
	memcpy(text, line.at, line.len);
	text[line.len] = '\0';
	if (sscanf(text, "PROXY %7s %47s %47s %5u %5u", family, src, dst,
	        &sport, &dport) == 5 &&
	    sport <= 65535 && address_parse(src, &h->client))
		h->port = (uint16_t)sport;
}

/* Binary, after the 12-byte signature: command, family, length, addresses. */
static void
read_v2(struct proxy_header *h, struct span header)
{
	struct reader r = reader_of(span_from(header, 12));
	uint8_t command = reader_u8(&r, "ver_cmd");
	uint8_t family = reader_u8(&r, "fam");
	uint8_t len = family >> 4 == 1 ? 4 : family >> 4 == 2 ? 16 : 0;

	reader_be16(&r, "len");
	/* LOCAL: the load balancer's own check; the address is no client. */
	if (len == 0 || (command & 0x0f) != 1)
		return;

	struct span src = reader_take(&r, len, "src_addr");

	reader_take(&r, len, "dst_addr");

	uint16_t port = reader_be16(&r, "src_port");

	if (reader_ok(&r)) {
		h->client.len = len;
		memcpy(h->client.bytes, src.at, len);
		h->port = port;
	}
}

size_t
proxy_header_take(struct proxy_header *h, struct span bytes, struct span *back)
{
	size_t before = h->len, used = 0;

	*back = SPAN("");

	while (used < bytes.len && h->len < PROXY_HEADER_MAX) {
		h->bytes[h->len++] = bytes.at[used++];

		struct span head = span_of(h->bytes, h->len);

		if (begins_like(head, v1_signature)) {
			if (head.at[head.len - 1] == '\n') {
				read_v1(h, head);
				h->expected = false;
				return used;
			}
			if (head.len < 108)
				continue;
		} else if (begins_like(head, v2_signature)) {
			if (head.len < 16)
				continue;

			size_t want = 16u + ((size_t)head.at[14] << 8) +
			    head.at[15];

			if (want <= PROXY_HEADER_MAX) {
				if (head.len < want)
					continue;
				read_v2(h, head);
				h->expected = false;
				return used;
			}
		}
		break;
	}
	if (used == bytes.len && h->len < PROXY_HEADER_MAX &&
	    proxy_header_begins(span_of(h->bytes, h->len)))
		return used; /* the rest comes with the next segment */

	/* No PROXY header after all: what was set aside is given back. */
	h->expected = false;
	*back = span_of(h->bytes, before);
	return 0;
}
