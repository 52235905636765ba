/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/kdc.h"

#include <stdlib.h>

#include "auth/decode.h"
#include "base/budget.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"
#include "witness/kdc_pair.h"

/* Clients ask again after a second or more; sooner it is a copy. */
#define COPY (200 * WHEN_MS)
/* No client waits for an answer as long as this. */
#define PATIENCE (60 * WHEN_SECOND)
/* KDCs known by name: a realm has a handful. */
#define SERVERS 64

/* What was asked between two ends last. */
struct asked {
	struct table_entry entry;
	struct kdc_ends ends;
	enum kerberos_kdc_type type; /* NONE: only an answer was seen */
	bool has_nonce;
	uint32_t nonce;
	when_ns last; /* message of this exchange */
	/* NULL once it was said; what is left tells copies. */
	struct kdc_record *saw;
	struct arena arena; /* of saw */
	uint64_t last_frame;
	struct link unnumbered; /* in the table's list, or to itself */
};

struct kdc {
	kdc_emit *emit;
	void *context;
	struct table table; /* struct asked, the quietest first */
	struct link unnumbered; /* over TCP, the connection has no number */
	size_t reserved;
	struct address servers[SERVERS]; /* that answered; the last ones */
	size_t n_servers; /* ever noted */
};

static struct asked *find(struct kdc *k, const struct kdc_ends *ends);
static struct asked *add(struct kdc *k, const struct kdc_ends *ends);
static void say(struct kdc *k, struct asked *a, enum kdc_ended how,
    uint64_t frame, when_ns time);
static void retire(struct kdc *k, struct asked *a);
static void take_request(struct kdc *k, const struct kdc_ends *ends,
    enum kerberos_kdc_type type, struct span msg,
    const struct kdc_from *from);
static void take_answer(struct kdc *k, const struct kdc_ends *ends,
    enum kerberos_kdc_type type, struct span msg,
    const struct kdc_from *from);
static void take_icmp(struct kdc *k, const struct packet *p);

static struct kdc_record
nothing_seen(void)
{
	return (struct kdc_record){ .request_time = WHEN_NONE,
		.answer_time = WHEN_NONE, .till = WHEN_NONE,
		.stime = WHEN_NONE, .ctime = WHEN_NONE,
		.error = -1, .ticket_etype = -1,
		.kvno = -1, .reply_etype = -1 };
}

struct kdc *
kdc_new(kdc_emit *emit, void *context)
{
	struct kdc *k = memory_new(1, sizeof(*k));

	k->emit = emit;
	k->context = context;
	table_init(&k->table);
	list_init(&k->unnumbered);
	return k;
}

void
kdc_free(struct kdc *k)
{
	if (k == NULL)
		return;
	LIST_EACH (link, &k->table.by_age) {
		struct asked *a = LIST_OBJECT(
		    LIST_OBJECT(link, struct table_entry, age), struct asked,
		    entry);

		arena_fini(&a->arena);
		free(a);
	}
	table_fini(&k->table);
	free(k);
}

void
kdc_packet(struct kdc *k, const struct packet *p)
{
	bool request = p->dport == KDC_PORT;

	if (p->protocol == PROTOCOL_ICMP || p->protocol == PROTOCOL_ICMP6)
		take_icmp(k, p);
	if (p->protocol != PROTOCOL_UDP || (!request && p->sport != KDC_PORT))
		return;

	struct kdc_ends ends = {
		.client = request ? p->src : p->dst,
		.server = request ? p->dst : p->src,
		.client_port = request ? p->sport : p->dport,
		.server_port = KDC_PORT,
	};
	struct kdc_from from = { p->number, p->time };

	kdc_message(k, &ends, p->payload, &from);
}

void
kdc_now(struct kdc *k, when_ns now)
{
	while (k->table.count > 0) {
		struct asked *a = LIST_OBJECT(table_oldest(&k->table),
		    struct asked, entry);

		if (when_between(a->last, now) < PATIENCE)
			return;
		retire(k, a);
	}
}

