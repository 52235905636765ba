/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/dns.h"

#include "base/reader.h"
#include "base/table.h"
#include "witness/dns.h"

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, HEADER = 12 };

/* Records of a message that are looked at. */
#define RECORDS_MOST 64

/* A message on its way. */
struct masking {
	struct mask *mask;
	struct shown shown;
	struct reader reader;
	bool names; /* are to be shown */
};

bool
is_dns_packet(const struct packet *p)
{
	return p->protocol == PROTOCOL_UDP &&
	    (p->sport == DNS_PORT || p->dport == DNS_PORT);
}

bool
dns_shown_has(const struct dns_shown *d, const char *name)
{
	uint64_t hash = table_hash(span_of_str(name));

	for (size_t i = 0; i < d->n; i++)
		if (d->names[i] == hash)
			return true;
	return false;
}

void
dns_shown_add(struct dns_shown *d, const char *name)
{
	if (d->n < DNS_SHOWN_MOST && !dns_shown_has(d, name))
		d->names[d->n++] = table_hash(span_of_str(name));
}

/* The next n bytes, as they are. */
static struct span
show_next(struct masking *m, size_t n)
{
	struct span part = reader_take(&m->reader, n, "DNS");

	show(&m->shown, part);
	return part;
}

/* RFC 1035 4.1.4: labels, to an empty one or to a pointer. */
static void
mask_name(struct masking *m)
{
	while (reader_ok(&m->reader)) {
		struct span length = show_next(m, 1);
		uint8_t n = length.len > 0 ? length.at[0] : 0;

		if (n >= 0xc0)
			show_next(m, 1);
		if (n == 0 || n > 63)
			return;

		struct span label = reader_take(&m->reader, n, "label");

		if (!span_is_set(label))
			return;
		if (m->names)
			names_show(mask_names(m->mask), &m->shown, label,
			    IDENTITY_HOST);
		else
			memset(shown_at(&m->shown, label), 'x', label.len);
	}
}

static uint16_t
type_of(struct span fixed)
{
	struct reader r = reader_of(fixed);

	return reader_be16(&r, "TYPE");
}

/* NAME TYPE CLASS TTL RDLENGTH RDATA, 4.1.3 */
static void
mask_record(struct masking *m)
{
	struct span fixed, length, data;
	struct reader of_length;

	mask_name(m);
	fixed = show_next(m, 8);
	length = show_next(m, 2);
	of_length = reader_of(length);

	size_t begin = m->reader.pos;

	data = reader_take(&m->reader, reader_be16(&of_length, "RDLENGTH"),
	    "RDATA");
	if (!reader_ok(&m->reader) || !m->names)
		return;

	uint16_t type = type_of(fixed);

	if ((type == TYPE_A && data.len == 4) ||
	    (type == TYPE_AAAA && data.len == 16)) {
		show(&m->shown, data);
		names_address(mask_names(m->mask), shown_at(&m->shown, data),
		    data.len);
	} else if (type == TYPE_CNAME) {
		struct reader behind = m->reader;

		m->reader.pos = begin;
		mask_name(m);
		m->reader = behind;
	}
}

/* What is asked for, as text. */
static bool
may_show(const struct dns_shown *d, struct span message)
{
	char name[DNS_NAME_MAX];

	return dns_question_name(message, name) && dns_shown_has(d, name);
}

void
dns_mask(struct mask *mask, const struct dns_shown *d, struct span message,
    uint8_t *out)
{
	struct masking m = { .mask = mask, .shown = { message, out },
		.reader = reader_of(message),
		.names = may_show(d, message) };
	unsigned n;

	memset(out, 0, message.len);

	struct span header = show_next(&m, HEADER);
	struct reader counts = reader_of(span_from(header, 4));
	unsigned questions = reader_be16(&counts, "QDCOUNT");
	unsigned records = reader_be16(&counts, "ANCOUNT");

	records += reader_be16(&counts, "NSCOUNT");
	records += reader_be16(&counts, "ARCOUNT");

	for (n = 0; n < questions && n < RECORDS_MOST && reader_ok(&m.reader);
	     n++) {
		mask_name(&m);
		show_next(&m, 4);
	}
	for (n = 0; n < records && n < RECORDS_MOST && reader_ok(&m.reader);
	     n++)
		mask_record(&m);
}
