/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/history.h"

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/kin.h"
#include "diagnose/open_hosts.h"
#include "diagnose/passing.h"
#include "diagnose/outages.h"
#include "diagnose/runs.h"

/* How far a search goes from where it begins. */
#define MAX_STEPS 128
/* The same, of all events of some seconds. */
#define MAX_NEAR 4096

/* Events of one kind, by kin and then by time: indices into events. */
struct series {
	uint32_t *at;
	uint32_t *starts; /* by kin id; starts[id + 1] is the end */
	uint32_t ids;
};

struct token_place {
	fingerprint whole; /* of the last credentials */
	uint32_t event;
};

struct history {
	struct event *events; /* in order of time */
	size_t n;
	struct kin *kin;
	struct token_place *by_token; /* sorted, events in order of time */
	size_t n_by_token;
	const struct attempt **by_address; /* sorted, to find an event */
	uint32_t *event_of;                /* same order */
	struct series series[KIN_COUNT][WHICH_COUNT];
	struct runs runs;
	struct outages outages;
	struct lane *lanes;           /* by id - 1 */
	struct proxy_history *proxies;
	bool *client_is_proxy; /* by id */
	bool *client_passes_on; /* as above */
	uint32_t *asking; /* events that name the client they ask for */
	size_t n_asking;
	const struct rules *rules; /* for their products; or NULL */
};

static void index_attempts(struct history *h);
static void index_tokens(struct history *h);
static void index_asking(struct history *h);
static void build_series(struct history *h, enum kinship kin,
    enum which which);

/* The moment of the verdict, or the last thing that happened. */
when_ns
event_time_of(const struct attempt *a)
{
	for (unsigned i = 0; i < a->n_legs; i++)
		if (a->legs[i].step == STEP_AUTHENTICATED ||
		    a->legs[i].step == STEP_REJECTED)
			return a->legs[i].time;
	return a->outcome == OUTCOME_AUTHENTICATED ? a->start : a->end;
}

enum event_kind
event_kind_of(const struct attempt *a)
{
	if (a->outcome == OUTCOME_AUTHENTICATED)
		return a->unproven ? EVENT_OTHER : EVENT_OK;
	if (attempt_failed(a) && a->credentials_sent > 0 && a->status == 407)
		return EVENT_REFUSED;
	return EVENT_OTHER;
}

static int
by_time(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->attempt->first_frame != b->attempt->first_frame)
		return a->attempt->first_frame < b->attempt->first_frame ? -1
		                                                         : 1;
	return a->attempt->id < b->attempt->id
	    ? -1
	    : a->attempt->id > b->attempt->id;
}

struct history *
history_new(struct attempt *const *attempts, size_t n,
    const struct past *past)
{
	struct history *h = memory_new(1, sizeof(*h));

	h->n = n;
	h->events = memory_new(n + 1, sizeof(*h->events));
	h->kin = kin_new();
	for (size_t i = 0; i < n; i++)
		h->events[i] = (struct event){
			.attempt = attempts[i],
			.time = event_time_of(attempts[i]),
			.kind = event_kind_of(attempts[i]),
		};
	qsort(h->events, n, sizeof(*h->events), by_time);
	for (size_t i = 0; i < n; i++)
		kin_number(h->kin, &h->events[i]);
	open_hosts_note(h->events, n);
	index_attempts(h);
	index_tokens(h);
	index_asking(h);
	for (int kin = 0; kin < KIN_COUNT; kin++)
		for (int which = 0; which < WHICH_COUNT; which++)
			build_series(h, (enum kinship)kin, (enum which)which);
	runs_build(&h->runs, h->events, n, past);
	outages_build(&h->outages, &h->runs, h->events, n);
	h->lanes = lanes_build(h->events, n, kin_count(h->kin, KIN_LANE));
	h->proxies =
	    proxies_build(h->events, n, kin_count(h->kin, KIN_PROXY));
	h->client_is_proxy = passing_proxies(h->events, n, h->kin);
	h->client_passes_on =
	    passing_on(h->events, n, h->kin, h->client_is_proxy);
	return h;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	for (int kin = 0; kin < KIN_COUNT; kin++)
		for (int which = 0; which < WHICH_COUNT; which++) {
			free(h->series[kin][which].at);
			free(h->series[kin][which].starts);
		}
	kin_free(h->kin);
	outages_fini(&h->outages);
	runs_fini(&h->runs);
	free(h->lanes);
	free(h->proxies);
	free(h->client_is_proxy);
	free(h->client_passes_on);
	free(h->asking);
	free(h->by_token);
	free(h->by_address);
	free(h->event_of);
	free(h->events);
	free(h);
}

