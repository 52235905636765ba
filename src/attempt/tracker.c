/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracker.h"

#include <stdlib.h>

#include "attempt/build.h"
#include "attempt/steps.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

/* An unanswered client has had its time after this. */
#define TIME_TO_ANSWER (10 * WHEN_SECOND)
/* An offer is joined to an answer on another connection this long. */
#define PERSON_WINDOW    (600 * WHEN_SECOND)
#define PROGRAM_WINDOW   (1500 * WHEN_MS)
#define SAME_HOST_WINDOW (60 * WHEN_SECOND)
/* A type 3 may look for its type 2 on other connections this long. */
#define SPLIT_WINDOW (120 * WHEN_SECOND)
/* Spare connections belong to a login that began this near to them. */
#define SPARE_BEFORE (30 * WHEN_SECOND)
#define SPARE_AFTER  (60 * WHEN_SECOND)
/* Fingerprints of tokens remembered, to tell replays. */
#define TOKENS_REMEMBERED 65536
#define MAX_REFUSED 4096
/* Candidates looked at when an offer or a challenge is searched. */
#define MAX_CANDIDATES 256

/* An attempt, and what only the tracker needs to know of it. */
struct tracked {
	struct attempt attempt;
	enum state state;
	enum said said;   /* the client's last word */
	uint64_t conn_id; /* where it is now */
	struct pair *pair;
	struct link open; /* in the pair's list of open ones */
	bool request_unseen;
	bool owner_open;  /* its last connection is not closed */
	when_ns closed;   /* when it was; WHEN_NONE: not */
	when_ns offer_time, sent_time;
};

/* A client and a proxy. */
struct pair {
	struct table_entry entry;
	struct address client, proxy;
	uint16_t proxy_port;
	struct link open; /* struct tracked: asked or challenged */
};

/* A connection that is not closed. */
struct conn {
	struct table_entry entry;
	uint64_t id;
	uint32_t current;       /* attempt ids; 0: none */
	uint32_t authenticated; /* a handshake went through on it */
	/* Last ones that proved themselves in each request: refused, passed. */
	uint32_t last[2];
	bool failed;            /* a handshake was refused on it */
};

struct seen_token {
	struct table_entry entry;
};

/* A proxy's own Server field, as its 407s show it. */
struct known_proxy {
	struct table_entry entry;
	struct address address;
	uint16_t port;
	uint64_t server; /* hash; 0: none */
};

struct tracker {
	struct tracked **by_id; /* index is the id; NULL: gone */
	size_t n_ids, room;
	size_t oldest; /* lowest id that may be there */
	size_t count;
	struct table pairs, conns, tokens, proxies;
	struct observation *refused[MAX_REFUSED];
	size_t n_refused;
	struct attempt **ordered;
	size_t n_ordered;
	when_ns now;
};

static void take_exchange(struct tracker *t, struct observation *o);
static void take_close(struct tracker *t, struct observation *o);
static struct tracked *find_attempt(struct tracker *t, struct conn *c,
    const struct observation *o, enum said said);
static void free_attempt(struct tracker *t, struct tracked *a);

struct tracker *
tracker_new(void)
{
	struct tracker *t = memory_new(1, sizeof(*t));

	table_init(&t->pairs);
	table_init(&t->conns);
	table_init(&t->tokens);
	table_init(&t->proxies);
	t->n_ids = 1; /* 0 is "none" */
	t->oldest = 1;
	t->now = INT64_MIN;
	return t;
}

/* Entries of a table are blocks of their own that begin with the entry. */
static void
free_table(struct table *table)
{
	LIST_EACH (link, &table->by_age) {
		struct table_entry *e =
		    LIST_OBJECT(link, struct table_entry, age);

		table_remove(table, e);
		free(e);
	}
	table_fini(table);
}

