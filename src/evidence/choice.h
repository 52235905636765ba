/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choice.h - which conversations are evidence, and what is said of frames
 *
 * Those of the findings first; then a good one for each that compares; then
 * what the verdicts lean on: other attempts of the same clients and users,
 * and of the same proxies.  When the limit is reached, the last go first.
 */
#ifndef P407_EVIDENCE_CHOICE_H
#define P407_EVIDENCE_CHOICE_H

#include "evidence/beside.h"
#include "report/model.h"

struct choice;

struct choice *choice_new(const struct report *r);
void choice_free(struct choice *c);

/*
 * Is this packet of a conversation that could go in?  Counts its bytes; to
 * be asked once for each packet, in the first reading.
 */
bool choice_consider(struct choice *c, const struct packet *p,
    uint64_t frame_bytes);

/* The first reading is over: what does not fit goes. */
void choice_settle(struct choice *c, uint64_t limit_bytes);

/* Does this packet go in?  In the second reading. */
bool choice_takes(const struct choice *c, const struct packet *p);

/* Conversations that are in, and that did not fit. */
size_t choice_taken(const struct choice *c);
size_t choice_left_out(const struct choice *c);

/* The names that name servers may be shown to have told. */
const struct dns_shown *choice_names(const struct choice *c);

/*
 * What is to be said of a frame, as UTF-8: one line each for the legs and
 * findings it is part of.  Nothing is added where there is nothing to say.
 */
void choice_remark(const struct choice *c, uint64_t frame, struct text *t);

#endif
