/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracked.h"

/* An offer is joined to an answer on another connection this long. */
#define PERSON_WINDOW    (600 * WHEN_SECOND)
#define PROGRAM_WINDOW   (10 * WHEN_SECOND)
#define SAME_HOST_WINDOW (60 * WHEN_SECOND)
/* A type 3 may look for its type 2 on other connections this long. */
#define SPLIT_WINDOW (120 * WHEN_SECOND)

bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
same_agent(const struct attempt *a, const struct observed_request *q)
{
	return same_text(a->user_agent, q->user_agent);
}

bool
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

bool
request_bound(const struct attempt *a)
{
	return a->scheme == ATTEMPT_BASIC || a->scheme == ATTEMPT_DIGEST ||
	    a->scheme == ATTEMPT_BEARER || a->scheme == ATTEMPT_OTHER;
}

bool
same_credentials(const struct token *a, const struct token *b)
{
	if (a == NULL || b == NULL || a->scheme != b->scheme)
		return false;
	/* A Digest response is new each time. */
	if (a->scheme == SCHEME_DIGEST)
		return same_text(a->user, b->user) &&
		    same_text(a->digest->realm, b->digest->realm);
	return a->whole == b->whole;
}

bool
has_a_person(const struct observed_request *q)
{
	static const struct span browsers[] = { SPAN_INIT("Mozilla/"),
		SPAN_INIT("Opera/"), SPAN_INIT("w3m/"), SPAN_INIT("Lynx/"),
		SPAN_INIT("ELinks/"), SPAN_INIT("Links ") };

	for (size_t i = 0; i < sizeof(browsers) / sizeof(browsers[0]); i++)
		if (q->user_agent != NULL &&
		    span_starts(span_of_str(q->user_agent), browsers[i]))
			return true;
	return false;
}

/*
 * An offer on another connection that this request answers.  One whose
 * connection is closed has nobody else to answer it; one that is open may
 * yet be answered there, so it comes second.
 */
struct tracked *
tracker_find_asked(struct pair *p, const struct observation *o)
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

bool
was_stale(const struct tracked *a)
{
	return a->state == STATE_CHALLENGED &&
	    a->attempt.scheme == ATTEMPT_DIGEST;
}

bool
repeats_stale(const struct tracked *a, const struct observed_request *q)
{
	const struct observed_request *sent = a->attempt.request;

	/* One that is not in the capture may have been the same. */
	return sent == NULL || sent->target == NULL ||
	    (same_text(sent->target, q->target) &&
	        same_text(sent->method, q->method));
}

struct tracked *
tracker_find_stale(struct pair *p, const struct observation *o)
{
	const struct token *t = o->request.credentials;
	int looked = 0;

	if (t == NULL || t->scheme != SCHEME_DIGEST)
		return NULL;
	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);

		if (looked++ > MAX_CANDIDATES)
			break;
		if (was_stale(a) && same_agent(&a->attempt, &o->request) &&
		    same_credentials(a->attempt.credentials, t) &&
		    a->attempt.credentials->digest->nonce !=
		        t->digest->nonce &&
		    repeats_stale(a, &o->request))
			return a;
	}
	return NULL;
}

/*
 * The type 2, sent on another connection, that this type 3 answers.  NTLMv2
 * repeats the AV pairs and the time of it ([MS-NLMP] 3.1.5.1.2).  Without
 * them only a single candidate of the same agent is believed.
 */
struct tracked *
tracker_find_challenge(struct pair *p, const struct observation *o)
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
		if (t3->ntlm->target_info != 0 && t2->ntlm->target_info != 0) {
			if (t3->ntlm->target_info == t2->ntlm->target_info &&
			    (t2->ntlm->timestamp == WHEN_NONE ||
			        t3->ntlm->av_timestamp == t2->ntlm->timestamp))
				return a;
		} else if (same_agent(&a->attempt, &o->request)) {
			candidates++;
			only = a;
		}
	}
	return candidates == 1 && o->connection.began ? only : NULL;
}
