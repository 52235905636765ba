/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history.h - who logged in where, when, how, and how it went
 *
 * Built once from all attempts of the window, which must outlive it.  Each
 * attempt is an event; events are kept in series, one per user, client,
 * program, proxy and so on, in order of time, so that "did this user succeed
 * before?" and "how many were refused in this minute?" are binary searches.
 * Building takes n log n time for n attempts; a question looks at a bounded
 * number of events.
 *
 * Users, clients and proxies past LIMIT_USERS, LIMIT_CLIENTS, LIMIT_PROXIES
 * have no series: facts about them are unknown.
 */
#ifndef P407_DIAGNOSE_HISTORY_H
#define P407_DIAGNOSE_HISTORY_H

#include "attempt/attempt.h"
#include "diagnose/products.h"

enum event_kind {
	EVENT_OTHER = 0, /* abandoned, incomplete, broken without an answer */
	EVENT_OK,        /* authenticated */
	EVENT_REFUSED,   /* credentials, or the start of them, got a 407 */
};

/* What events have in common, each with a number from 1; 0: none. */
enum kinship {
	KIN_USER = 0, /* the name, in any case, without its domain */
	KIN_CLIENT,   /* address */
	KIN_PROXY,    /* address and port */
	KIN_AGENT,    /* User-Agent, word by word */
	KIN_PROGRAM,  /* client and agent */
	KIN_LOGIN,    /* client, agent and user */
	KIN_LANE,     /* proxy and scheme */
	KIN_COUNT,
};

enum which {
	WHICH_OK = 0,
	WHICH_REFUSED,
	WHICH_ALL,
	WHICH_COUNT,
};

struct event {
	const struct attempt *attempt;
	when_ns time; /* when it was decided, or ended */
	enum event_kind kind;
	uint32_t kin[KIN_COUNT];
	uint32_t run; /* index + 1 of its run of refusals; 0: none */
};

/*
 * A stretch of time in which a proxy refused everybody who came with one
 * scheme: no success, and no pause longer than five minutes, between.  It
 * does not begin or end with somebody who is refused at other times, too,
 * and never gets in: what he has there is a stretch of its own.
 */
struct run {
	uint32_t lane;
	when_ns first, last;
	when_ns began; /* of the first: when it did, but after a success */
	when_ns success_before, success_after; /* WHEN_NONE: none seen */
	size_t refusals;
	size_t users; /* different ones; clients where no user is known */
	size_t known_good; /* of these, how many got in at other times, in
	                    * this run or, by the store, before it */
	size_t clients;
	bool other_schemes_pass; /* another scheme had a success meanwhile */
	const char *host; /* the one that all asked for; NULL: several */
	bool host_shut;   /* nobody got in for it, but for others */
};

/*
 * The longest row of good logins that took far longer than the quick quarter
 * of all: ten times as long, and half a second at least.
 */
struct slowdown {
	when_ns first, last;
	size_t logins;         /* 0: there is none */
	size_t clients, hosts; /* different ones in it, up to 9 */
	int64_t mean_ns, usual_ns;
};

/* A proxy and a scheme. */
struct lane {
	int64_t median_verdict_ns; /* of good logins; -1: none */
	int64_t worst_verdict_ns;
	size_t good;
	size_t clients_good, clients; /* different ones */
	struct slowdown slow;
};

struct proxy_history {
	/* The offers, if they changed once, cleanly; else NULL. */
	const struct attempt *offer_before, *offer_after;
	when_ns offer_changed;  /* first offer of the new kind */
	const struct attempt *first_offer;
	const char *usual_server; /* of its 407s, the first; NULL: none */
	const char *other_server; /* the second; as above */
	const char *usual_via;
	unsigned servers;       /* how many different ones, up to 3 */
	bool asks;              /* it answered 407 to somebody */
	bool challenged_ntlm;   /* it sent a type 2 to somebody */
	size_t clients_407;     /* clients that it asked */
	struct product_match product; /* the best of all its answers */
};

/* Of an attempt alone. */
enum event_kind event_kind_of(const struct attempt *a);
when_ns event_time_of(const struct attempt *a);

struct history;
struct past;

/* What earlier runs saw helps, if there is a past; else NULL. */
struct history *history_new(struct attempt *const *attempts, size_t n,
    const struct past *past);
