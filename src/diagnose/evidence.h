/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence.h - what a finding rests on besides the messages of its attempts
 */
#ifndef P407_DIAGNOSE_EVIDENCE_H
#define P407_DIAGNOSE_EVIDENCE_H

#include "diagnose/facts.h"
#include "diagnose/finding.h"

/*
 * Adds what the KDC said and, if the finding's rule asks for it, its frames
 * to the evidence and to the display filter.
 */
void evidence_add_kdc(struct finding *f, const struct subject *s,
    struct arena *arena);

/* Adds the connection of somebody who speaks TLS there, if its rule asks. */
void evidence_add_tls(struct finding *f, const struct subject *s,
    struct arena *arena);

/*
 * Adds the hosts that the sentences of the finding may name because TLS, PAC
 * or DNS told of them.
 */
void evidence_add_hosts(struct finding *f, struct subject *s,
    struct arena *arena);

#endif