struct place {
	const struct attempt *attempt;
	uint32_t event;
};

static int
by_place(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return a->attempt < b->attempt ? -1 : a->attempt > b->attempt;
}

static void
index_attempts(struct history *h)
{
	struct place *places = memory_new(h->n + 1, sizeof(*places));

	for (size_t i = 0; i < h->n; i++)
		places[i] = (struct place){ h->events[i].attempt,
			(uint32_t)i };
	qsort(places, h->n, sizeof(*places), by_place);
	h->by_address = memory_new(h->n + 1, sizeof(*h->by_address));
	h->event_of = memory_new(h->n + 1, sizeof(*h->event_of));
	for (size_t i = 0; i < h->n; i++) {
		h->by_address[i] = places[i].attempt;
		h->event_of[i] = places[i].event;
	}
	free(places);
}

static int
by_token(const void *left, const void *right)
{
	const struct token_place *a = left, *b = right;

	if (a->whole != b->whole)
		return a->whole < b->whole ? -1 : 1;
	return a->event < b->event ? -1 : a->event > b->event;
}

static void
index_tokens(struct history *h)
{
	h->by_token = memory_new(h->n + 1, sizeof(*h->by_token));
	for (size_t i = 0; i < h->n; i++) {
		const struct token *t = h->events[i].attempt->credentials;

		if (t != NULL)
			h->by_token[h->n_by_token++] =
			    (struct token_place){ t->whole, (uint32_t)i };
	}
	qsort(h->by_token, h->n_by_token, sizeof(*h->by_token), by_token);
}

static bool
belongs(const struct event *e, enum which which)
{
	return which == WHICH_ALL ||
	    e->kind == (which == WHICH_OK ? EVENT_OK : EVENT_REFUSED);
}

/* Counting sort: events are in order of time, and stay so in each kin. */
static void
build_series(struct history *h, enum kinship kin, enum which which)
{
	struct series *s = &h->series[kin][which];
	uint32_t ids = kin_count(h->kin, kin);

	s->ids = ids;
	s->starts = memory_new((size_t)ids + 2, sizeof(*s->starts));
	for (size_t i = 0; i < h->n; i++)
		if (h->events[i].kin[kin] != 0 && belongs(&h->events[i], which))
			s->starts[h->events[i].kin[kin] + 1]++;
	for (uint32_t id = 1; id <= ids + 1; id++)
		s->starts[id] += s->starts[id - 1];

	uint32_t *next = memory_new((size_t)ids + 2, sizeof(*next));

	memcpy(next, s->starts, ((size_t)ids + 2) * sizeof(*next));
	s->at = memory_new((size_t)s->starts[ids + 1] + 1, sizeof(*s->at));
	for (size_t i = 0; i < h->n; i++)
		if (h->events[i].kin[kin] != 0 && belongs(&h->events[i], which))
			s->at[next[h->events[i].kin[kin]]++] = (uint32_t)i;
	free(next);
}

size_t
history_events(const struct history *h)
{
	return h->n;
}

const struct event *
history_event(const struct history *h, size_t i)
{
	return &h->events[i];
}

const struct event *
history_event_of(const struct history *h, const struct attempt *a)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->by_address[middle] < a)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n && h->by_address[low] == a
	    ? &h->events[h->event_of[low]]
	    : NULL;
}