void
tracker_free(struct tracker *t)
{
	if (t == NULL)
		return;
	for (size_t i = t->oldest; i < t->n_ids; i++)
		if (t->by_id[i] != NULL)
			free_attempt(t, t->by_id[i]);
	for (size_t i = 0; i < t->n_refused; i++)
		observation_free(t->refused[i]);
	free_table(&t->pairs);
	free_table(&t->conns);
	free_table(&t->tokens);
	free_table(&t->proxies);
	free(t->by_id);
	free(t->ordered);
	free(t);
}

void
tracker_now(struct tracker *t, when_ns now)
{
	if (now > t->now)
		t->now = now;
}

void
tracker_take(struct tracker *t, struct observation *o)
{
	tracker_now(t, o->time);
	switch (o->kind) {
	case OBSERVE_EXCHANGE:
		take_exchange(t, o);
		break;
	case OBSERVE_CLOSE:
		take_close(t, o);
		observation_free(o);
		break;
	case OBSERVE_REFUSED:
		if (t->n_refused < MAX_REFUSED)
			t->refused[t->n_refused++] = o;
		else
			observation_free(o);
		break;
	}
}

/* -- tables -- */

static struct tracked *
get(const struct tracker *t, uint32_t id)
{
	return id == 0 || id >= t->n_ids ? NULL : t->by_id[id];
}

static struct pair *
pair_of(struct tracker *t, const struct connection *c)
{
	uint64_t hash = table_hash(span_of(c->client.bytes, 16));

	hash = table_hash_more(hash, span_of(c->proxy.bytes, 16));
	hash = table_hash_more(hash,
	    span_of(&c->proxy_port, sizeof(c->proxy_port)));
	for (struct table_entry *e = table_first(&t->pairs, hash); e != NULL;
	     e = table_next(e)) {
		struct pair *p = LIST_OBJECT(e, struct pair, entry);

		if (p->proxy_port == c->proxy_port &&
		    address_eq(&p->client, &c->client) &&
		    address_eq(&p->proxy, &c->proxy)) {
			table_touch(&t->pairs, e);
			return p;
		}
	}

	struct pair *p = memory_new(1, sizeof(*p));

	p->client = c->client;
	p->proxy = c->proxy;
	p->proxy_port = c->proxy_port;
	list_init(&p->open);
	table_add(&t->pairs, &p->entry, hash);
	return p;
}

static struct conn *
conn_find(const struct tracker *t, uint64_t id)
{
	uint64_t hash = table_hash(span_of(&id, sizeof(id)));

	for (struct table_entry *e = table_first(&t->conns, hash); e != NULL;
	     e = table_next(e)) {
		struct conn *c = LIST_OBJECT(e, struct conn, entry);

		if (c->id == id)
			return c;
	}
	return NULL;
}

static struct conn *
conn_of(struct tracker *t, uint64_t id)
{
	struct conn *c = conn_find(t, id);

	if (c == NULL) {
		c = memory_new(1, sizeof(*c));
		c->id = id;
		table_add(&t->conns, &c->entry,
		    table_hash(span_of(&id, sizeof(id))));
	}
	return c;
}

/* Were these token bytes sent before?  They are remembered now. */
static bool
sent_before(struct tracker *t, fingerprint whole)
{
	if (table_first(&t->tokens, whole) != NULL)
		return true;
	if (t->tokens.count >= TOKENS_REMEMBERED) {
		struct table_entry *oldest = table_oldest(&t->tokens);

		table_remove(&t->tokens, oldest);
		free(oldest);
	}

	struct seen_token *s = memory_new(1, sizeof(*s));

	table_add(&t->tokens, &s->entry, whole);
	return false;
}

