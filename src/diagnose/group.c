/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/group.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "diagnose/chain.h"
#include "diagnose/tally.h"

/* Streams that a display filter names one by one. */
#define MAX_STREAMS 16

struct groups {
	struct table table;
	struct group **at;
	size_t n, room;
};

struct groups *
groups_new(void)
{
	struct groups *g = memory_new(1, sizeof(*g));

	table_init(&g->table);
	return g;
}

static void
group_free(struct group *x)
{
	free(x->attempts);
	free(x->boxes);
	free(x->refused_clients);
	free(x);
}

void
groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n; i++)
		group_free(g->at[i]);
	table_fini(&g->table);
	free(g->at);
	free(g);
}

static bool
same_who(const char *a, const char *b)
{
	return span_eq_nocase(span_of_str(a), span_of_str(b));
}

static bool
same_group(const struct group *a, const struct group *b)
{
	return a->rule == b->rule && a->proxy_port == b->proxy_port &&
	    address_eq(&a->client, &b->client) &&
	    address_eq(&a->proxy, &b->proxy) && same_who(a->who, b->who);
}

static uint64_t
hash_of(const struct group *g)
{
	uint64_t hash = table_hash(span_of_str(g->rule->id));

	hash = table_hash_more(hash, span_of(g->client.bytes, 16));
	hash = table_hash_more(hash, span_of(g->proxy.bytes, 16));
	/* Names compare in any case, so they are left out of the hash. */
	return table_hash_more(hash,
	    span_of(&g->proxy_port, sizeof(g->proxy_port)));
}

static struct group *
find(struct groups *g, const struct group *like, uint64_t hash)
{
	for (struct table_entry *e = table_first(&g->table, hash); e != NULL;
	     e = table_next(e)) {
		struct group *found = LIST_OBJECT(e, struct group, entry);

		if (same_group(found, like))
			return found;
	}
	return NULL;
}

/* What failed last is of use to more people than what failed first. */
static size_t
let_go_of_oldest(struct groups *g)
{
	struct table_entry *oldest = table_oldest(&g->table);
	struct group *x = LIST_OBJECT(oldest, struct group, entry);
	size_t place = x->place;

	table_remove(&g->table, oldest);
	group_free(x);
	return place;
}

/* The group like this one, made if it is new; past the limit the one that
 * was added to longest ago has to go, or NULL. */
static struct group *
group_like(struct groups *g, const struct group *like, bool instead)
{
	uint64_t hash = hash_of(like);
	struct group *found = find(g, like, hash);
	size_t place = g->n;

	if (found != NULL) {
		table_touch(&g->table, &found->entry);
		return found;
	}
	if (g->n >= limit_of(LIMIT_FINDINGS)) {
		limit_hit(LIMIT_FINDINGS);
		if (!instead || g->n == 0)
			return NULL;
		place = let_go_of_oldest(g);
	} else if (g->n == g->room) {
		g->room = g->room > 0 ? g->room * 2 : 64;
		g->at = memory_grow(g->at, g->room, sizeof(*g->at));
	}

	struct group *made = memory_new(1, sizeof(*made));

	*made = *like;
	made->place = place;
	table_add(&g->table, &made->entry, hash);
	g->at[place] = made;
	if (place == g->n)
		g->n++;
	return made;
}

static struct group
like_of(const struct rule *rule, const char *apart, const struct attempt *a)
{
	const struct connection *c = &a->connection;
	struct group like = { .rule = rule, .who = apart,
		.first_frame = a->first_frame };

	if (rule->group != GROUP_PROXY)
		like.client = c->client;
	if (rule->group != GROUP_AGENT) {
		like.proxy = c->proxy;
		like.proxy_port = c->proxy_port;
	}
	if (rule->group == GROUP_AGENT)
		like.who = a->user_agent;
	else if (rule->group == GROUP_CLIENT)
		like.who = a->user != NULL ? a->user : a->user_agent;
	return like;
}

bool
group_would_join(const struct rule *rule, const struct attempt *a,
    const struct attempt *b)
{
	struct group left = like_of(rule, NULL, a);
	struct group right = like_of(rule, NULL, b);

	return same_group(&left, &right);
}

