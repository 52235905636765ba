/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/choice.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "base/table.h"
#include "report/ladder.h"
#include "witness/dns.h"
#include "witness/pac.h"

#define KDC_PORT 88

/* In the order in which they go in. */
enum rank {
	RANK_EXAMPLE, /* the attempt that stands for a finding */
	RANK_GOOD,    /* the one it is compared with */
	RANK_FINDING,
	RANK_CLIENT, /* of the same client, or with the same user */
	RANK_PROXY,  /* of the same proxy */
	RANK_NONE,
};

struct chosen {
	struct table_entry entry;
	struct ends ends;
	enum rank rank;
	size_t order; /* among those of its rank */
	uint64_t bytes;
	bool in;
};

/* Connections that were refused have no attempt: who, and where. */
struct pair {
	struct address client, proxy;
	uint16_t port;
};

struct addresses {
	struct address *list;
	size_t n;
};

struct remark {
	uint64_t frame;
	const struct attempt *attempt;
	const struct leg *leg;
	const struct finding *finding;
};

struct choice {
	const struct report *report;
	struct table table;
	struct pair *pairs;
	size_t n_pairs;
	/* Of failed attempts: for their KDC, PAC files, and names. */
	struct addresses clients, proxies;
	struct dns_shown names;
	struct remark *remarks;
	size_t n_remarks;
	size_t taken, left_out;
};

static void add_attempt(struct choice *c, const struct attempt *a,
    enum rank rank);
static void add_finding(struct choice *c, const struct finding *f);
static void add_context(struct choice *c);
static int by_frame(const void *a, const void *b);

struct choice *
choice_new(const struct report *r)
{
	struct choice *c = memory_new(1, sizeof(*c));

	c->report = r;
	table_init(&c->table);
	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i]->fault)
			add_finding(c, r->findings[i]);
	for (size_t i = 0; i < r->n_findings; i++)
		if (!r->findings[i]->fault)
			add_finding(c, r->findings[i]);
	add_context(c);
	if (c->n_remarks > 1)
		qsort(c->remarks, c->n_remarks, sizeof(*c->remarks),
		    by_frame);
	return c;
}

void
choice_free(struct choice *c)
{
	if (c == NULL)
		return;
	LIST_EACH (link, &c->table.by_age)
		free(LIST_OBJECT(link, struct chosen, entry.age));
	table_fini(&c->table);
	free(c->pairs);
	free(c->clients.list);
	free(c->proxies.list);
	free(c->remarks);
	free(c);
}

static struct chosen *
find(const struct choice *c, const struct ends *ends)
{
	uint64_t hash = table_hash(span_of(ends, sizeof(*ends)));

	for (struct table_entry *e = table_first(&c->table, hash); e != NULL;
	     e = table_next(e)) {
		struct chosen *k = LIST_OBJECT(e, struct chosen, entry);

		if (memcmp(&k->ends, ends, sizeof(*ends)) == 0)
			return k;
	}
	return NULL;
}

static struct chosen *
add_ends(struct choice *c, const struct ends *ends, enum rank rank)
{
	struct chosen *k = find(c, ends);

	if (k == NULL) {
		k = memory_new(1, sizeof(*k));
		k->ends = *ends;
		k->rank = rank;
		k->order = c->table.count;
		table_add(&c->table, &k->entry,
		    table_hash(span_of(ends, sizeof(*ends))));
	} else if (rank < k->rank) {
		k->rank = rank;
	}
	return k;
}

static void
add_connection(struct choice *c, const struct connection *o, enum rank rank)
{
	bool other = o->peer.len > 0;
	struct ends ends = ends_between(other ? &o->peer : &o->client,
	    other ? o->peer_port : o->client_port, &o->proxy, o->proxy_port);

	add_ends(c, &ends, rank);
}

static void
add_attempt(struct choice *c, const struct attempt *a, enum rank rank)
{
	add_connection(c, &a->connection, rank);
	LIST_EACH (link, &a->observations)
		add_connection(c,
		    &LIST_OBJECT(link, struct observation, link)->connection,
		    rank);
}

static bool
has_address(const struct addresses *all, const struct address *a)
{
	for (size_t i = 0; i < all->n; i++)
		if (address_eq(&all->list[i], a))
			return true;
	return false;
}

static void
add_address(struct addresses *all, const struct address *a)
{
	if (a->len == 0 || has_address(all, a) || all->n >= 4096)
		return;
	all->list = memory_grow(all->list, all->n + 1, sizeof(*all->list));
	all->list[all->n++] = *a;
}