static struct known_proxy *
proxy_of(struct tracker *t, const struct connection *c, bool add)
{
	uint64_t hash = table_hash(span_of(c->proxy.bytes, 16)) ^ c->proxy_port;

	for (struct table_entry *e = table_first(&t->proxies, hash); e != NULL;
	     e = table_next(e)) {
		struct known_proxy *p =
		    LIST_OBJECT(e, struct known_proxy, entry);

		if (p->port == c->proxy_port &&
		    address_eq(&p->address, &c->proxy))
			return p;
	}
	if (!add || t->proxies.count >= limit_of(LIMIT_PROXIES))
		return NULL;

	struct known_proxy *p = memory_new(1, sizeof(*p));

	p->address = c->proxy;
	p->port = c->proxy_port;
	table_add(&t->proxies, &p->entry, hash);
	return p;
}

/* -- life of an attempt -- */

static struct tracked *
new_attempt(struct tracker *t, const struct observation *o)
{
	if (t->count >= limit_of(LIMIT_ATTEMPTS)) {
		limit_hit(LIMIT_ATTEMPTS);
		while (t->oldest < t->n_ids && t->by_id[t->oldest] == NULL)
			t->oldest++;
		if (t->oldest < t->n_ids)
			free_attempt(t, t->by_id[t->oldest]);
	}
	if (t->n_ids >= t->room) {
		t->room = t->room > 0 ? t->room * 2 : 256;
		t->by_id = memory_grow(t->by_id, t->room, sizeof(*t->by_id));
		t->by_id[0] = NULL;
	}

	struct tracked *a = memory_new(1, sizeof(*a));

	attempt_begin(&a->attempt, &o->connection);
	a->attempt.id = (uint32_t)t->n_ids;
	a->offer_time = a->sent_time = a->closed = WHEN_NONE;
	list_init(&a->open);
	a->pair = pair_of(t, &o->connection);
	t->by_id[t->n_ids++] = a;
	t->count++;
	return a;
}

static void
free_attempt(struct tracker *t, struct tracked *a)
{
	t->by_id[a->attempt.id] = NULL;
	t->count--;
	list_remove(&a->open);
	attempt_end(&a->attempt);
	free(a);
}

static void
set_state(struct tracked *a, enum state state)
{
	a->state = state;
	list_remove(&a->open);
	if (state == STATE_ASKED || state == STATE_CHALLENGED)
		list_append(&a->pair->open, &a->open);
}

static void
decide(struct tracked *a, enum outcome outcome, enum step broke_at)
{
	a->attempt.outcome = outcome;
	a->attempt.broke_at = outcome == OUTCOME_AUTHENTICATED ||
	        outcome == OUTCOME_INCOMPLETE
	    ? STEP_NONE
	    : broke_at;
}

/* -- which attempt does it belong to? -- */

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_agent(const struct attempt *a, const struct observed_request *q)
{
	return same_text(a->user_agent, q->user_agent);
}

static bool
same_target(const struct attempt *a, const struct observed_request *q)
{
	return a->target != NULL && same_text(a->target, q->target) &&
	    same_text(a->method, q->method);
}

static bool
same_host(const struct attempt *a, const struct observed_request *q)
{
	return a->authority != NULL && same_text(a->authority, q->authority);
}

static bool
request_bound(const struct attempt *a)
{
	return a->scheme == ATTEMPT_BASIC || a->scheme == ATTEMPT_DIGEST ||
	    a->scheme == ATTEMPT_BEARER || a->scheme == ATTEMPT_OTHER;
}

/* The same user with the same secret, as far as the wire can tell. */
static bool
same_credentials(const struct token *a, const struct token *b)
{
	if (a == NULL || b == NULL || a->scheme != b->scheme)
		return false;
	/* A Digest response is new each time. */
	if (a->scheme == SCHEME_DIGEST)
		return same_text(a->user, b->user) &&
		    same_text(a->digest.realm, b->digest.realm);
	return a->whole == b->whole;
}

/* People need time to type a password; programs do not. */
static bool
has_a_person(const struct observed_request *q)
{
	return q->user_agent != NULL &&
	    span_starts(span_of_str(q->user_agent), SPAN("Mozilla/"));
}

