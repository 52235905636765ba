/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/runs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "diagnose/known_good.h"

/* Refusals with a longer pause between them are not one story. */
#define MAX_PAUSE (300 * WHEN_SECOND)

/* -- runs -- */

/* What is known of a lane while walking through time. */
struct open_run {
	uint32_t run; /* index + 1; 0: none open */
	when_ns success;
};

static uint32_t
new_run(struct runs *r, const struct event *e, when_ns success)
{
	if (r->n == r->room) {
		r->room = r->room > 0 ? r->room * 2 : 64;
		r->at = memory_grow(r->at, r->room, sizeof(*r->at));
	}
	r->at[r->n++] = (struct run){ .lane = e->kin[KIN_LANE],
		.success_before = success, .success_after = WHEN_NONE };
	return (uint32_t)r->n;
}

static void
run_add(struct runs *r, struct event *e, uint32_t id)
{
	struct run *run = &r->at[id - 1];
	when_ns success = run->success_before;
	const char *host = e->attempt->authority;

	if (run->refusals++ == 0) {
		run->first = e->time;
		run->began = success != WHEN_NONE && success > e->attempt->start
		    ? success
		    : e->attempt->start;
	}
	run->last = e->time;
	if (run->refusals == 1)
		run->host = host;
	else if (run->host != NULL &&
	    (host == NULL || strcasecmp(run->host, host) != 0))
		run->host = NULL;
	e->run = id;
}

static void
walk_lanes(struct runs *r, struct event *events, size_t n)
{
	uint32_t lanes = 0;

	for (size_t i = 0; i < n; i++)
		if (events[i].kin[KIN_LANE] > lanes)
			lanes = events[i].kin[KIN_LANE];

	struct open_run *open = memory_new((size_t)lanes + 1, sizeof(*open));

	for (uint32_t i = 0; i <= lanes; i++)
		open[i].success = WHEN_NONE;
	for (size_t i = 0; i < n; i++) {
		struct event *e = &events[i];
		struct open_run *o = &open[e->kin[KIN_LANE]];

		if (e->kin[KIN_LANE] == 0)
			continue;
		if (e->kind == EVENT_OK) {
			if (o->run != 0)
				r->at[o->run - 1].success_after = e->time;
			o->run = 0;
			o->success = e->time;
		}
		if (e->kind != EVENT_REFUSED)
			continue;
		if (o->run == 0 ||
		    e->time - r->at[o->run - 1].last > MAX_PAUSE)
			o->run = new_run(r, e, o->success);
		run_add(r, e, o->run);
	}
	free(open);
}

/* -- runs without those who are always refused at their ends -- */

/* Who was refused in more runs than one, by lane. */
static struct pair *
find_often(const struct runs *r, const struct event *events, size_t n,
    size_t *n_often)
{
	struct pair *all = memory_new(n + 1, sizeof(*all));
	size_t found = 0, often = 0;

	for (size_t i = 0; i < n; i++)
		if (events[i].run != 0)
			all[found++] = (struct pair){ events[i].run,
				known_login(&events[i]) };
	found = pairs_unique(all, found);
	for (size_t i = 0; i < found; i++)
		all[i].group = r->at[all[i].group - 1].lane;
	qsort(all, found, sizeof(*all), pairs_order);
	for (size_t i = 1; i < found; i++)
		if (pairs_order(&all[i - 1], &all[i]) == 0)
			all[often++] = all[i];
	*n_often = pairs_unique(all, often);
	return all;
}

/* The rest of a run: index + 1 of its first and last event, and the runs
 * that are made of what is before and after them. */
struct core {
	size_t first, last;
	uint32_t head, tail;
};

static struct core *
find_cores(const struct runs *r, const struct event *events, size_t n,
    const struct pair *good, size_t n_good)
{
	struct core *cores = memory_new(r->n + 1, sizeof(*cores));
	size_t n_often;
	struct pair *often = find_often(r, events, n, &n_often);

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];
		struct pair who = { e->kin[KIN_LANE], known_login(e) };

		if (e->run == 0 || (pairs_find(often, n_often, who) != NULL &&
		        pairs_find(good, n_good, who) == NULL))
			continue;

		struct core *c = &cores[e->run - 1];

		if (c->first == 0)
			c->first = i + 1;
		c->last = i + 1;
	}
	free(often);
	return cores;
}