static void
add_remark(struct choice *c, uint64_t frame, const struct attempt *a,
    const struct leg *leg, const struct finding *f)
{
	if (frame == 0)
		return;
	/* Room for twice as many whenever a power of two is full. */
	if ((c->n_remarks & (c->n_remarks + 1)) == 0 || c->remarks == NULL)
		c->remarks = memory_grow(c->remarks, 2 * c->n_remarks + 2,
		    sizeof(*c->remarks));
	c->remarks[c->n_remarks++] = (struct remark){ frame, a, leg, f };
}

static void
add_legs(struct choice *c, const struct attempt *a, const struct finding *f)
{
	for (unsigned i = 0; i < a->n_legs; i++)
		add_remark(c, a->legs[i].frame, a, &a->legs[i],
		    i + 1 == a->n_legs ? f : NULL);
}

/* "10.0.0.1", "10.0.0.1:3128", "[fd77::1]:3128" as the tallies have them. */
static bool
read_place(const char *name, struct address *address, uint16_t *port)
{
	struct span s = span_of_str(name);
	size_t colon = s.len;
	uint64_t number = 0;
	char host[64];

	while (port != NULL && colon > 0 && s.at[colon - 1] != ':')
		colon--;
	if (port != NULL && (colon == 0 ||
	                        !span_decimal(span_from(s, colon), &number) ||
	                        number > 65535))
		return false;

	struct span text = port != NULL ? span_first(s, colon - 1) : s;

	if (text.len >= 2 && text.at[0] == '[')
		text = span_of(text.at + 1, text.len - 2);
	if (text.len >= sizeof(host))
		return false;
	memcpy(host, text.at, text.len);
	host[text.len] = '\0';
	if (port != NULL)
		*port = (uint16_t)number;
	return address_parse(host, address);
}

static void
add_pairs(struct choice *c, const struct finding *f)
{
	for (size_t i = 0; i < f->clients.n; i++)
		for (size_t k = 0; k < f->proxies.n; k++) {
			struct pair p;

			if (!read_place(f->clients.entries[i].name, &p.client,
			        NULL) ||
			    !read_place(f->proxies.entries[k].name, &p.proxy,
			        &p.port))
				continue;
			c->pairs = memory_grow(c->pairs, c->n_pairs + 1,
			    sizeof(*c->pairs));
			c->pairs[c->n_pairs++] = p;
			add_address(&c->clients, &p.client);
			add_address(&c->proxies, &p.proxy);
		}
}

static void
add_finding(struct choice *c, const struct finding *f)
{
	if (f->n_attempts == 0)
		add_pairs(c, f);
	for (size_t i = 0; i < f->n_hosts; i++)
		dns_shown_add(&c->names, f->hosts[i]);
	if (f->example != NULL)
		add_attempt(c, f->example, RANK_EXAMPLE);
	if (f->good != NULL) {
		add_attempt(c, f->good, RANK_GOOD);
		add_legs(c, f->good, NULL);
	}
	for (size_t i = 0; i < f->n_attempts; i++) {
		const struct attempt *a = f->attempts[i];

		add_attempt(c, a, RANK_FINDING);
		add_legs(c, a, f);
		add_address(&c->clients, &a->connection.client);
		add_address(&c->clients, &a->connection.peer);
		add_address(&c->proxies, &a->connection.proxy);
	}
}

/* How many other attempts at one proxy, with one scheme and outcome. */
#define CONTEXT_MOST 32

/* Things that were met, by hash, and how often. */
struct met {
	struct table_entry entry;
	unsigned times;
};

static unsigned *
times_met(struct table *t, const char *what, struct span name, bool add)
{
	uint64_t hash = table_hash_more(table_hash(span_of_str(what)), name);
	struct table_entry *e = table_first(t, hash);
	struct met *m;

	if (e != NULL)
		return &LIST_OBJECT(e, struct met, entry)->times;
	if (!add)
		return NULL;
	m = memory_new(1, sizeof(*m));
	table_add(t, &m->entry, hash);
	return &m->times;
}

static void
meet(struct table *t, const char *what, struct span name)
{
	if (span_has_bytes(name))
		++*times_met(t, what, name, true);
}

static bool
was_met(struct table *t, const char *what, struct span name)
{
	return span_has_bytes(name) && times_met(t, what, name, false) != NULL;
}

/* A user name without regard to case, as directories have it. */
static struct span
folded(struct text *t, const char *name)
{
	text_clear(t);
	for (const char *s = name; s != NULL && *s != '\0'; s++)
		text_char(t, (char)tolower((unsigned char)*s));
	return text_span(t);
}

