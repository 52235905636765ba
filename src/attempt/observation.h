/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observation.h - what a worker says to the correlator
 *
 * A worker owns its share of the connections and turns packets into these.
 * An observation stands alone: all it says is copied into its own arena, it
 * holds no secret, and it carries the frame that completed it.  Whoever
 * takes one frees it with observation_free().
 */
#ifndef P407_ATTEMPT_OBSERVATION_H
#define P407_ATTEMPT_OBSERVATION_H

#include "attempt/manner.h"
#include "auth/token.h"
#include "base/arena.h"
#include "base/list.h"
#include "net/packet.h"
#include "witness/record.h"

enum observation_kind {
	OBSERVE_EXCHANGE, /* a request and its answer, either may be missing */
	OBSERVE_CLOSE,    /* a connection that had exchanges has ended */
	OBSERVE_REFUSED,  /* a SYN, or ARP, in vain */
	OBSERVE_WITNESS,  /* a side witness: KDC, TLS, PAC, DNS */
};

/* Connections refused that are kept, for the report: the first ones. */
#define REFUSED_MOST 4096

/* One TCP connection, as it looked when the observation was made. */
struct connection {
	uint64_t id;     /* unique in this run, in order of first packets */
	uint64_t first_frame;
	uint32_t stream; /* tcp.stream, as Wireshark counts */
	struct address client, proxy;
	uint16_t client_port, proxy_port;
	/* Who sends the packets, if a PROXY header names another client. */
	struct address peer; /* len 0: it is the client itself */
	uint16_t peer_port;
	bool began;       /* SYN seen: the capture has it from its start */
	bool unheard; /* closed, and the proxy's last bytes had no answer */
	uint8_t directions; /* 1 or 2: directions with any packet */
	uint64_t missing_bytes; /* not in the capture, acknowledged */
	uint64_t missing_client; /* of these, from the client */
	uint64_t carried_bytes; /* acknowledged or seen, both directions */
};

enum closed_by {
	CLOSED_NOT = 0, /* still open when the capture ended */
	CLOSED_CLIENT,
	CLOSED_PROXY,
	CLOSED_IDLE, /* forgotten after a long silence */
};

struct observed_request {
	uint64_t frame;
	when_ns time;
	const char *method, *target; /* target without user information */
	const char *authority; /* host:port that is asked for, lower case */
	const char *user_agent, *via, *forwarded_for;
	bool seen;
	uint8_t version_minor;
	bool keeps_alive;
	bool origin_form;         /* "GET /path": no proxy request */
	bool has_authorization;   /* a field for the origin, not the proxy */
	bool has_host;
	bool late; /* the proxy had ended its side before */
	bool head_cut; /* a field that is not there may have been */
	uint64_t content_length;
	unsigned n_credentials;   /* Proxy-Authorization fields */
	struct token *credentials; /* the first one; NULL if none */
	struct manner *manner; /* whose words these are, held; NULL: ours */
};

struct observed_response {
	uint64_t frame;
	when_ns time, head_time;
	unsigned status, interim;
	unsigned flaws; /* enum http_flaw */
	bool seen;
	bool keeps_alive;
	uint8_t version_minor;
	bool head_cut; /* as above; not seen: it may have been there */
	bool has_www_authenticate;
	const char *reason;
	const char *server, *via, *proxy_agent, *x_cache, *vendor_error;
	const char *body_title; /* <title> of a 407's page */
	when_ns date;           /* Date field: the proxy's clock */
	struct token *challenges; /* Proxy-Authenticate */
	size_t n_challenges;
	struct manner *manner; /* whose words these are, held; NULL: ours */
	struct fault grammar;     /* of the challenges */
};

/* There are many of them: narrow fields come together. */
struct observation {
	struct link link;
	struct arena arena;
	uint64_t frame; /* that completed it: the order of the correlator */
	when_ns time;
	struct connection connection;
	enum observation_kind kind : 8;

	/* OBSERVE_CLOSE */
	enum closed_by closed_by : 8;
	bool reset; /* by RST */
	bool half;  /* the other side has not ended it, too */

	/* OBSERVE_REFUSED */
	bool silent; /* no answer at all */
	bool not_there; /* no SYN: its neighbour asked for it in vain */
	unsigned tries;

	/* OBSERVE_EXCHANGE */
	bool tunnel;
	unsigned number; /* on the connection, from 1 */
	struct observed_request request;
	struct observed_response response;

	/* OBSERVE_WITNESS: in the arena; frame and time as above */
	const struct witness_record *witness;
};

struct observation *observation_new(enum observation_kind kind);
void observation_free(struct observation *o);

/* Bytes that it takes, for bounds.  Others may hold the manners, too, but need
 * not. */
static inline size_t
observation_size(const struct observation *o)
{
	return sizeof(*o) + o->arena.bytes + manner_size(o->request.manner) +
	    manner_size(o->response.manner);
}

#endif