/*
 * An offer on another connection that this request answers.  One whose
 * connection is closed has nobody else to answer it; one that is open may
 * yet be answered there, so it comes second.
 */
static struct tracked *
find_asked(struct pair *p, const struct observation *o)
{
	const struct observed_request *q = &o->request;
	struct tracked *second = NULL;
	int64_t same = has_a_person(q) ? PERSON_WINDOW : PROGRAM_WINDOW;
	int looked = 0;

	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);
		int64_t age = q->time - a->attempt.end;

		if (looked++ > MAX_CANDIDATES || age > PERSON_WINDOW)
			break;
		if (a->state != STATE_ASKED || !same_agent(&a->attempt, q))
			continue;
		if (same_target(&a->attempt, q) && age <= same) {
			if (!a->owner_open)
				return a;
			second = a;
		} else if (second == NULL && same_host(&a->attempt, q) &&
		    age <= (same < SAME_HOST_WINDOW ? same
		                                    : SAME_HOST_WINDOW)) {
			second = a;
		}
	}
	return second;
}

/*
 * The type 2, sent on another connection, that this type 3 answers.  NTLMv2
 * repeats the AV pairs and the time of it ([MS-NLMP] 3.1.5.1.2).  Without
 * them only a single candidate of the same agent is believed.
 */
static struct tracked *
find_challenge(struct pair *p, const struct observation *o)
{
	const struct token *t3 = o->request.credentials;
	struct tracked *only = NULL;
	int looked = 0, candidates = 0;

	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);
		const struct token *t2 = a->attempt.challenge;

		if (looked++ > MAX_CANDIDATES ||
		    o->request.time - a->attempt.end > SPLIT_WINDOW)
			break;
		if (a->state != STATE_CHALLENGED || t2 == NULL)
			continue;
		if (t3->ntlm.target_info != 0 && t2->ntlm.target_info != 0) {
			if (t3->ntlm.target_info == t2->ntlm.target_info &&
			    (t2->ntlm.timestamp == WHEN_NONE ||
			        t3->ntlm.av_timestamp == t2->ntlm.timestamp))
				return a;
		} else if (same_agent(&a->attempt, &o->request)) {
			candidates++;
			only = a;
		}
	}
	return candidates == 1 && o->connection.began ? only : NULL;
}

static struct tracked *
find_attempt(struct tracker *t, struct conn *c, const struct observation *o,
    enum said said)
{
	struct tracked *cur = get(t, c->current);

	/* It was taken up on another connection: this one begins anew. */
	if (cur != NULL && cur->conn_id != c->id)
		cur = NULL;

	struct pair *p = pair_of(t, &o->connection);
	enum state state = cur != NULL ? cur->state : STATE_START;
	struct tracked *other = NULL;

	if (said == SAID_UNSEEN || said == SAID_NOTHING)
		return state == STATE_ASKED || said == SAID_UNSEEN ? cur : NULL;
	if (state == STATE_ASKED && said != SAID_AUTHENTICATE)
		return cur;
	if (state == STATE_CHALLENGED || state == STATE_WAITING) {
		if (said != SAID_NEGOTIATE)
			return cur;
		/* It begins again: the handshake before is broken. */
		cur->attempt.restarted = true;
		c->failed = true;
		set_state(cur, STATE_DONE);
		decide(cur, OUTCOME_BROKEN, STEP_CHALLENGE);
	}
	if (said == SAID_AUTHENTICATE) {
		other = find_challenge(p, o);
		if (other != NULL) {
			other->attempt.split = true;
			return other;
		}
		if (state == STATE_ASKED)
			return cur;
	}
	return find_asked(p, o);
}

/* -- exchanges -- */