struct group *
groups_find(struct groups *g, const struct rule *rule, const char *apart,
    const struct attempt *a)
{
	struct group like = like_of(rule, apart, a);

	return find(g, &like, hash_of(&like));
}

void
groups_add(struct groups *g, const struct rule *rule, const char *apart,
    const struct attempt *a)
{
	struct group like = like_of(rule, apart, a);
	struct group *found = group_like(g, &like, true);

	if (found == NULL)
		return;
	if (found->n == found->room) {
		found->room = found->room > 0 ? found->room * 2 : 4;
		found->attempts = memory_grow(found->attempts, found->room,
		    sizeof(*found->attempts));
	}
	found->attempts[found->n++] = a;
	if (a->first_frame < found->first_frame)
		found->first_frame = a->first_frame;
}

void
group_add_inner(struct group *g, const struct attempt *outer,
    const struct attempt *inner)
{
	if (g->n_boxes == g->boxes_room) {
		g->boxes_room = g->boxes_room > 0 ? g->boxes_room * 2 : 4;
		g->boxes = memory_grow(g->boxes, g->boxes_room,
		    sizeof(*g->boxes));
	}
	g->boxes[g->n_boxes++] = (struct sides_of_box){ outer, inner };
}

void
groups_add_refused(struct groups *g, const struct rule *rule,
    const char *apart, const struct observation *o)
{
	const struct connection *c = &o->connection;
	struct group like = { .rule = rule, .who = apart,
		.first_frame = o->frame,
		.proxy = c->proxy, .proxy_port = c->proxy_port,
		.refused = o };

	if (rule->group == GROUP_CLIENT)
		like.client = c->client;

	/* Whoever sends the most of these shall not hide who is refused. */
	struct group *found = group_like(g, &like, false);

	if (found == NULL)
		return;
	if (found->n == found->room) {
		found->room = found->room > 0 ? found->room * 2 : 4;
		found->refused_clients = memory_grow(found->refused_clients,
		    found->room, sizeof(*found->refused_clients));
	}
	found->refused_clients[found->n++] = c->client;
	if (found->n_frames < sizeof(found->frames) / sizeof(found->frames[0]))
		found->frames[found->n_frames++] = o->frame;
	found->last = o->time;
}

static int
by_first_frame(const void *left, const void *right)
{
	const struct group *a = *(const struct group *const *)left;
	const struct group *b = *(const struct group *const *)right;

	if (a->first_frame != b->first_frame)
		return a->first_frame < b->first_frame ? -1 : 1;
	/* Faults before remarks, then by id, so that runs are alike. */
	if (a->rule->remark != b->rule->remark)
		return a->rule->remark ? 1 : -1;
	return strcmp(a->rule->id, b->rule->id);
}

void
groups_sort(struct groups *g)
{
	if (g->n > 1)
		qsort(g->at, g->n, sizeof(struct group *), by_first_frame);
}

size_t
groups_count(const struct groups *g)
{
	return g->n;
}

const struct group *
groups_at(const struct groups *g, size_t i)
{
	return g->at[i];
}

/* -- describing -- */

static const char *
keep(struct arena *arena, struct text *t)
{
	const char *kept = arena_str(arena, span_of_str(text_get(t)));

	text_fini(t);
	return kept;
}

/* The first that the capture holds whole; else the first. */
static const struct attempt *
example_of(const struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->attempts[i]->capture_complete)
			return g->attempts[i];
	return g->attempts[0];
}

/* Frames of the example: all of few, else the first and the last. */
static void
take_frames(struct finding *f)
{
	const struct attempt *a = f->example;
	size_t room = sizeof(f->frames) / sizeof(f->frames[0]);
	size_t head = a->n_legs <= room ? a->n_legs : room / 2;

	for (size_t i = 0; i < head; i++)
		f->frames[f->n_frames++] = a->legs[i].frame;
	for (size_t i = a->n_legs - (room - head);
	     a->n_legs > room && i < a->n_legs; i++)
		f->frames[f->n_frames++] = a->legs[i].frame;
}

static void
filter_ends(struct text *t, const struct connection *c, bool one_client)
{
	const char *field = c->proxy.len == 16 ? "ipv6.addr" : "ip.addr";

	if (one_client) {
		text_fmt(t, "%s == ", field);
		address_add(t, &c->client);
		text_str(t, " && ");
	}
	text_fmt(t, "%s == ", field);
	address_add(t, &c->proxy);
	text_fmt(t, " && tcp.port == %u", c->proxy_port);
}