/* All that remains are copies with other ends. */
static void
trim_runs(struct runs *r, struct event *events, size_t n,
    const struct pair *good, size_t n_good)
{
	struct core *cores = find_cores(r, events, n, good, n_good);
	size_t whole = r->n;

	for (size_t i = 0; i < whole; i++)
		r->at[i].refusals = 0;
	for (size_t i = 0; i < n; i++) {
		struct event *e = &events[i];
		uint32_t id = e->run;

		if (id == 0)
			continue;

		struct core *c = &cores[id - 1];
		uint32_t *part = i + 1 < c->first ? &c->head
		    : c->last != 0 && i + 1 > c->last ? &c->tail
		                                      : &id;

		if (*part == 0) {
			*part = new_run(r, e, r->at[id - 1].success_before);
			r->at[*part - 1].success_after =
			    r->at[id - 1].success_after;
		}
		run_add(r, e, *part);
	}
	free(cores);
}

/* Runs, and clients that are known by a user in them. */
static size_t
find_named(struct pair *named, const struct event *events, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (events[i].run != 0 && events[i].kin[KIN_USER] != 0)
			named[found++] = (struct pair){ events[i].run,
				events[i].kin[KIN_CLIENT] };
	return pairs_unique(named, found);
}

static void
count_members(struct runs *r, const struct event *events, size_t n,
    const struct pair *good, size_t n_good)
{
	struct pair *users = memory_new(n + 1, sizeof(*users));
	struct pair *clients = memory_new(n + 1, sizeof(*clients));
	struct pair *named = memory_new(n + 1, sizeof(*named));
	struct pair *known = memory_new(n + 1, sizeof(*known));
	size_t n_named = find_named(named, events, n);
	size_t n_users = 0, n_clients = 0, n_known = 0;

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (e->run == 0)
			continue;

		struct pair client = { e->run, e->kin[KIN_CLIENT] };
		struct pair user = { e->run, known_identity(e) };
		struct pair login = { e->kin[KIN_LANE], known_login(e) };

		clients[n_clients++] = client;
		/* What names nobody is not somebody else. */
		if (e->kin[KIN_USER] == 0 &&
		    pairs_find(named, n_named, client) != NULL)
			continue;
		users[n_users++] = user;
		if (pairs_find(good, n_good, login) != NULL)
			known[n_known++] = user;
	}
	n_users = pairs_unique(users, n_users);
	n_known = pairs_unique(known, n_known);
	n_clients = pairs_unique(clients, n_clients);
	for (size_t i = 0; i < n_users; i++)
		r->at[users[i].group - 1].users++;
	for (size_t i = 0; i < n_known; i++)
		r->at[known[i].group - 1].known_good++;
	for (size_t i = 0; i < n_clients; i++)
		r->at[clients[i].group - 1].clients++;
	free(known);
	free(named);
	free(clients);
	free(users);
}

/* Times of successes by proxy, to see which schemes still pass. */
struct success {
	uint32_t proxy;
	when_ns time;
};

static int
by_success(const void *left, const void *right)
{
	const struct success *a = left, *b = right;

	if (a->proxy != b->proxy)
		return a->proxy < b->proxy ? -1 : 1;
	return a->time < b->time ? -1 : a->time > b->time;
}