/* Names that only a proxy puts into its Server field. */
static bool
proxy_product(const char *server)
{
	static const char *const names[] = { "squid", "tinyproxy", "mitmproxy",
		"Zscaler", "FreeProxy" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (server != NULL && span_starts_nocase(span_of_str(server),
		        span_of_str(names[i])))
			return true;
	return false;
}

/*
 * A 401 is the origin's, unless the proxy itself must have written it: it
 * answers CONNECT, or looks like this proxy's other pages, and went through
 * nobody's hands (no Via).
 */
static bool
proxys_own_401(struct tracker *t, const struct observation *o)
{
	const struct observed_response *p = &o->response;

	if (!p->seen || p->status != 401 || !o->request.seen ||
	    o->request.origin_form)
		return false;
	if (p->n_challenges > 0) /* the right field, the wrong status */
		return true;
	if (!p->has_www_authenticate)
		return false;
	if (strcmp(o->request.method, "CONNECT") == 0)
		return true;
	if (p->via != NULL)
		return false;

	struct known_proxy *known = proxy_of(t, &o->connection, false);

	return proxy_product(p->server) ||
	    (known != NULL && known->server != 0 && p->server != NULL &&
	        known->server == table_hash(span_of_str(p->server)));
}

static void
learn_proxy(struct tracker *t, const struct observation *o)
{
	if (!o->response.seen || o->response.status != 407)
		return;

	struct known_proxy *p = proxy_of(t, &o->connection, true);

	if (p != NULL && o->response.server != NULL)
		p->server = table_hash(span_of_str(o->response.server));
}

/* A request without credentials that was let through. */
static void
passed_without_credentials(struct tracker *t, struct conn *c,
    struct observation *o)
{
	struct tracked *auth = get(t, c->authenticated);
	struct tracked *cur = get(t, c->current);

	if (auth == NULL && cur != NULL && cur->state == STATE_WAITING &&
	    cur->said != SAID_CREDENTIALS && cur->attempt.challenge != NULL) {
		/* The verdict is not in the capture, but this shows it. */
		decide(cur, OUTCOME_AUTHENTICATED, STEP_NONE);
		set_state(cur, STATE_DONE);
		c->authenticated = cur->attempt.id;
		auth = cur;
	}
	if (auth != NULL) {
		auth->attempt.requests++;
		attempt_reaches(&auth->attempt, o->frame, o->time);
	} else if (o->request.seen) {
		struct pair *p = pair_of(t, &o->connection);
		struct tracked *asked = find_asked(p, o);

		/* Asked before, let through now: no login was missing. */
		if (asked != NULL && same_target(&asked->attempt, &o->request))
			free_attempt(t, asked);
	}
	observation_free(o);
}

/*
 * Basic, Digest and Bearer prove themselves in each request: on one
 * connection the same credentials with the same result are one attempt.
 */
static bool
repeats_last(struct tracker *t, struct conn *c, struct observation *o,
    enum answer answer)
{
	bool passed = answer == ANSWER_PASS || answer == ANSWER_ERROR;
	bool refused = answer == ANSWER_OFFER || answer == ANSWER_CLOSING;
	struct tracked *last = get(t, c->last[passed]);
	struct tracked *cur = get(t, c->current);

	if (last == NULL ||
	    !same_credentials(last->attempt.credentials,
	        o->request.credentials) ||
	    !((passed && last->attempt.outcome == OUTCOME_AUTHENTICATED) ||
	        (refused && last->attempt.outcome == OUTCOME_REJECTED)))
		return false;

	struct attempt *a = &last->attempt;

	if (cur != NULL && cur != last && cur->state != STATE_DONE &&
	    cur->attempt.connections == 1) {
		a->requests += cur->attempt.requests;
		a->responses_407 += cur->attempt.responses_407;
		free_attempt(t, cur);
	}
	c->current = last->attempt.id;
	a->requests++;
	a->credentials_sent++;
	if (refused && o->response.status == 407)
		a->responses_407++;
	if (!attempt_adopt(a, o)) {
		attempt_reaches(a, o->frame, o->time);
		observation_free(o);
		return true;
	}
	attempt_add_leg(a, o, true, STEP_CREDENTIALS);
	attempt_add_leg(a, o, false,
	    passed ? STEP_AUTHENTICATED : STEP_REJECTED);
	a->request = &o->request;
	a->response = &o->response;
	a->credentials = o->request.credentials;
	a->status = o->response.status;
	return true;
}

/* A spare connection asked for the same thing while another one is open. */
static struct tracked *
find_spare(struct pair *p, const struct observation *o)
{
	int looked = 0;

	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);

		if (looked++ > MAX_CANDIDATES)
			break;
		if (a->state == STATE_ASKED && a->owner_open &&
		    a->conn_id != o->connection.id &&
		    same_agent(&a->attempt, &o->request) &&
		    same_target(&a->attempt, &o->request))
			return a;
	}
	return NULL;
}