when_ns
kdc_due(const struct kdc *k)
{
	when_ns due;

	if (k->table.count == 0)
		return INT64_MAX;
	if (__builtin_add_overflow(LIST_OBJECT(table_oldest(&k->table),
	        struct asked, entry)->last, PATIENCE, &due))
		return INT64_MAX;
	return due;
}

void
kdc_settle(struct kdc *k, const struct flow_numbers *numbers)
{
	LIST_EACH (link, &k->unnumbered) {
		struct asked *a = LIST_OBJECT(link, struct asked, unnumbered);
		uint64_t id = flow_numbers_find(numbers, a->ends.first_frame);

		if (id == 0)
			continue;
		a->ends.connection = id;
		a->ends.stream = (uint32_t)(id - 1);
		list_remove(&a->unnumbered);
	}
}

void
kdc_finish(struct kdc *k)
{
	while (k->table.count > 0)
		retire(k, LIST_OBJECT(table_oldest(&k->table), struct asked,
		              entry));
}

void
kdc_message(struct kdc *k, const struct kdc_ends *ends, struct span msg,
    const struct kdc_from *from)
{
	enum kerberos_kdc_type type = kerberos_kdc_type(msg);

	switch (type) {
	case KERBEROS_AS_REQ:
	case KERBEROS_TGS_REQ:
		take_request(k, ends, type, msg, from);
		break;
	case KERBEROS_AS_REP:
	case KERBEROS_TGS_REP:
	case KERBEROS_KDC_ERROR:
		take_answer(k, ends, type, msg, from);
		break;
	case KERBEROS_KDC_NONE:
		break;
	}
}

void
kdc_give_up(struct kdc *k, const struct kdc_ends *ends, enum kdc_ended how,
    uint64_t frame)
{
	struct asked *a = find(k, ends);

	if (a == NULL)
		return;
	if (a->saw != NULL && how != KDC_UNSEEN)
		say(k, a, how, frame > 0 ? frame : a->last_frame, a->last);
	retire(k, a);
}

bool
kdc_reserve(struct kdc *k, size_t n)
{
	if (n > limit_of(LIMIT_KDC_BYTES) - k->reserved) {
		limit_hit(LIMIT_KDC_BYTES);
		return false;
	}
	k->reserved += n;
	return true;
}

void
kdc_release(struct kdc *k, size_t n)
{
	k->reserved -= n;
}

void
kdc_refused(struct kdc *k, const struct flow_info *info)
{
	struct kdc_ends ends = {
		.client = info->address[FLOW_OPENER],
		.server = info->address[FLOW_ACCEPTOR],
		.client_port = info->port[FLOW_OPENER],
		.server_port = info->port[FLOW_ACCEPTOR],
		.over_tcp = true,
		.first_frame = info->first_frame,
		.connection = info->id,
		.stream = info->stream,
	};
	bool rst = info->close == FLOW_RST;
	struct asked *a;

	if (ends.server_port != KDC_PORT || find(k, &ends) != NULL)
		return;
	a = add(k, &ends);
	a->saw = arena_new(&a->arena, sizeof(*a->saw));
	*a->saw = nothing_seen();
	a->saw->request_frame = info->first_frame;
	a->saw->request_time = info->first_time;
	a->saw->answer_frame = rst ? info->close_frame : 0;
	a->saw->answer_time = rst ? info->close_time : WHEN_NONE;
	a->saw->tries = info->syns;
	say(k, a, rst ? KDC_REFUSED : info->syns > 1 ? KDC_SILENT : KDC_UNSEEN,
	    rst ? info->close_frame : info->first_frame,
	    rst ? info->close_time : info->first_time);
	retire(k, a);
}

static bool
is_server(const struct kdc *k, const struct address *host)
{
	for (size_t i = 0; i < k->n_servers && i < SERVERS; i++)
		if (address_eq(&k->servers[i], host))
			return true;
	return false;
}

