/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask_gss.h"

#include "auth/der.h"
#include "auth/ntlm.h"

/* Deeper than any message of these protocols. */
#define DEPTH_MOST 24

enum {
	TAG_BOOLEAN = 0x01,
	TAG_NULL = 0x05,
	TAG_UTF8 = 0x0c,
	TAG_PRINTABLE = 0x13,
	TAG_IA5 = 0x16,
	TAG_UTC_TIME = 0x17,
};

/* What a value is inside of: it decides what octets may be looked into. */
enum place {
	PLACE_ANY,
	PLACE_SEALED, /* EncryptedData, EncryptionKey, Checksum */
	PLACE_THREE,  /* KERB-ERROR-DATA of type 3, [MS-KILE] 2.2.2, and
	               * PA-PW-SALT, RFC 4120 5.2.7.3 */
};

static void mask_values(struct mask *m, const struct shown *s, int depth,
    enum place place);
static void mask_octets(struct mask *m, const struct shown *s, int depth,
    enum place place);
static void mask_framed(struct mask *m, const struct shown *s, int depth);

void
mask_der(struct mask *m, const struct shown *s)
{
	mask_values(m, s, 0, PLACE_ANY);
}

void
mask_gss(struct mask *m, const struct shown *s)
{
	mask_framed(m, s, 0);
}

/* The first value in a sequence is [n] INTEGER: its number. */
static bool
begins_with_integer(struct span sequence, int n, int32_t *value)
{
	struct reader r = reader_of(sequence);

	return der_context_int(&r, n, DER_INTEGER, value);
}

/* RFC 4120 5.2.9: types with a number and octets that are sealed. */
static enum place
place_of(struct span sequence)
{
	int32_t value;

	if (begins_with_integer(sequence, 0, &value))
		return PLACE_SEALED;
	if (begins_with_integer(sequence, 1, &value) && value == 3)
		return PLACE_THREE;
	return PLACE_ANY;
}

static enum identity
kind_of(struct span name)
{
	return span_find(name, '.') < name.len ? IDENTITY_HOST
	                                       : IDENTITY_USER;
}

static void
mask_value(struct mask *m, const struct shown *s, int tag, int depth,
    enum place place)
{
	switch (tag) {
	case DER_INTEGER:
		/* A serial number, or a key of Diffie and Hellman. */
		if (s->in.len > 5)
			mask_bytes(m, s, s->in);
		else
			show(s, s->in);
		break;
	case DER_BIT_STRING:
		if (s->in.len > 5)
			mask_bytes(m, s, s->in);
		else
			show(s, s->in);
		break;
	case TAG_BOOLEAN:
	case TAG_NULL:
	case DER_OID:
	case DER_ENUM:
	case DER_TIME:
	case TAG_UTC_TIME:
		show(s, span_first(s->in, 32));
		break;
	case DER_STRING:
	case TAG_UTF8:
	case TAG_PRINTABLE:
	case TAG_IA5:
		names_show(mask_names(m), s, s->in, kind_of(s->in));
		break;
	case DER_OCTETS:
		mask_octets(m, s, depth, place);
		break;
	case DER_SEQUENCE:
		mask_values(m, s, depth, place_of(s->in));
		break;
	default:
		/* [APPLICATION n], [n], SET: constructed; else not known. */
		if ((tag & 0xe0) == 0xa0 && (tag & 0x1f) <= 2)
			mask_values(m, s, depth, place);
		else if ((tag & 0x20) && (tag & 0xc0) != 0)
			mask_values(m, s, depth, PLACE_ANY);
		else if (tag == 0x31)
			mask_values(m, s, depth, PLACE_ANY);
		else if ((tag & 0xc0) == 0x80)
			mask_bytes(m, s, s->in);
		break;
	}
}

static void
mask_values(struct mask *m, const struct shown *s, int depth,
    enum place place)
{
	struct reader r = reader_of(s->in), value;
	int tag;