static struct span
address_span(const struct address *a)
{
	return span_of(a->bytes, a->len);
}

/* How near an attempt is to those of the findings. */
static enum rank
nearness(struct table *met, struct text *scratch, const struct attempt *a)
{
	struct span proxy = address_span(&a->connection.proxy);
	unsigned *times;

	if (was_met(met, "client", address_span(&a->connection.client)) ||
	    was_met(met, "user", folded(scratch, a->user)))
		return RANK_CLIENT;
	if (!was_met(met, "proxy", proxy))
		return RANK_NONE;
	text_clear(scratch);
	text_add(scratch, proxy);
	text_fmt(scratch, " %u %d %d", a->connection.proxy_port,
	    (int)a->scheme, (int)a->outcome);
	times = times_met(met, "context", text_span(scratch), true);
	return ++*times <= CONTEXT_MOST ? RANK_PROXY : RANK_NONE;
}

static void
add_context(struct choice *c)
{
	const struct report *r = c->report;
	struct table met;
	struct text scratch = { 0 };

	table_init(&met);
	for (size_t i = 0; i < r->n_findings; i++)
		for (size_t k = 0; k < r->findings[i]->n_attempts; k++) {
			const struct attempt *a = r->findings[i]->attempts[k];

			meet(&met, "client",
			    address_span(&a->connection.client));
			meet(&met, "proxy",
			    address_span(&a->connection.proxy));
			meet(&met, "user", folded(&scratch, a->user));
		}
	for (size_t i = 0; i < r->n_attempts; i++) {
		enum rank rank = nearness(&met, &scratch, r->attempts[i]);

		if (rank != RANK_NONE)
			add_attempt(c, r->attempts[i], rank);
	}
	LIST_EACH (link, &met.by_age)
		free(LIST_OBJECT(link, struct met, entry.age));
	table_fini(&met);
	text_fini(&scratch);
}

bool
is_kdc_packet(const struct packet *p)
{
	return p->sport == KDC_PORT || p->dport == KDC_PORT;
}

/* Of UDP, only these are looked at. */
static bool
is_beside_udp(const struct packet *p)
{
	return p->protocol == PROTOCOL_UDP &&
	    (is_kdc_packet(p) || is_dns_packet(p));
}

static bool
is_pair(const struct pair *k, const struct address *from,
    const struct address *to, uint16_t port)
{
	return port == k->port && address_eq(from, &k->client) &&
	    address_eq(to, &k->proxy);
}

/* A client of a finding asks for a PAC file: "GET /proxy.pac HTTP/1.1". */
static bool
asks_for_pac(const struct choice *c, const struct packet *p)
{
	struct span target = p->payload;

	if (!span_starts(target, SPAN("GET ")) ||
	    !has_address(&c->clients, &p->src))
		return false;
	target = span_from(target, 4);
	return pac_is_target(span_first(target, span_find(target, ' ')));
}

/* It is told the address of a proxy, or that there is none of its name. */
static bool
is_told_of_proxy(struct choice *c, const struct packet *p)
{
	struct dns_answer a;
	struct fault fault;
	bool wanted;

	if (p->sport != DNS_PORT || !has_address(&c->clients, &p->dst) ||
	    !dns_answer_decode(p->payload, &a, &fault))
		return false;
	wanted = dns_shown_has(&c->names, a.name);
	for (size_t i = 0; i < a.n_addresses; i++)
		wanted |= has_address(&c->proxies, &a.addresses[i]);
	if (wanted)
		dns_shown_add(&c->names, a.name);
	return wanted;
}

/* What a verdict about a client of a finding may rest on besides. */
static bool
is_beside(struct choice *c, const struct packet *p)
{
	if (is_kdc_packet(p))
		return has_address(&c->clients,
		    p->dport == KDC_PORT ? &p->src : &p->dst);
	return p->protocol == PROTOCOL_TCP ? asks_for_pac(c, p)
	                                   : is_told_of_proxy(c, p);
}

bool
choice_consider(struct choice *c, const struct packet *p,
    uint64_t frame_bytes)
{
	struct ends ends = ends_of(p);
	struct chosen *k;
	bool tcp = p->protocol == PROTOCOL_TCP;

	if (!tcp && !is_beside_udp(p))
		return false;
	k = find(c, &ends);
	if (k == NULL && is_beside(c, p))
		k = add_ends(c, &ends, RANK_CLIENT);
	for (size_t i = 0; k == NULL && tcp && i < c->n_pairs; i++)
		if (is_pair(&c->pairs[i], &p->src, &p->dst, p->dport) ||
		    is_pair(&c->pairs[i], &p->dst, &p->src, p->sport))
			k = add_ends(c, &ends, RANK_FINDING);
	if (k == NULL)
		return false;
	k->bytes += frame_bytes;
	return true;
}