static void
note_server(struct kdc *k, const struct address *host)
{
	if (!is_server(k, host))
		k->servers[k->n_servers++ % SERVERS] = *host;
}

void
kdc_lost(struct kdc *k, const struct neighbour_lost *lost)
{
	struct arena arena = { 0 };
	struct witness_record *r;
	struct kdc_record *saw;

	if (!is_server(k, &lost->target))
		return;
	r = arena_new(&arena, sizeof(*r));
	saw = arena_new(&arena, sizeof(*saw));
	*saw = nothing_seen();
	saw->ended = KDC_SILENT;
	saw->not_there = true;
	saw->request_frame = lost->first_frame;
	saw->request_time = lost->first_time;
	saw->tries = lost->tries;
	*r = (struct witness_record){
		.kind = WITNESS_KDC,
		.frame = lost->last_frame,
		.time = lost->last_time,
		.client = lost->asker,
		.server = lost->target,
		.server_port = KDC_PORT,
		.saw.kdc = saw,
	};
	k->emit(k->context, &arena, r);
}

/* -- the table -- */

static uint64_t
hash_of(const struct kdc_ends *e)
{
	uint64_t hash = table_hash(span_of(e->client.bytes, 16));

	hash = table_hash_more(hash, span_of(e->server.bytes, 16));
	hash = table_hash_more(hash,
	    span_of(&e->client_port, sizeof(e->client_port)));
	return table_hash_more(hash, span_of(&e->first_frame,
	    sizeof(e->first_frame)));
}

static struct asked *
find(struct kdc *k, const struct kdc_ends *ends)
{
	for (struct table_entry *e = table_first(&k->table, hash_of(ends));
	     e != NULL; e = table_next(e)) {
		struct asked *a = LIST_OBJECT(e, struct asked, entry);
		const struct kdc_ends *found = &a->ends;

		if (found->client_port == ends->client_port &&
		    found->over_tcp == ends->over_tcp &&
		    found->first_frame == ends->first_frame &&
		    address_eq(&found->client, &ends->client) &&
		    address_eq(&found->server, &ends->server))
			return a;
	}
	return NULL;
}

static struct asked *
add(struct kdc *k, const struct kdc_ends *ends)
{
	if (k->table.count >= budget_part(LIMIT_KDC_EXCHANGES)) {
		limit_hit(LIMIT_KDC_EXCHANGES);
		retire(k, LIST_OBJECT(table_oldest(&k->table), struct asked,
		              entry));
	}

	struct asked *a = memory_new(1, sizeof(*a));

	a->ends = *ends;
	list_init(&a->unnumbered);
	if (ends->over_tcp && ends->connection == 0)
		list_append(&k->unnumbered, &a->unnumbered);
	table_add(&k->table, &a->entry, hash_of(ends));
	return a;
}

/* The record goes out with its arena; a is left to know copies by. */
static void
say(struct kdc *k, struct asked *a, enum kdc_ended how, uint64_t frame,
    when_ns time)
{
	struct witness_record *r = arena_new(&a->arena, sizeof(*r));

	a->saw->ended = how;
	*r = (struct witness_record){
		.kind = WITNESS_KDC,
		.frame = frame,
		.time = time,
		.client = a->ends.client,
		.server = a->ends.server,
		.client_port = a->ends.client_port,
		.server_port = a->ends.server_port,
		.stream = a->ends.stream,
		.over_tcp = a->ends.over_tcp,
		.connection = a->ends.connection,
		.first_frame = a->ends.first_frame,
		.saw.kdc = a->saw,
	};
	a->saw = NULL;

	struct arena arena = a->arena;

	a->arena = (struct arena){ 0 };
	k->emit(k->context, &arena, r);
}

/*
 * Forget it; what is unsaid is said.  A client that asks again was not
 * answered, wherever the capture was made; one that does not may have been.
 */
