/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/steps.h"

/* Short names, so that a row fits on a line. */
#define OPEN  OUTCOME_OPEN
#define AUTH  OUTCOME_AUTHENTICATED
#define REJ   OUTCOME_REJECTED
#define BROK  OUTCOME_BROKEN
#define INC   OUTCOME_INCOMPLETE

static const struct row {
	enum said said;
	enum answer answer;
	unsigned states; /* bits of enum state in which the row holds */
	struct move move;
} rows[] = {
#define IN(state) (1u << (state))
#define ANY (IN(STATE_START) | IN(STATE_ASKED) | IN(STATE_CHALLENGED) | \
	IN(STATE_WAITING) | IN(STATE_DONE))
	/* Without credentials. */
	{ SAID_NOTHING, ANSWER_OFFER, ANY,
	    { STATE_ASKED, OPEN, STEP_REQUEST, STEP_OFFER, 0 } },
	{ SAID_NOTHING, ANSWER_CLOSING, ANY,
	    { STATE_ASKED, OPEN, STEP_REQUEST, STEP_OFFER, 0 } },
	{ SAID_NOTHING, ANSWER_CHALLENGE, ANY,
	    { STATE_ASKED, OPEN, STEP_REQUEST, STEP_OFFER, 0 } },

	/* Type 1.  Any answer but 407 means that no more was needed. */
	{ SAID_NEGOTIATE, ANSWER_PASS, ANY,
	    { STATE_DONE, AUTH, STEP_NEGOTIATE, STEP_AUTHENTICATED, 0 } },
	{ SAID_NEGOTIATE, ANSWER_CHALLENGE, ANY,
	    { STATE_CHALLENGED, OPEN, STEP_NEGOTIATE, STEP_CHALLENGE, 0 } },
	{ SAID_NEGOTIATE, ANSWER_OFFER, ANY,
	    { STATE_DONE, REJ, STEP_NEGOTIATE, STEP_REJECTED,
	        STEP_NEGOTIATE } },
	{ SAID_NEGOTIATE, ANSWER_CLOSING, ANY,
	    { STATE_DONE, BROK, STEP_NEGOTIATE, STEP_REJECTED,
	        STEP_CHALLENGE } },
	{ SAID_NEGOTIATE, ANSWER_ERROR, ANY,
	    { STATE_DONE, BROK, STEP_NEGOTIATE, STEP_REJECTED,
	        STEP_NEGOTIATE } },
	{ SAID_NEGOTIATE, ANSWER_UNREAD, ANY,
	    { STATE_DONE, BROK, STEP_NEGOTIATE, STEP_REJECTED,
	        STEP_NEGOTIATE } },
	{ SAID_NEGOTIATE, ANSWER_UNSEEN, ANY,
	    { STATE_WAITING, OPEN, STEP_NEGOTIATE, 0, STEP_NEGOTIATE } },

	/* Type 3: the client has finished its side. */
	{ SAID_AUTHENTICATE, ANSWER_PASS, ANY,
	    { STATE_DONE, AUTH, STEP_AUTHENTICATE, STEP_AUTHENTICATED, 0 } },
	{ SAID_AUTHENTICATE, ANSWER_ERROR, ANY,
	    { STATE_DONE, AUTH, STEP_AUTHENTICATE, STEP_AUTHENTICATED, 0 } },
	{ SAID_AUTHENTICATE, ANSWER_OFFER, ANY,
	    { STATE_DONE, REJ, STEP_AUTHENTICATE, STEP_REJECTED,
	        STEP_AUTHENTICATE } },
	{ SAID_AUTHENTICATE, ANSWER_CLOSING, ANY,
	    { STATE_DONE, REJ, STEP_AUTHENTICATE, STEP_REJECTED,
	        STEP_AUTHENTICATE } },
	{ SAID_AUTHENTICATE, ANSWER_CHALLENGE, ANY,
	    { STATE_CHALLENGED, OPEN, STEP_AUTHENTICATE, STEP_CHALLENGE, 0 } },
	{ SAID_AUTHENTICATE, ANSWER_UNREAD, ANY,
	    { STATE_DONE, BROK, STEP_AUTHENTICATE, STEP_REJECTED,
	        STEP_AUTHENTICATE } },
	{ SAID_AUTHENTICATE, ANSWER_UNSEEN, ANY,
	    { STATE_WAITING, OPEN, STEP_AUTHENTICATE, 0,
	        STEP_AUTHENTICATE } },

	/* A ticket, in one leg or more. */
	{ SAID_TICKET, ANSWER_PASS, ANY,
	    { STATE_DONE, AUTH, STEP_TICKET, STEP_AUTHENTICATED, 0 } },
	{ SAID_TICKET, ANSWER_ERROR, ANY,
	    { STATE_DONE, AUTH, STEP_TICKET, STEP_AUTHENTICATED, 0 } },
	{ SAID_TICKET, ANSWER_OFFER, ANY,
	    { STATE_DONE, REJ, STEP_TICKET, STEP_REJECTED, STEP_TICKET } },
	{ SAID_TICKET, ANSWER_CLOSING, ANY,
	    { STATE_DONE, REJ, STEP_TICKET, STEP_REJECTED, STEP_TICKET } },
	{ SAID_TICKET, ANSWER_CHALLENGE, ANY,
	    { STATE_CHALLENGED, OPEN, STEP_TICKET, STEP_CHALLENGE, 0 } },
	{ SAID_TICKET, ANSWER_UNREAD, ANY,
	    { STATE_DONE, BROK, STEP_TICKET, STEP_REJECTED, STEP_TICKET } },
	{ SAID_TICKET, ANSWER_UNSEEN, ANY,
	    { STATE_WAITING, OPEN, STEP_TICKET, 0, STEP_TICKET } },

	/* Basic, Digest, Bearer: each request by itself. */
	{ SAID_CREDENTIALS, ANSWER_PASS, ANY,
	    { STATE_DONE, AUTH, STEP_CREDENTIALS, STEP_AUTHENTICATED, 0 } },
	{ SAID_CREDENTIALS, ANSWER_ERROR, ANY,
	    { STATE_DONE, AUTH, STEP_CREDENTIALS, STEP_AUTHENTICATED, 0 } },
	{ SAID_CREDENTIALS, ANSWER_OFFER, ANY,
	    { STATE_DONE, REJ, STEP_CREDENTIALS, STEP_REJECTED,
	        STEP_CREDENTIALS } },
	{ SAID_CREDENTIALS, ANSWER_CLOSING, ANY,
	    { STATE_DONE, REJ, STEP_CREDENTIALS, STEP_REJECTED,
	        STEP_CREDENTIALS } },
	/* Digest with stale=true: the nonce was old, try again. */
	{ SAID_CREDENTIALS, ANSWER_CHALLENGE, ANY,
	    { STATE_CHALLENGED, OPEN, STEP_CREDENTIALS, STEP_CHALLENGE, 0 } },
	{ SAID_CREDENTIALS, ANSWER_UNREAD, ANY,
	    { STATE_DONE, BROK, STEP_CREDENTIALS, STEP_REJECTED,
	        STEP_CREDENTIALS } },
	{ SAID_CREDENTIALS, ANSWER_UNSEEN, ANY,
	    { STATE_WAITING, OPEN, STEP_CREDENTIALS, 0, STEP_CREDENTIALS } },

	/*
	 * Only the proxy's half was captured.  A token proves that the
	 * client began; what it said afterwards is not known.
	 */
	{ SAID_UNSEEN, ANSWER_OFFER, IN(STATE_START) | IN(STATE_ASKED) |
	        IN(STATE_DONE),
	    { STATE_ASKED, OPEN, 0, STEP_OFFER, 0 } },
	{ SAID_UNSEEN, ANSWER_CLOSING, IN(STATE_START) | IN(STATE_ASKED) |
	        IN(STATE_DONE),
	    { STATE_ASKED, OPEN, 0, STEP_OFFER, 0 } },
	{ SAID_UNSEEN, ANSWER_CHALLENGE, ANY,
	    { STATE_CHALLENGED, OPEN, 0, STEP_CHALLENGE, 0 } },
	{ SAID_UNSEEN, ANSWER_OFFER, IN(STATE_CHALLENGED),
	    { STATE_DONE, INC, 0, STEP_OFFER, 0 } },
	{ SAID_UNSEEN, ANSWER_CLOSING, IN(STATE_CHALLENGED),
	    { STATE_DONE, INC, 0, STEP_OFFER, 0 } },
	{ SAID_UNSEEN, ANSWER_PASS, IN(STATE_CHALLENGED),
	    { STATE_DONE, AUTH, 0, STEP_AUTHENTICATED, 0 } },
};