static void
note_oddities(struct tracker *t, struct conn *c, struct tracked *a,
    const struct observation *o, enum said said)
{
	const struct token *sent = o->request.credentials;
	const struct attempt *at = &a->attempt;

	a->attempt.after_failure |= c->failed && a->state == STATE_START;
	a->attempt.after_success |= c->authenticated != 0 &&
	    a->state == STATE_START;
	if (said == SAID_AUTHENTICATE || said == SAID_TICKET)
		a->attempt.replayed |= sent_before(t, sent->whole);
	if (said == SAID_AUTHENTICATE && at->challenge != NULL &&
	    sent->ntlm.av_timestamp != WHEN_NONE &&
	    at->challenge->ntlm.timestamp != WHEN_NONE &&
	    sent->ntlm.av_timestamp != at->challenge->ntlm.timestamp)
		a->attempt.old_challenge = true;
	if (said != SAID_NOTHING && said != SAID_UNSEEN &&
	    at->credentials_sent == 0 && !at->offer_seen)
		a->attempt.preemptive = true;
}

static void
take_exchange(struct tracker *t, struct observation *o)
{
	struct conn *c = conn_of(t, o->connection.id);
	enum said said = steps_said(&o->request);
	enum answer answer = steps_answer(&o->request, &o->response);
	bool own_401 = proxys_own_401(t, o);

	if (own_401)
		answer = o->response.keeps_alive ? ANSWER_OFFER
		                                 : ANSWER_CLOSING;
	learn_proxy(t, o);

	bool passed = answer == ANSWER_PASS || answer == ANSWER_ERROR;
	struct tracked *auth = get(t, c->authenticated);

	if (said == SAID_NOTHING && passed) {
		passed_without_credentials(t, c, o);
		return;
	}
	/* Some clients send a token with each request all the same. */
	struct tracked *begun = get(t, c->current);

	if (auth != NULL && passed &&
	    (said == SAID_TICKET ||
	        (said == SAID_AUTHENTICATE && begun == auth))) {
		auth->attempt.requests++;
		attempt_reaches(&auth->attempt, o->frame, o->time);
		observation_free(o);
		return;
	}
	if (said == SAID_CREDENTIALS && repeats_last(t, c, o, answer))
		return;

	struct tracked *a = find_attempt(t, c, o, said);

	if (a == NULL && said == SAID_NOTHING && answer != ANSWER_UNSEEN)
		a = find_spare(pair_of(t, &o->connection), o);

	/* Between type 2 and type 3 somebody else used the connection. */
	struct tracked *cur = get(t, c->current);

	if (cur != NULL && cur != a && cur->state == STATE_CHALLENGED &&
	    said == SAID_NOTHING)
		cur->attempt.interleaved = true;

	const struct move *m = steps_move(
	    a != NULL ? a->state : STATE_START, said, answer);

	if (m == NULL) {
		observation_free(o);
		return;
	}
	if (a == NULL || a->state == STATE_DONE)
		a = new_attempt(t, o);
	note_oddities(t, c, a, o, said);
	attempt_exchange(&a->attempt, o, m, &a->offer_time, &a->sent_time);
	a->attempt.said_401 |= own_401;
	a->request_unseen |= said == SAID_UNSEEN;
	a->said = said;
	a->conn_id = c->id;
	a->owner_open = true;
	set_state(a, m->next);
	c->current = a->attempt.id;
	if (m->outcome != OUTCOME_OPEN) {
		decide(a, m->outcome, m->broke_at);
		if (request_bound(&a->attempt))
			c->last[m->outcome == OUTCOME_AUTHENTICATED] =
			    a->attempt.id;
		if (m->outcome != OUTCOME_AUTHENTICATED)
			c->failed |= !request_bound(&a->attempt);
		else if (!request_bound(&a->attempt))
			c->authenticated = a->attempt.id;
	}
	if (!attempt_adopt(&a->attempt, o))
		observation_free(o);
}