static void
retire(struct kdc *k, struct asked *a)
{
	if (a->saw != NULL)
		say(k, a, a->saw->tries > 1 ? KDC_SILENT : KDC_UNSEEN,
		    a->last_frame, a->last);
	table_remove(&k->table, &a->entry);
	list_remove(&a->unnumbered);
	arena_fini(&a->arena);
	free(a);
}

/* -- messages -- */

static struct kdc_record *
begin(struct asked *a, const struct kdc_from *from)
{
	a->last = from->time;
	a->last_frame = from->frame;
	a->saw = arena_new(&a->arena, sizeof(*a->saw));
	*a->saw = nothing_seen();
	return a->saw;
}

/* The same request once more? */
static bool
is_again(struct asked *a, enum kerberos_kdc_type type,
    const struct kerberos_kdc_req *req)
{
	return a->type == type && a->has_nonce == req->has_nonce &&
	    a->nonce == req->nonce;
}

static void
take_request(struct kdc *k, const struct kdc_ends *ends,
    enum kerberos_kdc_type type, struct span msg, const struct kdc_from *from)
{
	struct kerberos_kdc_req req;
	struct fault fault;
	struct asked *a = find(k, ends);

	kerberos_kdc_req_decode(msg, &req, &fault);
	if (a != NULL && is_again(a, type, &req)) {
		if (a->saw != NULL &&
		    when_between(a->last, from->time) >= COPY) {
			a->saw->tries++;
			a->last_frame = from->frame;
			a->last = from->time;
			table_touch(&k->table, &a->entry);
		}
		return;
	}
	if (a != NULL)
		retire(k, a);
	a = add(k, ends);

	struct kdc_record *saw = begin(a, from);

	a->type = type;
	a->has_nonce = req.has_nonce;
	a->nonce = req.nonce;
	saw->asked = type == KERBEROS_AS_REQ ? KDC_ASKED_AS : KDC_ASKED_TGS;
	saw->request_frame = from->frame;
	saw->request_time = from->time;
	saw->tries = 1;
	saw->client = kerberos_name_text(&a->arena, &req.client);
	saw->realm = decode_text(&a->arena, req.realm);
	saw->service = kerberos_name_text(&a->arena, &req.service);
	saw->fault = fault;
	saw->preauth = req.preauth;
	saw->till = req.till;
	saw->n_etypes = req.n_etypes;
	memcpy(saw->etypes, req.etypes, sizeof(saw->etypes));
}

static void
read_error(struct asked *a, struct span msg, struct fault *fault)
{
	struct kdc_record *saw = a->saw;
	struct kerberos_error e;

	kerberos_error_decode(msg, &e, fault);
	saw->error = e.code;
	saw->nt_status = e.nt_status;
	saw->stime = e.stime;
	saw->ctime = e.ctime;
	saw->e_text = decode_text(&a->arena, e.e_text);
	if (saw->client == NULL)
		saw->client = kerberos_name_text(&a->arena, &e.client);
	if (saw->service == NULL)
		saw->service = kerberos_name_text(&a->arena, &e.service);
	if (saw->realm == NULL)
		saw->realm = decode_text(&a->arena, e.realm);
}

static void
read_ticket(struct asked *a, struct span msg, struct fault *fault)
{
	struct kdc_record *saw = a->saw;
	struct kerberos_kdc_rep rep;

	kerberos_kdc_rep_decode(msg, &rep, fault);
	saw->granted = kerberos_name_text(&a->arena, &rep.ticket.service);
	saw->ticket_etype = rep.ticket.etype;
	saw->kvno = rep.ticket.kvno;
	saw->reply_etype = rep.etype;
	if (fault->kind == FAULT_NONE)
		saw->ticket = secret_fingerprint("ticket", rep.ticket_bytes);
	if (saw->client == NULL)
		saw->client = kerberos_name_text(&a->arena, &rep.client);
	if (saw->realm == NULL)
		saw->realm = decode_text(&a->arena, rep.ticket.realm);
	if (saw->service == NULL)
		saw->service = saw->granted;
}