static void
look_beside(struct runs *r, const struct event *events, size_t n)
{
	struct success *all = memory_new(n + 1, sizeof(*all));
	size_t count = 0;
	bool *looked = memory_new(r->n + 1, sizeof(*looked));

	for (size_t i = 0; i < n; i++)
		if (events[i].kind == EVENT_OK)
			all[count++] = (struct success){
				events[i].kin[KIN_PROXY], events[i].time };
	qsort(all, count, sizeof(*all), by_success);
	for (size_t i = 0; i < n; i++) {
		uint32_t id = events[i].run;

		if (id == 0 || looked[id - 1])
			continue;
		looked[id - 1] = true;

		struct run *run = &r->at[id - 1];
		struct success from = { events[i].kin[KIN_PROXY],
			run->first };
		size_t low = 0, high = count;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (by_success(&all[middle], &from) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		/* No success of its own lane lies inside a run. */
		run->other_schemes_pass = low < count &&
		    all[low].proxy == from.proxy &&
		    all[low].time <= run->last;
	}
	free(looked);
	free(all);
}

/* -- runs that are about one host only -- */

struct opened {
	uint32_t lane;
	const char *host;
};

static int
by_host(const void *left, const void *right)
{
	const struct opened *a = left, *b = right;

	if (a->lane != b->lane)
		return a->lane < b->lane ? -1 : 1;
	return strcasecmp(a->host, b->host);
}

static void
look_for_hosts(struct runs *r, const struct event *events, size_t n)
{
	struct opened *all = memory_new(n + 1, sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (events[i].kind == EVENT_OK &&
		    events[i].attempt->authority != NULL)
			all[count++] = (struct opened){
				events[i].kin[KIN_LANE],
				events[i].attempt->authority };
	qsort(all, count, sizeof(*all), by_host);
	for (size_t i = 0; i < r->n; i++) {
		struct run *run = &r->at[i];
		struct opened from = { run->lane, run->host };

		/* For which host earlier runs saw them get in is not known. */
		run->host_shut = run->host != NULL &&
		    (run->success_before != WHEN_NONE ||
		        run->success_after != WHEN_NONE) &&
		    bsearch(&from, all, count, sizeof(*all), by_host) == NULL;
	}
	free(all);
}

void
runs_build(struct runs *r, struct event *events, size_t n,
    const struct past *past)
{
	size_t n_good;
	struct pair *good = known_good(events, n, past, &n_good);

	*r = (struct runs){ 0 };
	walk_lanes(r, events, n);
	trim_runs(r, events, n, good, n_good);
	count_members(r, events, n, good, n_good);
	look_beside(r, events, n);
	look_for_hosts(r, events, n);
	free(good);
}

void
runs_fini(struct runs *r)
{
	free(r->at);
}

/* -- lanes -- */

struct verdict_time {
	uint32_t lane;
	int64_t ns;
};

static int
by_verdict_time(const void *left, const void *right)
{
	const struct verdict_time *a = left, *b = right;

	if (a->lane != b->lane)
		return a->lane < b->lane ? -1 : 1;
	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

static void
count_clients(struct lane *lanes, const struct event *events, size_t n)
{
	struct pair *all = memory_new(n + 1, sizeof(*all));
	struct pair *good = memory_new(n + 1, sizeof(*good));
	size_t n_all = 0, n_good = 0;

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];
		struct pair p = { e->kin[KIN_LANE], e->kin[KIN_CLIENT] };

		if (e->kin[KIN_LANE] == 0)
			continue;
		if (e->kind != EVENT_OTHER)
			all[n_all++] = p;
		if (e->kind == EVENT_OK)
			good[n_good++] = p;
	}
	n_all = pairs_unique(all, n_all);
	n_good = pairs_unique(good, n_good);
	for (size_t i = 0; i < n_all; i++)
		lanes[all[i].group - 1].clients++;
	for (size_t i = 0; i < n_good; i++)
		lanes[good[i].group - 1].clients_good++;
	free(good);
	free(all);
}

/* -- logins that got slow -- */

/* Fewer are chance. */
#define SLOW_LOGINS 10
#define SLOW_LEAST  (500 * WHEN_MS)
#define SLOW_FACTOR 10

/* Different numbers of few kinds: nine is many. */
struct few {
	uint32_t at[9];
	size_t n;
};

static void
few_add(struct few *f, uint32_t number)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i] == number)
			return;
	if (f->n < sizeof(f->at) / sizeof(f->at[0]))
		f->at[f->n++] = number;
}

static uint32_t
host_number(const struct attempt *a)
{
	return (uint32_t)table_hash(span_of_str(
	    a->authority != NULL ? a->authority : ""));
}

/* A row that is going on, per lane. */
struct slow_row {
	struct slowdown now;
	struct few clients, hosts;
	int64_t sum_ns;
};

static void
end_row(struct lane *lane, struct slow_row *row)
{
	row->now.clients = row->clients.n;
	row->now.hosts = row->hosts.n;
	if (row->now.logins >= SLOW_LOGINS &&
	    row->now.logins > lane->slow.logins) {
		row->now.mean_ns = row->sum_ns / (int64_t)row->now.logins;
		row->now.usual_ns = lane->slow.usual_ns;
		lane->slow = row->now;
	}
	*row = (struct slow_row){ .sum_ns = 0 };
}

/* lane.slow.usual_ns is set; the rest is found. */
static void
find_slow(struct lane *lanes, uint32_t count, const struct event *events,
    size_t n)
{
	struct slow_row *rows = memory_new((size_t)count + 1, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];
		int64_t ns = e->attempt->verdict_ns;
		uint32_t id = e->kin[KIN_LANE];

		if (id == 0 || e->kind != EVENT_OK || ns < 0)
			continue;

		struct lane *lane = &lanes[id - 1];
		struct slow_row *row = &rows[id];

		if (ns < SLOW_LEAST ||
		    ns / SLOW_FACTOR < lane->slow.usual_ns) {
			end_row(lane, row);
			continue;
		}
		if (row->now.logins++ == 0)
			row->now.first = e->time;
		row->now.last = e->time;
		row->sum_ns += ns;
		few_add(&row->clients, e->kin[KIN_CLIENT]);
		few_add(&row->hosts, host_number(e->attempt));
	}
	for (uint32_t id = 1; id <= count; id++)
		end_row(&lanes[id - 1], &rows[id]);
	free(rows);
}