	if (depth > DEPTH_MOST)
		return;
	while (reader_left(&r) > 0) {
		size_t begin = r.pos;

		if (!der_any(&r, &tag, &value))
			return;

		struct span v = value.in;
		size_t head = (size_t)(v.at - s->in.at) - begin;

		show(s, span_of(s->in.at + begin, v.len > 0 ? head
		                                            : r.pos - begin));
		if (v.len > 0) {
			struct shown part = shown_part(s, v);

			mask_value(m, &part, tag, depth + 1, place);
		}
		if (!reader_ok(&r))
			return;
	}
}

/* All of it is well-formed values, down to the last byte. */
static bool
is_der(struct span bytes, int depth)
{
	struct reader r = reader_of(bytes), value;
	int tag;

	if (bytes.len < 2 || depth > DEPTH_MOST)
		return false;
	while (reader_left(&r) > 0) {
		if (!der_any(&r, &tag, &value) || !reader_ok(&r))
			return false;
		if ((tag & 0x20) && value.in.len > 0 &&
		    !is_der(value.in, depth + 1))
			return false;
	}
	return true;
}

static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < 0x20 || s.at[i] > 0x7e)
			return false;
	return true;
}

/* Tokens in tokens, and data that is DER itself; all else is a secret. */
static void
mask_octets(struct mask *m, const struct shown *s, int depth,
    enum place place)
{
	uint8_t first = s->in.at[0];

	if (place == PLACE_SEALED) {
		mask_bytes(m, s, s->in);
	} else if (place == PLACE_THREE && s->in.len == 12 &&
	    s->in.at[3] == 0xc0) {
		show(s, s->in); /* NTSTATUS, reserved, flags */
	} else if (place == PLACE_THREE && is_text(s->in)) {
		/* A salt is realm and name; ETYPE-INFO2 has it as a string. */
		names_show(mask_names(m), s, s->in, kind_of(s->in));
	} else if (span_starts(s->in, SPAN("NTLMSSP")) ||
	    span_starts(s->in, SPAN("NEGOEXTS")) ||
	    first == DER_APPLICATION(0) || (first & 0xe0) == 0x60) {
		mask_framed(m, s, depth);
	} else if (first == DER_SEQUENCE && is_der(s->in, depth)) {
		mask_values(m, s, depth, PLACE_ANY);
	} else {
		mask_bytes(m, s, s->in);
	}
}

/*
 * A token by its first bytes: NTLM, NegoEx, the framing of RFC 2743 3.1 and
 * RFC 4121 4.1, SPNEGO or Kerberos without it.
 */
static void
mask_framed(struct mask *m, const struct shown *s, int depth)
{
	struct reader r = reader_of(s->in), app, oid;

	if (s->in.len == 0 || depth > DEPTH_MOST)
		return;
	if (s->in.len == 1 && s->in.at[0] == 0)
		return; /* Squid's "AA==" */
	if (span_starts(s->in, SPAN("NTLMSSP"))) {
		mask_ntlm(m, s);
		return;
	}
	if (span_starts(s->in, SPAN("NEGOEXTS"))) {
		show(s, span_first(s->in, 40)); /* MESSAGE_HEADER */
		mask_keep(m, span_from(s->in, 40));
		return;
	}
	/* 01 00 AP-REQ, 02 00 AP-REP, 03 00 KRB-ERROR */
	if (s->in.len > 2 && s->in.at[0] >= 1 && s->in.at[0] <= 3 &&
	    s->in.at[1] == 0) {
		struct shown rest = shown_part(s, span_from(s->in, 2));

		show(s, span_first(s->in, 2));
		mask_values(m, &rest, depth + 1, PLACE_ANY);
		return;
	}
	if (der_enter(&r, DER_APPLICATION(0), &app) && app.in.len > 0 &&
	    der_enter(&app, DER_OID, &oid)) {
		struct span rest = span_from(app.in, app.pos);
		struct shown inside = shown_part(s, rest);

		show(s, span_of(s->in.at, (size_t)(rest.at - s->in.at)));
		if (rest.len > 0)
			mask_framed(m, &inside, depth + 1);
		return;
	}
	if (s->in.at[0] & 0x40 || (s->in.at[0] & 0xa0) == 0xa0) {
		mask_values(m, s, depth + 1, PLACE_ANY);
		return;
	}
	mask_bytes(m, s, s->in);
}