const struct move *
steps_move(enum state state, enum said said, enum answer answer)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].said == said && rows[i].answer == answer &&
		    (rows[i].states & IN(state)))
			return &rows[i].move;
	return NULL;
}

/*
 * A SPNEGO token whose mechanism is NTLM begins an NTLM handshake; the first
 * one of NEGOEX is no ticket either.
 */
static bool
begins_handshake(const struct token *t)
{
	return t->kind == TOKEN_NTLM_NEGOTIATE ||
	    (t->kind == TOKEN_NEGOEX && t->is_init) ||
	    (t->kind == TOKEN_SPNEGO && t->mech != NULL &&
	        strcmp(t->mech, "ntlmssp") == 0);
}

enum said
steps_said(const struct observed_request *q)
{
	const struct token *t = q->credentials;

	if (!q->seen)
		return SAID_UNSEEN;
	if (t == NULL || t->scheme == SCHEME_NONE)
		return q->head_cut ? SAID_UNSEEN : SAID_NOTHING;
	if (t->scheme == SCHEME_NTLM || t->scheme == SCHEME_NEGOTIATE) {
		if (begins_handshake(t))
			return SAID_NEGOTIATE;
		if (t->kind == TOKEN_NTLM_AUTHENTICATE)
			return SAID_AUTHENTICATE;
		/* The scheme alone asks for nothing and proves nothing. */
		if (t->kind == TOKEN_NONE)
			return SAID_NOTHING;
		return t->scheme == SCHEME_NTLM ? SAID_NEGOTIATE : SAID_TICKET;
	}
	return SAID_CREDENTIALS;
}