/* -- ends -- */

/* The outcome of an attempt whose connection ended before a verdict. */
static void
decide_at_close(struct tracked *a, enum closed_by by, bool waited_long)
{
	struct attempt *at = &a->attempt;
	bool blind = at->connection.directions < 2 || a->request_unseen;
	bool over = by != CLOSED_NOT || waited_long;

	if (a->state == STATE_DONE)
		return;
	if (blind || !over) {
		decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
	} else if (a->state == STATE_ASKED) {
		decide(a, OUTCOME_ABANDONED, STEP_OFFER);
	} else if (a->state == STATE_CHALLENGED) {
		bool cut = by == CLOSED_PROXY || at->closed_reset;

		decide(a, cut ? OUTCOME_BROKEN : OUTCOME_ABANDONED,
		    at->scheme == ATTEMPT_DIGEST ? STEP_CREDENTIALS
		                                 : STEP_CHALLENGE);
		if (at->scheme == ATTEMPT_DIGEST)
			decide(a, OUTCOME_REJECTED, STEP_CREDENTIALS);
	} else if (a->state == STATE_WAITING) {
		if (at->missing_bytes > 0)
			decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
		else
			decide(a, OUTCOME_BROKEN,
			    steps_move(STATE_START, a->said, ANSWER_UNSEEN)
			        ->broke_at);
	}
}

static void
take_close(struct tracker *t, struct observation *o)
{
	struct conn *c = conn_find(t, o->connection.id);

	if (c == NULL)
		return;

	struct tracked *a = get(t, c->current);

	if (a != NULL && a->conn_id == c->id) {
		a->owner_open = o->closed_by == CLOSED_NOT;
		if (!a->owner_open)
			a->closed = o->time;
		if (a->attempt.outcome != OUTCOME_AUTHENTICATED)
			attempt_closed(&a->attempt, o,
			    a->state == STATE_CHALLENGED ||
			        a->state == STATE_WAITING);
		decide_at_close(a, o->closed_by,
		    t->now - a->attempt.end >= TIME_TO_ANSWER);
	}
	table_remove(&t->conns, &c->entry);
	free(c);
}

/* -- the end of the capture -- */

static int
by_agent_and_host(const void *left, const void *right)
{
	const struct tracked *a = *(struct tracked *const *)left;
	const struct tracked *b = *(struct tracked *const *)right;
	const char *keys[][2] = {
		{ a->attempt.user_agent, b->attempt.user_agent },
		{ a->attempt.authority, b->attempt.authority },
	};

	if (a->pair != b->pair)
		return a->pair < b->pair ? -1 : 1;
	for (int i = 0; i < 2; i++) {
		int d = strcmp(keys[i][0] != NULL ? keys[i][0] : "",
		    keys[i][1] != NULL ? keys[i][1] : "");

		if (d != 0)
			return d;
	}
	return a->attempt.start < b->attempt.start ? -1
	    : a->attempt.start > b->attempt.start  ? 1
	                                           : 0;
}