static int
by_rank(const void *a, const void *b)
{
	const struct chosen *x = *(struct chosen *const *)a;
	const struct chosen *y = *(struct chosen *const *)b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
choice_settle(struct choice *c, uint64_t limit_bytes)
{
	struct chosen **all = memory_new(c->table.count + 1, sizeof(*all));
	size_t n = 0;

	LIST_EACH (link, &c->table.by_age) {
		struct chosen *k = LIST_OBJECT(link, struct chosen, entry.age);

		if (k->bytes > 0)
			all[n++] = k;
	}
	if (n > 1)
		qsort(all, n, sizeof(struct chosen *), by_rank);
	for (size_t i = 0; i < n; i++) {
		all[i]->in = all[i]->bytes <= limit_bytes;
		if (all[i]->in) {
			limit_bytes -= all[i]->bytes;
			c->taken++;
		} else {
			c->left_out++;
		}
	}
	free(all);
}

bool
choice_takes(const struct choice *c, const struct packet *p)
{
	struct ends ends = ends_of(p);
	const struct chosen *k = find(c, &ends);

	return k != NULL && k->in &&
	    (p->protocol == PROTOCOL_TCP || is_beside_udp(p));
}

const struct dns_shown *
choice_names(const struct choice *c)
{
	return &c->names;
}

size_t
choice_taken(const struct choice *c)
{
	return c->taken;
}

size_t
choice_left_out(const struct choice *c)
{
	return c->left_out;
}

static int
by_frame(const void *a, const void *b)
{
	const struct remark *x = a, *y = b;

	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	if (x->attempt->id != y->attempt->id)
		return x->attempt->id < y->attempt->id ? -1 : 1;
	return x->leg < y->leg ? -1 : x->leg > y->leg;
}

static bool
carries_credentials(enum step step)
{
	return step == STEP_AUTHENTICATE || step == STEP_TICKET ||
	    step == STEP_CREDENTIALS;
}

/* Where the credentials of a leg were answered; NULL if nowhere. */
static const struct leg *
verdict_of(const struct attempt *a, const struct leg *leg)
{
	if (carries_credentials(leg->step))
		for (const struct leg *v = leg + 1; v < a->legs + a->n_legs;
		     v++)
			if (v->step == STEP_AUTHENTICATED ||
			    v->step == STEP_REJECTED ||
			    v->step == STEP_CLOSED)
				return v;
	return NULL;
}

void
choice_remark(const struct choice *c, uint64_t frame, struct text *t)
{
	size_t low = 0, high = c->n_remarks;
	const struct leg *before = NULL;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->remarks[mid].frame < frame)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->n_remarks && c->remarks[low].frame == frame; low++) {
		const struct remark *k = &c->remarks[low];
		const struct leg *verdict = verdict_of(k->attempt, k->leg);
		struct text raw = { 0 }, detail = { 0 };

		/* Two findings can hold one attempt. */
		if (k->leg != before) {
			ladder_label(c->report, k->attempt, k->leg, &raw);
			ladder_detail(c->report, k->attempt, k->leg, &detail);
			if (detail.len > 0) {
				text_str(&raw, ": ");
				text_add(&raw, text_span(&detail));
			}
			if (verdict != NULL)
				text_fmt(&raw, "; %s in original frame %llu",
				    verdict->step == STEP_AUTHENTICATED
				        ? "accepted"
				        : verdict->step == STEP_REJECTED
				        ? "rejected"
				        : "connection closed",
				    (unsigned long long)verdict->frame);
			text_char(&raw, '\n');
		}
		if (k->finding != NULL) {
			text_fmt(&raw, "finding %s: ", k->finding->id);
			text_str(&raw, redact_words(c->report->redact,
			    k->finding->title));
			text_char(&raw, '\n');
		}
		before = k->leg;
		for (struct span rest = text_span(&raw); rest.len > 0;) {
			size_t n = span_find(rest, '\n');

			escape_terminal(t, span_first(rest, n));
			text_char(t, '\n');
			rest = span_from(rest, n + 1);
		}
		text_fini(&raw);
		text_fini(&detail);
	}
}
