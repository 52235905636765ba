/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdc_view.h - what the KDC said about the time of an attempt
 *
 * Joins the KDC's witnesses (witness/kdc.h) to attempts by the address of
 * the client, the time, and the user where both name one.  What is normal
 * is no verdict: pre-authentication required, response too big, any error
 * that the same client got over.  Where two people ask from one address and
 * the attempt names neither, nothing is said.
 */
#ifndef P407_DIAGNOSE_KDC_VIEW_H
#define P407_DIAGNOSE_KDC_VIEW_H

#include "attempt/attempt.h"
#include "attempt/testimony.h"
#include "witness/kdc.h"

#define KDC_STORY 5

struct kdc_view {
	/* Is this client's KDC traffic in the capture at all? */
	bool visible;
	bool asked;     /* it asked a KDC about the time of the attempt */
	bool ambiguous; /* there is a verdict, but on whom? */
	bool settled;   /* its last word on this user was a ticket */
	bool unheard;   /* its last word is not in the capture */

	/* What it ended with: KDC_ERROR, KDC_SILENT, KDC_REFUSED; or NULL. */
	const struct witness_record *verdict;
	/* The last ticket for an HTTP service; NULL: none. */
	const struct witness_record *ticket;
	/* The exchange that gave out the very ticket of the attempt. */
	const struct witness_record *own;
	/* A ticket for another realm's KDC in place of the service's. */
	const struct witness_record *referral;
	/* By a trust: the ticket of another realm's KDC with which the client
	 * asked the one that gave the verdict; NULL: it was of its own. */
	const struct witness_record *crossing;
	/* Refused a ticket of the web server itself, and asked for no other:
	 * it should have asked for the proxy's; or NULL. */
	const struct witness_record *astray;
	/* Asked to prove the password, and not heard of again; or NULL. */
	const struct witness_record *unfinished;
	/* The answer is too big for UDP, and TCP does not come about. */
	bool tcp_fails;

	/* The exchanges that this rests on, in order of frames. */
	const struct witness_record *story[KDC_STORY];
	size_t n_story;
};

struct kdc_index;

/* By client and time; the testimony must outlive it.  NULL: no testimony. */
struct kdc_index *kdc_index_new(const struct testimony *t);
void kdc_index_free(struct kdc_index *x);

/* A few binary searches and a look at some hundred records at the most. */
void kdc_view_of(const struct kdc_index *x, const struct attempt *a,
    struct kdc_view *out);

/* Frames of an exchange: request and answer, 0 where not seen. */
const struct kdc_record *kdc_of(const struct witness_record *r);

#endif
