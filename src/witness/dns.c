/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/dns.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/reader.h"
#include "base/table.h"

/* Records of the answer section that are looked at. */
#define RECORDS_MAX 64
#define MEMORY_SLOTS 4096

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, CLASS_IN = 1 };

struct dns_memory {
	uint64_t said[MEMORY_SLOTS]; /* hashes; 0: free */
};

/*
 * A name as text, RFC 1035 4.1.4.  A pointer has to go back to before the
 * place where its name began: so it ends.  Bytes that are no letter of a
 * host's name become '?'.
 */
static void
take_name(struct reader *r, char out[DNS_NAME_MAX])
{
	struct reader at = *r;
	size_t limit = r->pos, len = 0;
	bool jumped = false;

	out[0] = '\0';
	for (;;) {
		uint8_t n = reader_u8(&at, "NAME");

		if (!reader_ok(&at) || n == 0)
			break;
		if (n >= 0xc0) {
			size_t to = (size_t)(n & 0x3f) << 8 |
			    reader_u8(&at, "NAME");

			if (!jumped)
				r->pos = at.pos;
			jumped = true;
			if (reader_ok(&at) && to >= limit)
				reader_fail(&at, FAULT_VALUE, at.pos, "NAME");
			if (!reader_ok(&at))
				break;
			at.pos = limit = to;
			continue;
		}
		if (n > 63) {
			reader_fail(&at, FAULT_VALUE, at.pos, "NAME");
			break;
		}

		struct span label = reader_take(&at, n, "NAME");

		if (len + n + 2 > DNS_NAME_MAX)
			reader_fail(&at, FAULT_LIMIT, at.pos, "NAME");
		if (!reader_ok(&at))
			break;
		if (len > 0)
			out[len++] = '.';
		for (size_t i = 0; i < label.len; i++)
			out[len++] = isalnum(label.at[i]) ||
			        label.at[i] == '-' || label.at[i] == '_'
			    ? (char)tolower(label.at[i])
			    : '?';
		out[len] = '\0';
	}
	if (!reader_ok(&at))
		reader_fail(r, at.fault.kind, at.fault.offset, "NAME");
	else if (!jumped)
		r->pos = at.pos;
}

static void
add_address(struct dns_answer *out, struct span data)
{
	struct address a = { .len = (uint8_t)data.len };

	if (out->n_addresses == DNS_ADDRESSES_MAX)
		return;
	memcpy(a.bytes, data.at, data.len);
	out->addresses[out->n_addresses++] = a;
}

/* RFC 1035 4.1.3; a record that is cut short is a fault. */
static void
take_record(struct reader *r, struct dns_answer *out)
{
	char owner[DNS_NAME_MAX], target[DNS_NAME_MAX];
	const char *known;

	take_name(r, owner);

	uint16_t type = reader_be16(r, "TYPE");
	uint16_t class = reader_be16(r, "CLASS");

	reader_be32(r, "TTL");

	uint16_t len = reader_be16(r, "RDLENGTH");
	struct reader inside = *r;
	struct span data = reader_take(r, len, "RDATA");

	if (!reader_ok(r) || class != CLASS_IN)
		return;
	known = out->canonical[0] != '\0' ? out->canonical : out->name;
	/* Records about another name are no answer. */
	if (strcmp(owner, known) != 0)
		return;
	if (type == TYPE_CNAME) {
		take_name(&inside, target);
		if (reader_ok(&inside) && target[0] != '\0')
			memcpy(out->canonical, target, DNS_NAME_MAX);
		else if (!reader_ok(&inside))
			reader_fail(r, inside.fault.kind,
			    inside.fault.offset, "CNAME");
	} else if ((type == TYPE_A && data.len == 4) ||
	    (type == TYPE_AAAA && data.len == 16)) {
		add_address(out, data);
	}
}

bool
dns_answer_decode(struct span message, struct dns_answer *out,
    struct fault *fault)
{
	struct reader r = reader_of(message);

	*fault = (struct fault){ 0 };
	/* Of most packets no more than this is ever looked at. */
	out->name[0] = out->canonical[0] = '\0';
	out->n_addresses = 0;
	reader_be16(&r, "ID");

	uint16_t flags = reader_be16(&r, "flags");
	uint16_t questions = reader_be16(&r, "QDCOUNT");
	uint16_t answers = reader_be16(&r, "ANCOUNT");

	reader_be32(&r, "NSCOUNT");
	/* QR, and OPCODE is QUERY: most packets end here. */
	if (!reader_ok(&r) || (flags & 0xf800) != 0x8000 || questions != 1)
		return false;
	*out = (struct dns_answer){ .rcode = flags & 0x0f };
	take_name(&r, out->name);
	out->type = reader_be16(&r, "QTYPE");
	reader_be16(&r, "QCLASS");
	if (!reader_ok(&r) || out->name[0] == '\0' ||
	    (out->type != TYPE_A && out->type != TYPE_AAAA)) {
		*fault = r.fault;
		return false;
	}
	for (unsigned i = 0; i < answers && i < RECORDS_MAX && reader_ok(&r);
	     i++)
		take_record(&r, out);
	*fault = r.fault;
	return true;
}

bool
dns_question_name(struct span message, char name[DNS_NAME_MAX])
{
	struct reader r = reader_of(message);

	reader_be32(&r, "ID and flags");

	uint16_t questions = reader_be16(&r, "QDCOUNT");

	reader_be16(&r, "ANCOUNT");
	reader_be32(&r, "NSCOUNT");
	name[0] = '\0';
	if (questions > 0)
		take_name(&r, name);
	return reader_ok(&r) && name[0] != '\0';
}

const struct dns_record *
dns_record_of(const struct dns_answer *a, struct arena *arena)
{
	struct dns_record *r = arena_new(arena, sizeof(*r));
	struct address *copy =
	    arena_new(arena, (a->n_addresses + 1) * sizeof(*copy));

	memcpy(copy, a->addresses, a->n_addresses * sizeof(*copy));
	r->name = arena_str(arena, span_of_str(a->name));
	r->canonical = a->canonical[0] != '\0'
	    ? arena_str(arena, span_of_str(a->canonical))
	    : NULL;
	r->rcode = a->rcode;
	r->addresses = copy;
	r->n_addresses = a->n_addresses;
	return r;
}

struct dns_memory *
dns_memory_new(void)
{
	return memory_new(1, sizeof(struct dns_memory));
}

void
dns_memory_free(struct dns_memory *m)
{
	free(m);
}

bool
dns_memory_has(struct dns_memory *m, const struct address *client,
    const struct dns_answer *a)
{
	uint64_t hash = table_hash(span_of_str(a->name));

	hash = table_hash_more(hash, span_of_str(a->canonical));
	hash = table_hash_more(hash, span_of(client->bytes, 16));
	hash = table_hash_more(hash, span_of(&a->rcode, 1));
	hash |= 1;
	/* Servers turn the addresses of a name about: their sum tells. */
	for (size_t i = 0; i < a->n_addresses; i++)
		hash += 2 * table_hash(span_of(a->addresses[i].bytes, 16));

	uint64_t *slot = &m->said[(hash >> 1) % MEMORY_SLOTS];
	bool known = *slot == hash;

	*slot = hash;
	return known;
}
