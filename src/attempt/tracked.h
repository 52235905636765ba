/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracked.h - the inside of the tracker, for the files that it is made of
 */
#ifndef P407_ATTEMPT_TRACKED_H
#define P407_ATTEMPT_TRACKED_H

#include "attempt/steps.h"
#include "attempt/tracker.h"
#include "base/table.h"

/* Candidates looked at when an offer or a challenge is searched. */
#define MAX_CANDIDATES 256

/* An attempt, and what only the tracker needs to know of it. */
struct tracked {
	struct attempt attempt;
	struct table_entry entry; /* by id; the table's age is their order */
	enum state state : 8;
	enum said said : 8; /* the client's last word */
	enum outcome settled_as : 8; /* if it is */
	bool request_unseen;
	bool answer_lost; /* one may have been among bytes that were lost */
	bool owner_open;  /* its last connection is not closed */
	bool shown;       /* it was in a window */
	uint64_t conn_id; /* where it is now */
	struct pair *pair;
	struct link open; /* in the pair's list of open ones */
	when_ns closed;   /* when it was; WHEN_NONE: not */
	when_ns offer_time, sent_time;
	size_t bytes; /* of it and its observations */
};

/* A client and a proxy. */
struct pair {
	struct table_entry entry;
	struct address client, proxy;
	uint16_t proxy_port;
	struct link open; /* struct tracked: asked or challenged */
	size_t attempts;  /* that point here; it may go when there is none */
	bool has_spare;   /* tracker_absorb_spares(): one of them may be one */
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
	bool accepted;          /* so one was, whose login had been accepted */
	bool challenged;        /* one had a challenge, or a ticket */
	bool stale;             /* a Digest answer was called stale on it */
};

struct seen_token {
	struct table_entry entry;
	when_ns answered; /* the first time; INT64_MAX: not seen */
};

/* A proxy's own Server field, as its 407s show it. */
struct known_proxy {
	struct table_entry entry;
	struct address address;
	uint16_t port;
	uint64_t server; /* hash; 0: none */
};

struct tracker {
	struct table attempts; /* struct tracked, in the order of ids */
	uint64_t bytes;        /* of all of them */
	uint32_t last_id;
	struct table pairs, conns, tokens, proxies;
	struct observation *refused[REFUSED_MOST];
	size_t n_refused;
	bool news; /* since tracker_settle() */
	struct attempt **ordered;
	size_t n_ordered;
	when_ns now;
	when_ns deaf; /* the last time that frames were lost */
};

/* -- lookup.c: the tables -- */

/* The attempt of an id; NULL for 0 and for one that is gone. */
struct tracked *tracker_get(const struct tracker *t, uint32_t id);

/*
 * What belongs to a connection; made if it was not there.  A pair without
 * attempts lives only until the next call: pairs are bounded by attempts
 * and LIMIT_CLIENTS.
 */
struct pair *tracker_pair(struct tracker *t, const struct connection *c);
struct conn *tracker_conn(struct tracker *t, uint64_t id);
struct conn *tracker_find_conn(const struct tracker *t, uint64_t id);
struct known_proxy *tracker_proxy(struct tracker *t,
    const struct connection *c, bool add);

/*
 * Were these token bytes sent before, and answered, when this request was
 * sent?  (Else they are on their way through a balancer, or a NAT, that is
 * captured on both sides.)  They are remembered now.
 */
bool tracker_sent_before(struct tracker *t, const struct observation *o);

/* -- exchange.c -- */

void tracker_take_exchange(struct tracker *t, struct observation *o);

/* -- match.c: what belongs together -- */

bool same_text(const char *a, const char *b); /* NULL equals NULL */
bool same_agent(const struct attempt *a, const struct observed_request *q);
bool same_target(const struct attempt *a, const struct observed_request *q);

/* The same user with the same secret, as far as the wire can tell. */
bool same_credentials(const struct token *a, const struct token *b);

/* Basic, Digest, Bearer: each request proves itself. */
bool request_bound(const struct attempt *a);

/* People need time to type a password; programs do not. */
bool has_a_person(const struct observed_request *q);

/* An offer on another connection that this request answers; or NULL. */
struct tracked *tracker_find_asked(struct pair *p,
    const struct observation *o);

/* Its last Digest answer was called stale, and not repeated yet. */
bool was_stale(const struct tracked *a);

/* Is it for what was called stale? */
bool repeats_stale(const struct tracked *a, const struct observed_request *q);

/*
 * What was called stale, here or elsewhere, and is repeated now with another
 * nonce; or NULL.
 */
struct tracked *tracker_find_stale(struct pair *p,
    const struct observation *o);

/* The type 2 on another connection that this type 3 answers; or NULL. */
struct tracked *tracker_find_challenge(struct pair *p,
    const struct observation *o);

/* -- settle.c -- */

/* Nothing more is to be expected of it. */
bool tracker_is_over(const struct tracker *t, const struct tracked *a);

/* -- spare.c -- */

/*
 * Spare connections become part of the login that they stood beside: all of
 * them, or only those that are settled.
 */
void tracker_absorb_spares(struct tracker *t, bool whole);

/* -- tracker.c -- */

/* Each attempt, by id; it may be dropped inside. */
#define TRACKED_EACH(link_, t_) LIST_EACH (link_, &(t_)->attempts.by_age)
#define TRACKED_OF(link_) LIST_OBJECT(link_, struct tracked, entry.age)

struct tracked *tracker_new_attempt(struct tracker *t,
    const struct observation *o);
void tracker_drop(struct tracker *t, struct tracked *a);

/* The observation is its own from now on; past a limit, for another one. */
void tracker_adopt(struct tracker *t, struct tracked *a,
    struct observation *o);

void tracker_set_state(struct tracked *a, enum state state);
void tracker_decide(struct tracked *a, enum outcome outcome,
    enum step broke_at);

/*
 * The outcome of one whose connection ended before a verdict.  `lost`: bytes
 * of the client are missing since the last exchange, so that it may have
 * gone on.
 */
void tracker_decide_at_close(const struct tracker *t, struct tracked *a,
    enum closed_by by, bool waited_long, bool lost);

/* Into t->ordered, by start: all, or those that are settled. */
void tracker_order(struct tracker *t, bool all);

#endif