/* The first of a kin's events that is not before (time, index). */
static uint32_t
lower_bound(const struct history *h, const struct series *s, uint32_t id,
    when_ns time, size_t index)
{
	uint32_t low = s->starts[id], high = s->starts[id + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		when_ns t = h->events[s->at[middle]].time;

		if (t < time || (t == time && s->at[middle] < index))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
history_count(const struct history *h, enum kinship kin, enum which which,
    uint32_t id, when_ns from, when_ns to)
{
	const struct series *s = &h->series[kin][which];

	if (id == 0 || id > s->ids || to < from)
		return 0;
	return lower_bound(h, s, id, to, SIZE_MAX) -
	    lower_bound(h, s, id, from, 0);
}

const struct event *
history_before(const struct history *h, const struct event *e,
    enum kinship kin, enum which which,
    bool (*match)(const struct event *e, const struct event *other))
{
	const struct series *s = &h->series[kin][which];
	uint32_t id = e->kin[kin];

	if (id == 0)
		return NULL;

	uint32_t at =
	    lower_bound(h, s, id, e->time, (size_t)(e - h->events));

	for (int i = 0; i < MAX_STEPS && at > s->starts[id]; i++) {
		const struct event *other = &h->events[s->at[--at]];

		if (match == NULL || match(e, other))
			return other;
	}
	return NULL;
}

const struct event *
history_after(const struct history *h, const struct event *e,
    enum kinship kin, enum which which,
    bool (*match)(const struct event *e, const struct event *other))
{
	const struct series *s = &h->series[kin][which];
	uint32_t id = e->kin[kin];

	if (id == 0)
		return NULL;

	uint32_t at =
	    lower_bound(h, s, id, e->time, (size_t)(e - h->events) + 1);

	for (int i = 0; i < MAX_STEPS && at < s->starts[id + 1]; i++, at++) {
		const struct event *other = &h->events[s->at[at]];

		if (match == NULL || match(e, other))
			return other;
	}
	return NULL;
}

const struct event *
history_near(const struct history *h, const struct event *e,
    enum kinship kin, enum which which,
    bool (*match)(const struct event *e, const struct event *other))
{
	const struct event *before = history_before(h, e, kin, which, match);
	const struct event *after = history_after(h, e, kin, which, match);

	if (before == NULL || after == NULL)
		return before != NULL ? before : after;
	return e->time - before->time <= after->time - e->time ? before
	                                                       : after;
}

void
history_each_near(const struct history *h, const struct event *e,
    enum kinship kin, enum which which, int64_t ns,
    bool (*each)(void *context, const struct event *other), void *context)
{
	const struct series *s = &h->series[kin][which];
	uint32_t id = e->kin[kin];

	if (id == 0)
		return;

	size_t index = (size_t)(e - h->events);
	uint32_t from = lower_bound(h, s, id, e->time, index);
	uint32_t at = from;

	for (int i = 0; i < MAX_STEPS && at > s->starts[id]; i++) {
		const struct event *other = &h->events[s->at[--at]];

		if (e->time - other->time > ns)
			break;
		if (!each(context, other))
			return;
	}
	at = from;
	for (int i = 0; i < MAX_STEPS && at < s->starts[id + 1]; i++, at++) {
		const struct event *other = &h->events[s->at[at]];

		if (other->time - e->time > ns)
			break;
		if (other != e && !each(context, other))
			return;
	}
}

const struct run *
history_run(const struct history *h, const struct event *e)
{
	return e->run == 0 ? NULL : &h->runs.at[e->run - 1];
}

const struct event *
history_down_beside(const struct history *h, const struct event *e)
{
	return outages_beside(&h->outages, &h->runs, h, e);
}

const struct lane *
history_lane(const struct history *h, const struct event *e)
{
	uint32_t id = e->kin[KIN_LANE];

	return id == 0 ? NULL : &h->lanes[id - 1];
}

const struct proxy_history *
history_proxy(const struct history *h, const struct event *e)
{
	uint32_t id = e->kin[KIN_PROXY];

	return id == 0 ? NULL : &h->proxies[id - 1];
}

/* Once a proof is seen no other attempt is looked at. */
void
history_learn_products(struct history *h, const struct rules *rules)
{
	struct product_memory known = { 0 };

	h->rules = rules;
	for (size_t i = 0; i < h->n; i++) {
		uint32_t id = h->events[i].kin[KIN_PROXY];
		struct proxy_history *p =
		    id != 0 ? &h->proxies[id - 1] : NULL;

		if (p == NULL || p->product.proof)
			continue;

		struct product_match m =
		    product_of_attempt(rules, h->events[i].attempt, &known);

		if (product_better(&m, &p->product))
			p->product = m;
	}
}

struct product_match
history_product(const struct history *h, const struct event *e)
{
	const struct attempt *a = e->attempt;
	const struct proxy_history *p = history_proxy(h, e);
	struct product_match m = { 0 };

	if (h->rules != NULL && a->response != NULL &&
	    (a->response->status == 407 || a->said_401))
		m = product_of_response(h->rules, a->response, a->said_401);
	if (p != NULL && product_better(&p->product, &m))
		m = p->product;
	return m;
}

size_t
history_proxy_clients(const struct history *h, const struct address *proxy,
    uint16_t port)
{
	uint32_t id = kin_of_proxy(h->kin, proxy, port);

	return id == 0 ? 0 : h->proxies[id - 1].clients_407;
}

bool
history_host_is_proxy(const struct history *h, const struct address *host)
{
	size_t n = h->n < MAX_NEAR ? h->n : MAX_NEAR;

	for (size_t i = 0; i < n; i++)
		if (address_eq(&h->events[i].attempt->connection.proxy, host))
			return true;
	return false;
}

bool
history_client_is_proxy(const struct history *h, const struct event *e)
{
	return h->client_is_proxy[e->kin[KIN_CLIENT]];
}

bool
history_passes_on(const struct history *h, const struct address *host)
{
	return h->client_passes_on[kin_of_client(h->kin, host)];
}

void
history_each_of_client(const struct history *h, const struct address *client,
    when_ns time, bool (*each)(void *context, const struct event *e),
    void *context)
{
	const struct series *s = &h->series[KIN_CLIENT][WHICH_ALL];
	uint32_t id = kin_of_client(h->kin, client);

	if (id == 0)
		return;

	uint32_t at = lower_bound(h, s, id, time, SIZE_MAX);

	for (int i = 0; i < MAX_STEPS && at > s->starts[id]; i++)
		if (!each(context, &h->events[s->at[--at]]))
			return;
}

bool
history_client_is_known(const struct history *h, const struct address *client)
{
	return kin_of_client(h->kin, client) != 0;
}

/* The first event that is not before. */
static size_t
first_from(const struct history *h, when_ns time)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->events[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Few boxes say it, and each failed login asks for them. */
static void
index_asking(struct history *h)
{
	size_t room = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct attempt *a = h->events[i].attempt;
		const struct observed_request *q = a->request;

		if (q == NULL || q->forwarded_for == NULL)
			continue;
		if (h->n_asking == room) {
			room = room > 0 ? 2 * room : 64;
			h->asking =
			    memory_grow(h->asking, room, sizeof(*h->asking));
		}
		h->asking[h->n_asking++] = (uint32_t)i;
	}
}

void
history_each_asking(const struct history *h, when_ns from, when_ns to,
    bool (*each)(void *context, const struct event *e), void *context)
{
	size_t low = 0, high = h->n_asking;
	uint32_t first = (uint32_t)first_from(h, from);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->asking[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	high = h->n_asking - low < MAX_STEPS ? h->n_asking : low + MAX_STEPS;
	for (; low < high; low++) {
		const struct event *e = &h->events[h->asking[low]];

		if (e->time > to || !each(context, e))
			return;
	}
}

void
history_each_between(const struct history *h, when_ns from, when_ns to,
    bool (*each)(void *context, const struct event *e), void *context)
{
	size_t i = first_from(h, from);
	size_t end = h->n - i < MAX_NEAR ? h->n : i + MAX_NEAR;

	for (; i < end && h->events[i].time <= to; i++)
		if (!each(context, &h->events[i]))
			return;
}

void
history_each_of_token(const struct history *h, fingerprint whole,
    when_ns from, when_ns to,
    bool (*each)(void *context, const struct event *e), void *context)
{
	struct token_place first = { whole, (uint32_t)first_from(h, from) };
	size_t low = 0, high = h->n_by_token;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_token(&h->by_token[middle], &first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (int i = 0; i < MAX_STEPS && low < h->n_by_token; i++, low++) {
		const struct event *e = &h->events[h->by_token[low].event];

		if (h->by_token[low].whole != whole || e->time > to ||
		    !each(context, e))
			return;
	}
}

bool
history_other_family_near(const struct history *h, const struct address *host,
    uint16_t port, when_ns time)
{
	when_ns from = when_after(time, -WHEN_SECOND);
	when_ns to = when_after(time, WHEN_SECOND);
	size_t i = first_from(h, from);
	size_t end = h->n - i < MAX_NEAR ? h->n : i + MAX_NEAR;

	for (; i < end; i++) {
		const struct attempt *a = h->events[i].attempt;

		if (a->connection.proxy_port == port &&
		    a->connection.proxy.len != host->len &&
		    a->start >= from && a->start <= to)
			return true;
	}
	return false;
}

when_ns
history_begin(const struct history *h)
{
	return h->n > 0 ? h->events[0].time : WHEN_NONE;
}

when_ns
history_end(const struct history *h)
{
	return h->n > 0 ? h->events[h->n - 1].time : WHEN_NONE;
}
