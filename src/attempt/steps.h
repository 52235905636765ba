/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steps.h - the handshake as a table
 *
 * What an exchange means depends on three things: how far the attempt had
 * come, what the client sent, and what the proxy answered.  The table in
 * steps.c has a row for each combination that means something; a test walks
 * it against the state diagram of DESIGN, section 4.
 */
#ifndef P407_ATTEMPT_STEPS_H
#define P407_ATTEMPT_STEPS_H

#include "attempt/attempt.h"

/* How far an attempt has come. */
enum state {
	STATE_START = 0,
	STATE_ASKED,      /* 407 with an offer: the client's turn */
	STATE_CHALLENGED, /* 407 with a token: the client's turn */
	STATE_WAITING,    /* credentials sent, the answer is not there */
	STATE_DONE,
	STATE_COUNT,
};

/* What the client's half of an exchange was. */
enum said {
	SAID_NOTHING = 0,  /* no credentials */
	SAID_NEGOTIATE,    /* NTLM type 1, SPNEGO that begins it, NEGOEX */
	SAID_AUTHENTICATE, /* NTLM type 3 */
	SAID_TICKET,       /* AP-REQ or another Negotiate token */
	SAID_CREDENTIALS,  /* Basic, Digest, Bearer, others */
	SAID_UNSEEN,       /* this half is not in the capture */
	SAID_COUNT,
};

/* What the proxy's half was. */
enum answer {
	ANSWER_PASS = 0,  /* anything but 407 */
	ANSWER_OFFER,     /* 407 that leaves the client to begin (again) */
	ANSWER_CHALLENGE, /* 407 with a token to be answered */
	ANSWER_CLOSING,   /* 407 without a token, and the connection ends */
	ANSWER_ERROR,     /* 400, 413, 431 or 5xx: no verdict */
	ANSWER_UNREAD,    /* one of these, and nobody looked at the head */
	ANSWER_UNSEEN,    /* none in the capture */
	ANSWER_COUNT,
};

struct move {
	enum state next;
	enum outcome outcome;  /* OUTCOME_OPEN: goes on */
	enum step client_step; /* legs to write; STEP_NONE: no such leg */
	enum step proxy_step;
	enum step broke_at;    /* of the outcome */
};

/* The row for it; NULL where the exchange says nothing about an attempt. */
const struct move *steps_move(enum state state, enum said said,
    enum answer answer);

/* What each half of an exchange was. */
enum said steps_said(const struct observed_request *q);
enum answer steps_answer(const struct observed_request *q,
    const struct observed_response *p);

#endif