struct lane *
lanes_build(const struct event *events, size_t n, uint32_t count)
{
	struct lane *lanes = memory_new((size_t)count + 1, sizeof(*lanes));
	struct verdict_time *times = memory_new(n + 1, sizeof(*times));
	size_t n_times = 0;

	for (uint32_t i = 0; i < count; i++)
		lanes[i].median_verdict_ns = lanes[i].worst_verdict_ns = -1;
	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (e->kin[KIN_LANE] == 0 || e->kind != EVENT_OK)
			continue;
		lanes[e->kin[KIN_LANE] - 1].good++;
		if (e->attempt->verdict_ns >= 0)
			times[n_times++] = (struct verdict_time){
				e->kin[KIN_LANE], e->attempt->verdict_ns };
	}
	qsort(times, n_times, sizeof(*times), by_verdict_time);
	for (size_t i = 0; i < n_times;) {
		size_t end = i;

		while (end < n_times && times[end].lane == times[i].lane)
			end++;

		struct lane *lane = &lanes[times[i].lane - 1];

		lane->median_verdict_ns = times[i + (end - i) / 2].ns;
		lane->worst_verdict_ns = times[end - 1].ns;
		lane->slow.usual_ns = times[i + (end - i) / 4].ns;
		i = end;
	}
	free(times);
	find_slow(lanes, count, events, n);
	count_clients(lanes, events, n);
	return lanes;
}

/* -- proxies -- */

static bool
same_offer(const struct attempt *a, const struct attempt *b)
{
	if (a->n_offers != b->n_offers)
		return false;
	for (size_t i = 0; i < a->n_offers; i++)
		if (a->offers[i].scheme != b->offers[i].scheme)
			return false;
	return true;
}

/* One change from one offer to another, and none back. */
static void
note_offer(struct proxy_history *p, const struct event *e, bool *mixed)
{
	const struct attempt *a = e->attempt;

	if (!a->offer_seen || a->n_offers == 0 || *mixed)
		return;
	if (p->first_offer == NULL) {
		p->first_offer = a;
	} else if (p->offer_after == NULL) {
		if (same_offer(p->first_offer, a))
			return;
		p->offer_before = p->first_offer;
		p->offer_after = a;
		p->offer_changed = a->start;
	} else if (!same_offer(p->offer_after, a)) {
		*mixed = true;
		p->offer_before = p->offer_after = NULL;
	}
}

static bool
same_server(const char *known, const char *server)
{
	return known != NULL && strcmp(known, server) == 0;
}

static void
note_server(struct proxy_history *p, const struct observed_response *r)
{
	if (r->status != 407)
		return;
	if (p->usual_via == NULL)
		p->usual_via = r->via;
	if (r->server == NULL || same_server(p->usual_server, r->server) ||
	    same_server(p->other_server, r->server))
		return;
	if (p->usual_server == NULL)
		p->usual_server = r->server;
	else if (p->other_server == NULL)
		p->other_server = r->server;
	p->servers += p->servers < 3;
}

/* The offer of a good login tells as much as the 407 of a bad one. */
static void
note_servers(struct proxy_history *p, const struct attempt *a)
{
	LIST_EACH (l, &a->observations)
		note_server(p, &LIST_OBJECT(l, const struct observation,
		    link)->response);
}

static int
by_offer_time(const void *left, const void *right)
{
	const struct event *a = *(const struct event *const *)left;
	const struct event *b = *(const struct event *const *)right;

	return a->attempt->start < b->attempt->start ? -1
	    : a->attempt->start > b->attempt->start  ? 1
	    : a < b                                  ? -1
	                                             : a > b;
}

struct proxy_history *
proxies_build(const struct event *events, size_t n, uint32_t count)
{
	struct proxy_history *all =
	    memory_new((size_t)count + 1, sizeof(*all));
	bool *mixed = memory_new((size_t)count + 1, sizeof(*mixed));
	const struct event **order = memory_new(n + 1, sizeof(*order));
	struct pair *asked = memory_new(n + 1, sizeof(*asked));
	size_t n_asked = 0;

	/* Offers are made when attempts start, not when they are decided. */
	for (size_t i = 0; i < n; i++)
		order[i] = &events[i];
	qsort(order, n, sizeof(*order), by_offer_time);
	for (size_t i = 0; i < n; i++) {
		uint32_t id = order[i]->kin[KIN_PROXY];

		if (id == 0)
			continue;

		struct proxy_history *p = &all[id - 1];
		const struct attempt *a = order[i]->attempt;

		note_offer(p, order[i], &mixed[id - 1]);
		note_servers(p, a);
		p->asks |= a->responses_407 > 0;
		p->challenged_ntlm |= a->challenge != NULL &&
		    a->challenge->kind == TOKEN_NTLM_CHALLENGE;
		asked[n_asked++] =
		    (struct pair){ id, order[i]->kin[KIN_CLIENT] };
	}
	n_asked = pairs_unique(asked, n_asked);
	for (size_t i = 0; i < n_asked; i++)
		all[asked[i].group - 1].clients_407++;
	free(asked);
	free(order);
	free(mixed);
	return all;
}