static bool
same_agent_and_host(const struct tracked *a, const struct tracked *b)
{
	return a->pair == b->pair &&
	    same_text(a->attempt.user_agent, b->attempt.user_agent) &&
	    a->attempt.authority != NULL &&
	    same_text(a->attempt.authority, b->attempt.authority);
}

/*
 * Was this one asked while the same program logged in for the same host?
 * For a browser at about that time; for others the connections must have
 * been there side by side, as one program may run twice in a row.
 */
static bool
is_spare_of(const struct tracked *spare, const struct tracked *login)
{
	const struct attempt *s = &spare->attempt, *l = &login->attempt;

	if (!same_agent_and_host(spare, login))
		return false;
	if (s->request != NULL && has_a_person(s->request))
		return s->start - l->end <= SPARE_BEFORE &&
		    l->start - s->end <= SPARE_AFTER;
	return s->start <= l->end &&
	    (spare->closed == WHEN_NONE || spare->closed >= l->start) &&
	    l->start - s->end <= SPARE_AFTER;
}

/*
 * Spare connections: asked, never answered, but the same program logged in
 * for the same host at about that time.  They are part of that login.
 */
static void
absorb_spares(struct tracker *t)
{
	struct tracked **all = memory_new(t->count, sizeof(struct tracked *));
	size_t n = 0;

	for (size_t i = t->oldest; i < t->n_ids; i++)
		if (t->by_id[i] != NULL)
			all[n++] = t->by_id[i];
	qsort(all, n, sizeof(struct tracked *), by_agent_and_host);

	/* The nearest login before, then the nearest after. */
	struct tracked *login = NULL;
	struct tracked **taken_by = memory_new(n, sizeof(struct tracked *));

	for (size_t i = 0; i < n; i++) {
		if (all[i]->attempt.scheme != ATTEMPT_NONE)
			login = all[i];
		else if (login != NULL && is_spare_of(all[i], login))
			taken_by[i] = login;
	}
	login = NULL;
	for (size_t i = n; i-- > 0;) {
		if (all[i]->attempt.scheme != ATTEMPT_NONE)
			login = all[i];
		else if (taken_by[i] == NULL && login != NULL &&
		    is_spare_of(all[i], login))
			taken_by[i] = login;
	}
	for (size_t i = 0; i < n; i++)
		if (taken_by[i] != NULL && all[i]->state == STATE_ASKED) {
			taken_by[i]->attempt.spare +=
			    all[i]->attempt.connections;
			free_attempt(t, all[i]);
		}
	free(taken_by);
	free(all);
}

static int
by_start(const void *left, const void *right)
{
	const struct attempt *a = *(struct attempt *const *)left;
	const struct attempt *b = *(struct attempt *const *)right;

	if (a->first_frame != b->first_frame)
		return a->first_frame < b->first_frame ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

void
tracker_finish(struct tracker *t)
{
	for (size_t i = t->oldest; i < t->n_ids; i++)
		if (t->by_id[i] != NULL &&
		    t->by_id[i]->attempt.outcome == OUTCOME_OPEN)
			decide_at_close(t->by_id[i], CLOSED_NOT,
			    t->now - t->by_id[i]->attempt.end >=
			        TIME_TO_ANSWER);
	absorb_spares(t);

	t->ordered = memory_new(t->count, sizeof(struct attempt *));
	for (size_t i = t->oldest; i < t->n_ids; i++)
		if (t->by_id[i] != NULL)
			t->ordered[t->n_ordered++] = &t->by_id[i]->attempt;
	qsort(t->ordered, t->n_ordered, sizeof(struct attempt *), by_start);
}

struct attempt **
tracker_attempts(struct tracker *t, size_t *n)
{
	*n = t->n_ordered;
	return t->ordered;
}

const struct observation **
tracker_refused(struct tracker *t, size_t *n)
{
	*n = t->n_refused;
	return (const struct observation **)(void *)t->refused;
}
