/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/model.h"

#include <stdlib.h>

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
learn_token(struct redact *r, const struct token *t)
{
	if (t == NULL)
		return;
	redact_learn(r, IDENTITY_USER, t->user);
	redact_learn(r, IDENTITY_DOMAIN, t->domain);
	redact_learn(r, IDENTITY_USER, t->ntlm.user);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm.domain);
	redact_learn(r, IDENTITY_HOST, t->ntlm.workstation);
	redact_learn(r, IDENTITY_HOST, t->ntlm.nb_computer);
	redact_learn(r, IDENTITY_HOST, t->ntlm.dns_computer);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm.nb_domain);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm.dns_domain);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm.dns_tree);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm.target);
	redact_learn_host(r, t->ntlm.target_spn);
	redact_learn(r, IDENTITY_DOMAIN, t->kerberos.realm);
	redact_learn_host(r, t->kerberos.service);
	redact_learn(r, IDENTITY_USER, t->kerberos.client);
	redact_learn(r, IDENTITY_DOMAIN, t->kerberos.client_realm);
	redact_learn(r, IDENTITY_USER, t->digest.user);
	redact_learn(r, IDENTITY_REALM, t->digest.realm);
	redact_learn_host(r, t->digest.uri);
	redact_learn_host(r, t->bearer.iss);
	redact_learn(r, IDENTITY_HOST, t->bearer.aud);
	redact_learn(r, IDENTITY_USER, t->bearer.sub);
	redact_learn(r, IDENTITY_USER, t->bearer.client_id);
	redact_learn(r, IDENTITY_REALM, t->basic.realm);
	redact_learn(r, IDENTITY_REALM, t->realm);
}

/* "1.1 proxy.lab.test:3128 (squid/5.7), 1.0 other": the received-by's. */
static void
learn_via(struct redact *r, const char *via)
{
	struct span s = span_of_str(via);

	while (via != NULL && s.len > 0) {
		struct span hop = span_trim(span_first(s, span_find(s, ',')));
		struct span by = span_trim(span_from(hop, span_find(hop, ' ')));
		struct text name = { 0 };

		text_add(&name, span_first(by, span_find(by, ' ')));
		redact_learn_host(r, text_get(&name));
		text_fini(&name);
		s = span_from(s, span_find(s, ',') + 1);
	}
}

static void
learn_exchange(struct redact *r, const struct observation *o)
{
	const struct observed_request *q = &o->request;
	const struct observed_response *p = &o->response;

	redact_learn_address(r, &o->connection.client);
	redact_learn_address(r, &o->connection.proxy);
	redact_learn_host(r, q->target);
	redact_learn_host(r, q->authority);
	redact_learn(r, IDENTITY_AGENT, q->user_agent);
	learn_via(r, q->via);
	redact_learn_host(r, q->forwarded_for);
	learn_token(r, q->credentials);
	learn_via(r, p->via);
	for (size_t i = 0; i < p->n_challenges; i++)
		learn_token(r, &p->challenges[i]);
}

static void
learn_attempt(struct redact *r, const struct attempt *a)
{
	const struct token *const tokens[] = { a->negotiate, a->challenge,
		a->authenticate, a->credentials, a->verdict };

	redact_learn_address(r, &a->connection.client);
	redact_learn_address(r, &a->connection.proxy);
	redact_learn(r, IDENTITY_USER, a->user);
	redact_learn(r, IDENTITY_DOMAIN, a->domain);
	redact_learn_host(r, a->target);
	redact_learn_host(r, a->authority);
	redact_learn(r, IDENTITY_AGENT, a->user_agent);
	learn_via(r, a->via_client);
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		learn_token(r, tokens[i]);
	for (size_t i = 0; i < a->n_offers; i++)
		learn_token(r, &a->offers[i]);
	for (size_t i = 0; i < a->n_last_offers; i++)
		learn_token(r, &a->last_offers[i]);
	LIST_EACH (link, &a->observations)
		learn_exchange(r, LIST_OBJECT(link, struct observation, link));
}

static void
learn_finding(struct redact *r, const struct finding *f)
{
	for (size_t i = 0; i < f->clients.n; i++)
		redact_learn_host(r, f->clients.entries[i].name);
	for (size_t i = 0; i < f->proxies.n; i++)
		redact_learn_host(r, f->proxies.entries[i].name);
	for (size_t i = 0; i < f->users.n; i++)
		redact_learn_user(r, f->users.entries[i].name);
	for (size_t i = 0; i < f->agents.n; i++)
		redact_learn(r, IDENTITY_AGENT, f->agents.entries[i].name);
	for (size_t i = 0; i < f->targets.n; i++)
		redact_learn_host(r, f->targets.entries[i].name);
	for (size_t i = 0; i < f->workstations.n; i++)
		redact_learn(r, IDENTITY_HOST,
		    f->workstations.entries[i].name);
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
	r->redact = redact_new(r->options.redact);
	sum_inputs(r);
	for (size_t i = 0; i < r->n_attempts; i++)
		r->outcomes[r->attempts[i]->outcome]++;
	for (size_t i = 0; i < r->n_findings; i++)
		r->n_faults += r->findings[i]->fault;
	totals_of_proxies(r);
	if (r->options.exchanges)
		collect_exchanges(r);
	if (r->options.redact == REDACT_IDENTITIES) {
		for (size_t i = 0; i < r->n_attempts; i++)
			learn_attempt(r->redact, r->attempts[i]);
		for (size_t i = 0; i < r->n_findings; i++)
			learn_finding(r->redact, r->findings[i]);
	}
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		r->limit_hits[i] = limit_hits((enum limit)i);
}

void
report_fini(struct report *r)
{
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

/* tcp.stream for each connection that a leg was on. */
static void
filter_by_stream(const struct attempt *a, struct text *t)
{
	uint32_t streams[FILTER_MAX];
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
	for (size_t i = 0; i < n; i++)
		text_fmt(t, "%stcp.stream == %u", i > 0 ? " or " : "",
		    streams[i]);
}

static void
filter_by_ports(const struct attempt *a, struct text *t)
{
	const struct connection *c = &a->connection;
	const char *field = c->client.len == 16 ? "ipv6.addr" : "ip.addr";
	uint16_t ports[FILTER_MAX];
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
	    strstr(f->display_filter, "addr") != NULL)
		return NULL;
	return f->display_filter;
}
