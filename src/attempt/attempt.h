/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attempt.h - one client trying to get past the proxy
 *
 * The unit of everything p407 says.  An attempt is one handshake, from the
 * first request over the offer (407 with challenges) and each leg of the
 * answer to the verdict, on one connection or several.  What makes one
 * attempt is written in the manual page under ATTEMPTS.
 */
#ifndef P407_ATTEMPT_ATTEMPT_H
#define P407_ATTEMPT_ATTEMPT_H

#include "attempt/observation.h"

enum outcome {
	OUTCOME_OPEN = 0, /* not decided yet; never in a report */
	OUTCOME_AUTHENTICATED,
	OUTCOME_REJECTED,
	OUTCOME_ABANDONED,
	OUTCOME_BROKEN,
	OUTCOME_INCOMPLETE,
};

/* Legs of an attempt, and where it broke. */
enum step {
	STEP_NONE = 0,
	STEP_REQUEST,      /* client: without credentials */
	STEP_OFFER,        /* proxy: 407 with challenges */
	STEP_NEGOTIATE,    /* client: NTLM type 1 */
	STEP_CHALLENGE,    /* proxy: type 2, or a SPNEGO token to go on */
	STEP_AUTHENTICATE, /* client: type 3 */
	STEP_TICKET,       /* client: AP-REQ or another Negotiate token */
	STEP_CREDENTIALS,  /* client: Basic, Digest, Bearer, others */
	STEP_AUTHENTICATED, /* proxy: anything but 407 */
	STEP_REJECTED,      /* proxy: 407 to the end of a handshake */
	STEP_CLOSED,        /* either: the connection ended */
};

enum attempt_scheme {
	ATTEMPT_NONE = 0,
	ATTEMPT_BASIC,
	ATTEMPT_DIGEST,
	ATTEMPT_BEARER,
	ATTEMPT_NTLM,
	ATTEMPT_NEGOTIATE_KERBEROS,
	ATTEMPT_NEGOTIATE_NTLM,
	ATTEMPT_OTHER, /* scheme_name says which */
};

/* CONTRACT's closed list. */
enum cause {
	CAUSE_NONE = 0,
	CAUSE_NO_CREDENTIALS,
	CAUSE_SCHEME_MISMATCH,
	CAUSE_CREDENTIALS_REJECTED,
	CAUSE_CREDENTIALS_EXPIRED,
	CAUSE_STALE_CACHED_CREDENTIALS,
	CAUSE_ACCOUNT_LOCKED,
	CAUSE_CONNECTION_NOT_KEPT,
	CAUSE_HANDSHAKE_SPLIT,
	CAUSE_CLOCK_SKEW,
	CAUSE_KERBEROS_NO_TICKET,
	CAUSE_KERBEROS_WRONG_KEY,
	CAUSE_TICKET_EXPIRED,
	CAUSE_NTLM_VERSION_REFUSED,
	CAUSE_ANONYMOUS_LOGON,
	CAUSE_DIGEST_STALE_NONCE,
	CAUSE_DIGEST_MISMATCH,
	CAUSE_TOKEN_EXPIRED,
	CAUSE_TOKEN_REJECTED,
	CAUSE_POLICY_CHANGE,
	CAUSE_CHALLENGE_MISSING,
	CAUSE_WRONG_HEADER,
	CAUSE_MALFORMED_TOKEN,
	CAUSE_RETRY_LOOP,
	CAUSE_AUTH_BACKEND_DOWN,
	CAUSE_PROXY_UNREACHABLE,
	CAUSE_PAC_MISDIRECT,
	CAUSE_TLS_TO_PROXY,
	CAUSE_UPSTREAM_PROXY,
	CAUSE_OTHER,
	CAUSE_COUNT,
};

/* How a connection was closed, to be shown beside that. */
enum leg_note { NOTE_NONE = 0, NOTE_FIN, NOTE_RST };

struct leg {
	uint64_t frame;
	when_ns time;
	uint32_t stream;
	uint16_t port;   /* the client's, to tell connections apart */
	uint16_t status; /* of a response */
	enum step step : 8;
	enum leg_note note : 8;
	bool from_client;
};

/* What ladder_label() and _detail() said of a leg; NULL: nothing. */
struct leg_words {
	const char *label, *detail;
};

/* It failed, and at once got through for the same target. */
enum went_on {
	WENT_NOT_ON,
	WENT_ON_ANEW, /* broken, and on another connection */
	WENT_ON_HERE, /* on the very same */
};

struct attempt {
	struct link link;      /* in the tracker's list, by start */
	struct arena arena;
	uint32_t id;           /* from 1, in order of start */
	uint32_t counted;      /* the finding that counts it; 0: none */

	struct connection connection; /* the last one it used */
	uint32_t first_stream;
	unsigned connections;         /* how many it used */

	const char *scheme_name; /* "NTLM", …; the other scheme's own name */
	enum attempt_scheme scheme : 8;
	enum outcome outcome : 8;
	enum step broke_at : 8;  /* STEP_NONE if authenticated */
	enum closed_by closed_by : 8; /* of the connection it broke on */
	bool closed_reset;
	bool closed_announced;   /* "Connection: close" before it */
	/* Set by diagnose, while others look at what is above: apart. */
	enum cause cause : 8;
	enum went_on went_on : 8;
	const char *rule;        /* id of the rule that named it, or NULL */