/* Does this challenge ask the client to go on, rather than to begin? */
static bool
goes_on(const struct token *t, const struct token *sent)
{
	switch (t->kind) {
	case TOKEN_NTLM_CHALLENGE:
		return true;
	case TOKEN_KRB_ERROR:
		return false;
	case TOKEN_NONE:
		/* Digest: stale=true answers a nonce, not a password. */
		return t->scheme == SCHEME_DIGEST && t->digest->stale == 1 &&
		    sent != NULL && sent->scheme == SCHEME_DIGEST;
	case TOKEN_DIGEST:
		return t->digest->stale == 1 && sent != NULL &&
		    sent->scheme == SCHEME_DIGEST;
	default:
		return t->scheme == SCHEME_NEGOTIATE &&
		    t->neg_state != NEG_REJECT &&
		    t->neg_state != NEG_ACCEPT_COMPLETED &&
		    (t->neg_state == NEG_ACCEPT_INCOMPLETE ||
		        t->neg_state == NEG_REQUEST_MIC);
	}
}

/* Could a token in the 407 have asked to go on? */
static bool
may_go_on(const struct token *sent)
{
	return sent != NULL && sent->kind != TOKEN_NTLM_AUTHENTICATE &&
	    (sent->scheme == SCHEME_NTLM || sent->scheme == SCHEME_NEGOTIATE ||
	        sent->scheme == SCHEME_DIGEST);
}

/*
 * The site, or the next proxy, could not be reached: Squid goes there only
 * with those whom it lets in.
 */
static bool
went_on(const struct observed_response *p)
{
	static const char *const errors[] = { "ERR_CONNECT_FAIL",
		"ERR_SECURE_CONNECT_FAIL", "ERR_DNS_FAIL",
		"ERR_CANNOT_FORWARD" };
	struct span said = span_of_str(p->vendor_error);

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (span_starts(said, span_of_str(errors[i])))
			return true;
	return false;
}

/*
 * A head is larger than the proxy reads: it ends the connection and has not
 * looked at the credentials.  Of 400 and 413 that is so if these are large:
 * 8 KiB is a usual limit of a whole head, and 4,000 bytes of a token come to
 * two thirds of that in base64.
 */
#define LARGE_TOKEN 4000

static bool
was_not_read(const struct observed_request *q,
    const struct observed_response *p)
{
	bool large = q->credentials != NULL &&
	    q->credentials->bytes > LARGE_TOKEN;

	return !p->keeps_alive &&
	    (p->status == 431 ||
	        (large && (p->status == 400 || p->status == 413)));
}

enum answer
steps_answer(const struct observed_request *q,
    const struct observed_response *p)
{
	if (!p->seen)
		return ANSWER_UNSEEN;
	if (p->status != 407) {
		bool error = p->status == 400 || p->status == 413 ||
		    p->status == 431 || p->status >= 500;

		return !error || went_on(p)  ? ANSWER_PASS
		    : was_not_read(q, p) ? ANSWER_UNREAD
		                         : ANSWER_ERROR;
	}
	for (size_t i = 0; i < p->n_challenges; i++)
		if (goes_on(&p->challenges[i], q->credentials))
			return ANSWER_CHALLENGE;
	if (p->head_cut && p->n_challenges == 0 && may_go_on(q->credentials))
		return ANSWER_UNSEEN;
	return p->keeps_alive ? ANSWER_OFFER : ANSWER_CLOSING;
}