void history_free(struct history *h);

/* Learn the makes of all proxies; rules must outlive the history. */
void history_learn_products(struct history *h, const struct rules *rules);

/* Of its own answers, else of others from the same place; the product is
 * NULL where none tells. */
struct product_match history_product(const struct history *h,
    const struct event *e);

/* Events in order of time. */
size_t history_events(const struct history *h);
const struct event *history_event(const struct history *h, size_t i);

/* The event of an attempt; NULL if it was not among those given. */
const struct event *history_event_of(const struct history *h,
    const struct attempt *a);

/* How many events of one kin there are from `from` to `to`, inclusive. */
size_t history_count(const struct history *h, enum kinship kin,
    enum which which, uint32_t id, when_ns from, when_ns to);

/*
 * The nearest event before (after) e among its kin that `match` accepts; at
 * most 128 are looked at.  match NULL accepts all.  NULL if there is none.
 */
const struct event *history_before(const struct history *h,
    const struct event *e, enum kinship kin, enum which which,
    bool (*match)(const struct event *e, const struct event *other));
const struct event *history_after(const struct history *h,
    const struct event *e, enum kinship kin, enum which which,
    bool (*match)(const struct event *e, const struct event *other));

/* The nearer of the two; NULL if there is neither. */
const struct event *history_near(const struct history *h,
    const struct event *e, enum kinship kin, enum which which,
    bool (*match)(const struct event *e, const struct event *other));

/*
 * Events of its kin within `ns` of e, e itself not among them, the nearer
 * past first, then the future; at most 256.  `each` may stop by false.
 */
void history_each_near(const struct history *h, const struct event *e,
    enum kinship kin, enum which which, int64_t ns,
    bool (*each)(void *context, const struct event *other), void *context);

/* Those from `from` to `to` whose request names the client that it asks for
 * (X-Forwarded-For), in order; at most 128. */
void history_each_asking(const struct history *h, when_ns from, when_ns to,
    bool (*each)(void *context, const struct event *e), void *context);

/* Events from `from` to `to`, in order; at most 4,096. */
void history_each_between(const struct history *h, when_ns from, when_ns to,
    bool (*each)(void *context, const struct event *e), void *context);

/* Those from `from` to `to` whose last credentials are these, word by word,
 * in order; at most 128. */
void history_each_of_token(const struct history *h, fingerprint whole,
    when_ns from, when_ns to,
    bool (*each)(void *context, const struct event *e), void *context);

/* NULL if e is in none. */
const struct run *history_run(const struct history *h, const struct event *e);

/* Somebody whom another proxy refused at the time of e, in a stretch in which
 * it let nobody in with a scheme like this, most of whom get in at other times
 * (outages.h), and this one nobody either; it is on the same host, or of the
 * same domain.  NULL if there is none. */
const struct event *history_down_beside(const struct history *h,
    const struct event *e);
const struct lane *history_lane(const struct history *h,
    const struct event *e);
const struct proxy_history *history_proxy(const struct history *h,
    const struct event *e);

/* For refused connections: clients that this proxy ever answered. */
size_t history_proxy_clients(const struct history *h,
    const struct address *proxy, uint16_t port);

/* Did a proxy at this address, at any port, take part in an attempt?  Looks
 * at the first few thousand events only. */
bool history_host_is_proxy(const struct history *h,
    const struct address *host);

/* Is the client of an event itself a proxy, for others? */
bool history_client_is_proxy(const struct history *h, const struct event *e);

/* Does a proxy at this address hand on what its clients send as it is: a
 * balancer, or one that passes credentials through? */
bool history_passes_on(const struct history *h, const struct address *host);

/*
 * The attempts of a client that is known by its address, those first that
 * were decided last before `time`; at most 128.  `each` may stop by false.
 */
void history_each_of_client(const struct history *h,
    const struct address *client, when_ns time,
    bool (*each)(void *context, const struct event *e), void *context);

/* Was there any? */
bool history_client_is_known(const struct history *h,
    const struct address *client);

/* Did a login begin at this port within a second, over the other IP? */
bool history_other_family_near(const struct history *h,
    const struct address *host, uint16_t port, when_ns time);

/* From the first event to the last. */
when_ns history_begin(const struct history *h);
when_ns history_end(const struct history *h);

#endif