	when_ns start, end;
	uint64_t first_frame, last_frame;
	const char *method, *target, *authority, *user_agent, *via_client;
	const char *user, *domain; /* as sent; NULL: none */
	const char *application;   /* "TLS.Microsoft365"; NULL: not asked,
	                              or not known (applications.h) */

	unsigned requests;      /* that went through, or were refused, in it */
	unsigned responses_407;
	unsigned asked_again;   /* of these, to requests without credentials
	                         * after the first verdict; not among legs */
	unsigned spare;         /* asked connections it took up besides */
	unsigned credentials_sent; /* legs with credentials */
	unsigned status;        /* of the last response; 0: none */

	struct leg *legs;       /* up to LIMIT_LEGS; n_legs kept */
	/* Made from events (events/): of each leg; else NULL. */
	const struct leg_words *leg_words;
	unsigned n_legs, legs_dropped;

	/* The tokens, NULL where that leg was not seen. */
	const struct token *negotiate;    /* type 1, or first Negotiate token */
	const struct token *challenge;    /* type 2, or what came back */
	const struct token *authenticate; /* type 3 */
	const struct token *credentials;  /* the last one the client sent */
	const struct token *verdict;      /* a token in the final response */

	/* The offer that was answered, or that stands unanswered: the 407
	 * before the credentials; and the last 407 of the attempt. */
	const struct token *offers;
	size_t n_offers;
	const struct token *last_offers;
	size_t n_last_offers;
	bool offer_seen;        /* a 407 before any credentials */
	bool last_407_bare;     /* the last 407 has the scheme, no token */
	bool last_407_empty;    /* the last 407 has no Proxy-Authenticate */
	bool last_407_cut;      /* its head is not whole: it may have one */
	bool offers_cut;        /* nor is that of a 407 with some: it may
	                         * have more */
	bool www_authenticate;  /* a 407 with WWW-Authenticate */
	struct fault grammar;   /* of the offers */

	/* How the exchange that decided it looked. */
	const struct observed_request *request;   /* last one */
	const struct observed_response *response; /* last one; NULL: none */
	when_ns closed;         /* its connection was; 0: not seen */
	int64_t answer_ns;      /* offer to first credentials; -1 unknown */
	int64_t verdict_ns;     /* last credentials to verdict; -1 unknown */
	int64_t in_vain_ns;     /* last request to the end of a wait without
	                         * any answer; -1: none, or unknown */

	/* Trouble across connections. */
	bool split;             /* type 3 on another connection than type 2 */
	bool old_challenge;     /* type 3 answers an earlier type 2 */
	bool interleaved;       /* another request between type 2 and type 3 */
	bool restarted;         /* a new type 1 instead of a type 3 */
	bool replayed;          /* the same token bytes were sent before */
	bool after_failure;     /* on a connection with a refused handshake */
	bool after_accepted;    /* on one whose login had been accepted, see
	                         * attempt_is_accepted() */
	bool after_challenge;   /* on one where another had a challenge */
	bool after_success;     /* 407 on an authenticated connection */
	bool preemptive;        /* credentials before any offer */
	bool unproven;          /* see attempt_note_proof() */

	bool talked_on; /* bytes went over after the last exchange */
	bool said_401; /* the proxy itself answered 401 instead of 407 */

	/* Live (tracker_settle()): no longer expected to change.  The others,
	 * and `counted`, belong to whoever tells of it. */
	bool settled;
	bool remembered;       /* by a store that outlives the run */
	enum outcome told : 8; /* OUTCOME_OPEN: not yet */
	enum cause told_cause : 8; /* with that */

	/* Is the capture good enough to say so? */
	bool capture_complete;
	uint8_t directions;
	uint64_t missing_bytes;

	/* What it was made from: struct observation, in order; it owns them. */
	struct link observations;
	unsigned n_observations;
};

const char *outcome_name(enum outcome o);
const char *leg_note_name(enum leg_note n); /* NULL for NOTE_NONE */
enum leg_note leg_note_of(struct span name); /* NOTE_NONE: another word */
const char *step_name(enum step s); /* NULL for STEP_NONE */
const char *cause_name(enum cause c); /* NULL for CAUSE_NONE */
bool cause_of(struct span name, enum cause *out);
const char *attempt_scheme_name(enum attempt_scheme s);

/* When the last leg of that step was captured; WHEN_NONE: there is none. */
when_ns attempt_time_of(const struct attempt *a, enum step step);

/* The Kerberos ticket (AP-REQ) that it sent, the last or the first; or NULL. */
const struct token *attempt_ticket(const struct attempt *a);

/* The proxy's last token says that the login was right (RFC 4178 4.2.2). */
bool attempt_is_accepted(const struct attempt *a);

/* How often it was refused, or asked in vain, within this one attempt. */
unsigned attempt_refusals(const struct attempt *a);

/* A failure: rejected, abandoned or broken. */
static inline bool
attempt_failed(const struct attempt *a)
{
	return a->outcome == OUTCOME_REJECTED ||
	    a->outcome == OUTCOME_ABANDONED || a->outcome == OUTCOME_BROKEN;
}

#endif