/* An error answers either request; the numbers of the others tell. */
static bool
answers(const struct asked *a, enum kerberos_kdc_type type)
{
	return type == KERBEROS_KDC_ERROR ||
	    (int)type == (int)a->type + 1;
}

static void
take_answer(struct kdc *k, const struct kdc_ends *ends,
    enum kerberos_kdc_type type, struct span msg, const struct kdc_from *from)
{
	struct asked *a = find(k, ends);
	struct fault fault = { 0 };

	/* Told already: TCP has no copies, so that is another answer. */
	if (a != NULL && a->saw == NULL && !ends->over_tcp &&
	    when_between(a->last, from->time) < PATIENCE)
		return;
	if (a != NULL && (a->saw == NULL || !answers(a, type))) {
		retire(k, a);
		a = NULL;
	}
	if (a == NULL) {
		a = add(k, ends);
		begin(a, from)->asked = type == KERBEROS_AS_REP
		    ? KDC_ASKED_AS
		    : type == KERBEROS_TGS_REP ? KDC_ASKED_TGS
		                               : KDC_ASKED_NOTHING;
	}

	struct kdc_record *saw = a->saw;

	note_server(k, &ends->server);
	saw->answer_frame = from->frame;
	saw->answer_time = from->time;
	if (type == KERBEROS_KDC_ERROR)
		read_error(a, msg, &fault);
	else
		read_ticket(a, msg, &fault);
	if (saw->fault.kind == FAULT_NONE)
		saw->fault = fault;
	/* An error without its request: the service says what was asked. */
	if (saw->asked == KDC_ASKED_NOTHING)
		saw->asked = saw->service == NULL ||
		        span_starts(span_of_str(saw->service), SPAN("krbtgt/"))
		    ? KDC_ASKED_AS
		    : KDC_ASKED_TGS;
	a->last = from->time;
	table_touch(&k->table, &a->entry);
	say(k, a, type == KERBEROS_KDC_ERROR ? KDC_ERROR : KDC_TICKET,
	    from->frame, from->time);
}

/* -- ICMP -- */

/*
 * Destination unreachable (RFC 792, RFC 4443 3.1): after eight bytes the
 * packet that could not be delivered, as far as its ports.
 */
static void
take_icmp(struct kdc *k, const struct packet *p)
{
	bool v6 = p->protocol == PROTOCOL_ICMP6;
	struct reader r = reader_of(p->payload);
	uint8_t type = reader_u8(&r, "type");
	size_t size = v6 ? 16 : 4, header = v6 ? 40 : 20, protocol = v6 ? 6 : 9;
	struct span quoted;
	struct kdc_ends ends = { .server_port = KDC_PORT };

	if (type != (v6 ? 1 : 3))
		return;
	quoted = span_from(p->payload, 8);
	if (quoted.len < header || quoted.at[protocol] != PROTOCOL_UDP)
		return;
	ends.client.len = ends.server.len = (uint8_t)size;
	memcpy(ends.client.bytes, quoted.at + (v6 ? 8 : 12), size);
	memcpy(ends.server.bytes, quoted.at + (v6 ? 24 : 16), size);
	if (!v6)
		header = (size_t)(quoted.at[0] & 0x0f) * 4;
	r = reader_of(span_from(quoted, header));
	ends.client_port = reader_be16(&r, "source port");
	if (reader_be16(&r, "destination port") != KDC_PORT || !reader_ok(&r))
		return;

	struct asked *a = find(k, &ends);

	if (a == NULL || a->saw == NULL)
		return;
	a->saw->answer_frame = p->number;
	a->saw->answer_time = p->time;
	a->last = p->time;
	kdc_give_up(k, &ends, KDC_REFUSED, p->number);
}