/* Who asks for it on its network, and who would answer. */
static void
filter_neighbour(struct text *t, const struct address *host)
{
	if (host->len == 16)
		text_str(t, "icmpv6.nd.ns.target_address == ");
	else
		text_str(t, "arp.dst.proto_ipv4 == ");
	address_add(t, host);
	if (host->len == 16)
		return;
	text_str(t, " || arp.src.proto_ipv4 == ");
	address_add(t, host);
}

static int
by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* The streams of all attempts, sorted; 0 if they are too many to name. */
static size_t
streams_of(const struct group *g, uint32_t streams[MAX_STREAMS])
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		for (unsigned k = 0; k < g->attempts[i]->n_legs; k++) {
			uint32_t stream = g->attempts[i]->legs[k].stream;
			size_t at = 0;

			while (at < n && streams[at] != stream)
				at++;
			if (at == n && n == MAX_STREAMS)
				return 0;
			if (at == n)
				streams[n++] = stream;
		}
	qsort(streams, n, sizeof(*streams), by_number);
	return n;
}

static const char *
filter_of(const struct group *g, const struct finding *f,
    const struct capture_facts *capture, struct arena *arena)
{
	struct text t = { .limit = 400 };
	uint32_t streams[MAX_STREAMS];
	size_t n = g->refused == NULL && capture != NULL &&
	        capture->stream_filters
	    ? streams_of(g, streams)
	    : 0;

	if (n == 1) {
		text_fmt(&t, "tcp.stream == %u", streams[0]);
	} else if (n > 1) {
		text_str(&t, "tcp.stream in {");
		for (size_t i = 0; i < n; i++)
			text_fmt(&t, "%s%u", i > 0 ? ", " : "", streams[i]);
		text_str(&t, "}");
	} else if (g->refused != NULL && g->refused->not_there) {
		filter_neighbour(&t, &g->refused->connection.proxy);
	} else {
		filter_ends(&t,
		    g->refused != NULL ? &g->refused->connection
		                       : &f->example->connection,
		    f->clients.total == 1);
	}
	return keep(arena, &t);
}

static void
describe_refused(const struct group *g, struct finding *f,
    struct arena *arena)
{
	const struct connection *c = &g->refused->connection;
	const char **names = memory_new(g->n + 1, sizeof(*names));
	struct text t = { .limit = 80 };
	const char *proxy;

	address_port_add(&t, &c->proxy, c->proxy_port);
	proxy = keep(arena, &t);
	for (size_t i = 0; i < g->n; i++) {
		address_add(&t, &g->refused_clients[i]);
		names[i] = keep(arena, &t);
	}
	tally_strings(&f->clients, names, g->n, arena);
	tally_strings(&f->proxies, &proxy, 1, arena);
	free(names);
	f->first = g->refused->time;
	f->last = g->last;
	memcpy(f->frames, g->frames, sizeof(f->frames));
	f->n_frames = g->n_frames;
}

static void
describe_attempts(const struct group *g, struct finding *f,
    struct arena *arena)
{
	f->attempts = arena_new(arena, g->n * sizeof(*f->attempts));
	memcpy(f->attempts, g->attempts, g->n * sizeof(*f->attempts));
	f->n_attempts = g->n;
	f->example = example_of(g);
	for (size_t i = 0; i < g->n; i++)
		f->times += attempt_refusals(g->attempts[i]);
	f->first = f->last = g->attempts[0]->start;
	for (size_t i = 0; i < g->n; i++) {
		if (g->attempts[i]->start < f->first)
			f->first = g->attempts[i]->start;
		if (g->attempts[i]->end > f->last)
			f->last = g->attempts[i]->end;
	}
	tally_attempts(f, arena);
	take_frames(f);
}

/* So many boxes are named. */
#define MAX_BOXES 3

