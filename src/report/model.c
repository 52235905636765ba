/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/model.h"

#include <stdlib.h>

#include "diagnose/rules.h"
#include "report/clocks.h"
#include "report/identities.h"
#include "report/inventory.h"
#include "report/latency.h"
#include "report/totals.h"

/* Connections that a filter names one by one. */
#define FILTER_MAX 16

const struct token *
report_offer(const struct attempt *a, size_t *n)
{
	*n = a->n_offers > 0 ? a->n_offers : a->n_last_offers;
	return a->n_offers > 0 ? a->offers : a->last_offers;
}

static void
sum_inputs(struct report *r)
{
	r->first = r->last = WHEN_NONE;
	r->drops_known = r->n_inputs > 0;
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct capture_input *in = &r->inputs[i];

		r->dropped += in->dropped;
		r->cut_frames += in->cut_frames;
		r->drops_known = r->drops_known && in->drops_known;
		r->damaged = r->damaged || in->damaged;
		if (in->first != WHEN_NONE &&
		    (r->first == WHEN_NONE || in->first < r->first))
			r->first = in->first;
		if (in->last != WHEN_NONE &&
		    (r->last == WHEN_NONE || in->last > r->last))
			r->last = in->last;
	}
}

static int
by_frame(const void *a, const void *b)
{
	const struct observation *x = *(const struct observation *const *)a;
	const struct observation *y = *(const struct observation *const *)b;

	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	if (x->connection.id != y->connection.id)
		return x->connection.id < y->connection.id ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* The attempts own them; each belongs to one. */
static void
collect_exchanges(struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_attempts; i++)
		LIST_EACH (link, &r->attempts[i]->observations)
			n++;
	r->exchanges = arena_new(&r->arena, (n + 1) * sizeof(*r->exchanges));
	for (size_t i = 0; i < r->n_attempts; i++)
		LIST_EACH (link, &r->attempts[i]->observations) {
			const struct observation *o =
			    LIST_OBJECT(link, struct observation, link);

			if (o->kind == OBSERVE_EXCHANGE)
				r->exchanges[r->n_exchanges++] = o;
		}
	qsort(r->exchanges, r->n_exchanges, sizeof(*r->exchanges), by_frame);
}

void
report_prepare(struct report *r)
{
	r->redact = r->lasting != NULL ? r->lasting
	                               : redact_new(r->options.redact);
	sum_inputs(r);
	for (size_t i = 0; i < r->n_attempts; i++)
		r->outcomes[r->attempts[i]->outcome]++;
	for (size_t i = 0; i < r->n_findings; i++)
		r->n_faults += r->findings[i]->fault;
	totals_of_proxies(r);
	r->clocks =
	    clocks_of(r->attempts, r->n_attempts, r->witnesses, &r->arena,
	        &r->n_clocks);
	r->latency =
	    latency_of(r->attempts, r->n_attempts, &r->arena, &r->n_latency);
	if (r->options.inventory)
		r->inventory = inventory_of(r->attempts, r->n_attempts,
		    &r->arena, &r->n_inventory);
	if (r->options.exchanges)
		collect_exchanges(r);
	if (r->options.redact == REDACT_IDENTITIES)
		identities_learn(r);
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		r->limit_hits[i] = limit_hits((enum limit)i);
}

void
report_fini(struct report *r)
{
	if (r->redact != r->lasting)
		redact_free(r->redact);
	free(r->proxies);
	r->proxies = NULL;
	arena_fini(&r->arena);
	r->redact = NULL;
}

double
report_missing_ratio(const struct report *r)
{
	uint64_t missing = r->quality.missing;
	uint64_t all = r->quality.carried + missing;

	return all > 0 ? (double)missing / (double)all : 0;
}

uint64_t
report_let_go(const struct report *r)
{
	return r->limit_hits[LIMIT_ATTEMPTS] +
	    r->limit_hits[LIMIT_ATTEMPT_BYTES];
}

/* tcp.stream for each connection that a leg was on. */
static void
filter_by_stream(const struct attempt *a, struct text *t)
{
	uint32_t streams[FILTER_MAX] = { 0 };
	size_t n = 0;

	streams[n++] = a->n_legs > 0 ? a->legs[0].stream : a->first_stream;
	for (unsigned i = 0; i <= a->n_legs && n < FILTER_MAX; i++) {
		uint32_t stream = i < a->n_legs ? a->legs[i].stream
		                                : a->connection.stream;
		size_t j = 0;

		while (j < n && streams[j] != stream)
			j++;
		if (j == n)
			streams[n++] = stream;
	}
	for (size_t i = 0; i < n; i++) {
		text_str(t, i > 0 ? " or tcp.stream == " : "tcp.stream == ");
		text_uint(t, streams[i]);
	}
}

static void
filter_by_ports(const struct attempt *a, struct text *t)
{
	const struct connection *c = &a->connection;
	const char *field = c->client.len == 16 ? "ipv6.addr" : "ip.addr";
	uint16_t ports[FILTER_MAX] = { 0 };
	size_t n = 0;

	text_fmt(t, "%s == ", field);
	address_add(t, &c->client);
	text_fmt(t, " and %s == ", field);
	address_add(t, &c->proxy);
	text_fmt(t, " and tcp.port == %u", c->proxy_port);
	for (unsigned i = 0; i <= a->n_legs && n < FILTER_MAX; i++) {
		uint16_t port = i < a->n_legs ? a->legs[i].port
		                              : c->client_port;
		size_t j = 0;

		while (j < n && ports[j] != port)
			j++;
		if (j == n)
			ports[n++] = port;
	}
	text_str(t, n > 1 ? " and (" : " and ");
	for (size_t i = 0; i < n; i++)
		text_fmt(t, "%stcp.port == %u", i > 0 ? " or " : "", ports[i]);
	text_str(t, n > 1 ? ")" : "");
}

bool
report_display_filter(const struct report *r, const struct attempt *a,
    struct text *t)
{
	if (r->options.stream_filters)
		filter_by_stream(a, t);
	else if (r->options.redact == REDACT_SECRETS)
		filter_by_ports(a, t);
	else
		return false;
	return true;
}

const char *
report_finding_filter(const struct report *r, const struct finding *f)
{
	if (f->display_filter != NULL &&
	    r->options.redact == REDACT_IDENTITIES &&
	    (strstr(f->display_filter, "addr") != NULL ||
	        strstr(f->display_filter, "proto_ipv4") != NULL))
		return NULL;
	return f->display_filter;
}

const char *
report_rule(const struct finding *f)
{
	if (f->rule != NULL)
		return f->rule->id;
	return f->example != NULL ? f->example->rule : NULL;
}

/* Most severe first, then who hits most clients, then most attempts, then as
 * they came. */
static bool
outweighs(const struct finding *x, const struct finding *y)
{
	if (x->severity != y->severity)
		return x->severity > y->severity;
	if (x->clients.total != y->clients.total)
		return x->clients.total > y->clients.total;
	return x->n_attempts > y->n_attempts;
}

/* Insertion: stable, which qsort() need not be, and there are few. */
static void
sort_stable(const struct finding **list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct finding *f = list[i];
		size_t j = i;

		for (; j > 0 && outweighs(f, list[j - 1]); j--)
			list[j] = list[j - 1];
		list[j] = f;
	}
}

size_t
report_pick(const struct report *r, bool fault, const struct finding **out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i]->fault == fault)
			out[n++] = r->findings[i];
	sort_stable(out, n);
	return n;
}
