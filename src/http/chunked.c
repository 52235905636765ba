/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/chunked.h"

static void take_framing(struct chunked *c, uint8_t byte);
static void take_size(struct chunked *c, uint8_t byte);
static void end_of_size_line(struct chunked *c);

void
chunked_init(struct chunked *c)
{
	*c = (struct chunked){ .at = CHUNKED_SIZE };
}

/*
 * chunked-body = *chunk last-chunk trailer-section CRLF
 * chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 * last-chunk   = 1*"0" [ chunk-ext ] CRLF
 */
size_t
chunked_feed(struct chunked *c, struct span in, struct span *data)
{
	size_t used = 0;

	*data = SPAN("");
	while (used < in.len) {
		if (c->at == CHUNKED_DONE || c->at == CHUNKED_BAD)
			break;
		if (c->at == CHUNKED_DATA) {
			size_t n = in.len - used;

			if (c->left < n)
				n = (size_t)c->left;
			*data = span_of(in.at + used, n);
			chunked_skip(c, n);
			return used + n;
		}
		take_framing(c, in.at[used++]);
	}
	return used;
}

uint64_t
chunked_idle(const struct chunked *c)
{
	return c->at == CHUNKED_DATA ? c->left : 0;
}

void
chunked_skip(struct chunked *c, uint64_t n)
{
	c->left -= n;
	if (c->left == 0)
		c->at = CHUNKED_DATA_END;
}

/* A line may end with LF alone, as everywhere (RFC 9112 2.2). */
static void
take_framing(struct chunked *c, uint8_t byte)
{
	switch (c->at) {
	case CHUNKED_SIZE:
		take_size(c, byte);
		break;
	case CHUNKED_EXTENSION:
		if (byte == '\n')
			end_of_size_line(c);
		break;
	case CHUNKED_DATA_END:
		if (byte == '\n')
			chunked_init(c);
		else if (byte != '\r')
			c->at = CHUNKED_BAD;
		break;
	case CHUNKED_TRAILER:
		if (byte == '\n' && !c->any)
			c->at = CHUNKED_DONE;
		else if (byte == '\n')
			c->any = false;
		else if (byte != '\r')
			c->any = true;
		break;
	case CHUNKED_DATA:
	case CHUNKED_DONE:
	case CHUNKED_BAD:
		break;
	}
}

/* chunk-size = 1*HEXDIG, of any length, but no more than INT64_MAX */
static void
take_size(struct chunked *c, uint8_t byte)
{
	unsigned digit;

	if (byte >= '0' && byte <= '9')
		digit = byte - '0';
	else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		digit = (byte | 0x20u) - 'a' + 10;
	else if (!c->any)
		digit = 256;
	else if (byte == '\n') {
		end_of_size_line(c);
		return;
	} else if (byte == ';' || byte == ' ' || byte == '\t' ||
	    byte == '\r') {
		/* Some servers pad the number with spaces. */
		c->at = CHUNKED_EXTENSION;
		return;
	} else
		digit = 256;

	if (digit > 15 || c->left >> 59 != 0) {
		c->at = CHUNKED_BAD;
		return;
	}
	c->any = true;
	c->left = c->left << 4 | digit;
}

static void
end_of_size_line(struct chunked *c)
{
	c->any = false;
	c->at = c->left > 0 ? CHUNKED_DATA : CHUNKED_TRAILER;
}