/* "10.0.0.9 hands it on to 10.0.0.3:3128; …" */
static const char *
boxes_told(const struct group *g, struct arena *arena)
{
	struct text t = { .limit = 400 };
	const char *said[MAX_BOXES];
	size_t n = 0;

	for (size_t i = 0; i < g->n_boxes && n < MAX_BOXES; i++) {
		struct text one = { .limit = 120 };
		size_t at = 0;

		chain_handed_on(&one, g->boxes[i].outer, g->boxes[i].inner);
		while (at < n && strcmp(said[at], text_get(&one)) != 0)
			at++;
		if (at == n) {
			text_fmt(&t, "%s; ", text_get(&one));
			said[n++] = arena_str(arena, text_span(&one));
		}
		text_fini(&one);
	}
	text_str(&t, "seen on both sides, counted once");
	return keep(arena, &t);
}

static void
describe_boxes(const struct group *g, struct finding *f, struct arena *arena)
{
	const struct attempt **inner =
	    arena_new(arena, (g->n_boxes + 1) * sizeof(*inner));

	for (size_t i = 0; i < g->n_boxes; i++)
		inner[i] = g->boxes[i].inner;
	f->inner = inner;
	f->n_inner = g->n_boxes;
	if (g->n_boxes > 0)
		f->between = boxes_told(g, arena);
}

/* Connections that break time and again are a fault, however soon there is
 * another one; a proxy that is started anew breaks many in a moment. */
#define BROKEN_FEW 2
#define MOMENT     WHEN_SECOND

static size_t
moments_of(const struct group *g)
{
	size_t n = 1;

	for (size_t i = 1; i < g->n; i++)
		n += when_between(g->attempts[i - 1]->end,
		         g->attempts[i]->end) > MOMENT;
	return n;
}

/* The least of all. */
static enum went_on
went_on(const struct group *g)
{
	enum went_on least = WENT_ON_HERE;

	if (g->refused != NULL)
		return WENT_NOT_ON;
	for (size_t i = 0; i < g->n; i++)
		if (g->attempts[i]->went_on < least)
			least = g->attempts[i]->went_on;
	return least == WENT_ON_ANEW && moments_of(g) > BROKEN_FEW
	    ? WENT_NOT_ON
	    : least;
}

/* Whatever the look: what hash_of() has, and the name in lower case. */
static uint64_t
key_of(const struct group *g, enum went_on went_on)
{
	uint64_t key = hash_of(g);

	/* What was told as a fault is withdrawn. */
	if (went_on == WENT_ON_HERE)
		key = table_hash_more(key, SPAN("went on"));
	for (const char *c = g->who; c != NULL && *c != '\0'; c++) {
		uint8_t lower =
		    (uint8_t)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);

		key = table_hash_more(key, span_of(&lower, 1));
	}
	return key;
}

/* The same in words: for keys that outlive the run (state/state.h). */
static const char *
identity_of(const struct group *g, struct arena *arena)
{
	struct text t = { .limit = 1000 };

	text_fmt(&t, "%s\n", g->rule->id);
	address_add(&t, &g->client);
	text_char(&t, '\n');
	address_port_add(&t, &g->proxy, g->proxy_port);
	text_char(&t, '\n');
	for (const char *c = g->who; c != NULL && *c != '\0'; c++)
		text_char(&t, *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c);
	return keep(arena, &t);
}

void
group_describe(const struct group *g, struct finding *f, size_t number,
    const struct capture_facts *capture, struct arena *arena)
{
	struct text id = { .limit = 24 };

	text_fmt(&id, "f%zu", number);
	f->id = keep(arena, &id);
	f->went_on = g->rule->remark ? WENT_NOT_ON : went_on(g);
	f->key = key_of(g, f->went_on);
	f->identity = identity_of(g, arena);
	f->rule = g->rule;
	f->cause = g->rule->cause;
	f->severity = g->rule->severity;
	f->likelihood = g->rule->likelihood;
	f->fault = !g->rule->remark;
	/* A 407 in a login that ends well is no fault. */
	if (f->went_on != WENT_NOT_ON) {
		f->fault = f->went_on != WENT_ON_HERE;
		f->severity = LEVEL_LOW;
	}
	f->title = g->rule->title;
	if (g->refused != NULL)
		describe_refused(g, f, arena);
	else
		describe_attempts(g, f, arena);
	describe_boxes(g, f, arena);
	f->display_filter = filter_of(g, f, capture, arena);
}
