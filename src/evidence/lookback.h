/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookback.h - the last packets of each connection, for evidence
 *
 * On a wire nothing can be read a second time, so what a verdict may rest on
 * is kept for a while: beginnings and ends of connections, HTTP heads with
 * the tokens in them and the first bytes of bodies, datagrams of name servers
 * and KDCs, and who asked whom for a neighbour.  Not kept: the rest of
 * bodies, what is in tunnels, bare acknowledgements, and fragments.
 *
 * Frames go when they are LOOKBACK_SECONDS old, the oldest of a connection
 * when that has more than LOOKBACK_CONNECTION, and the oldest of all when
 * there are LIMIT_LOOKBACK bytes.  Connections that never spoke HTTP have an
 * eighth of it among themselves, and neighbours another: a flood of them
 * pushes out no login.
 */
#ifndef P407_EVIDENCE_LOOKBACK_H
#define P407_EVIDENCE_LOOKBACK_H

#include "evidence/evidence.h"

#define LOOKBACK_SECONDS    600
#define LOOKBACK_CONNECTION (UINT64_C(512) << 10)

struct lookback;

struct lookback *lookback_new(void);
void lookback_free(struct lookback *l); /* NULL is fine */

void lookback_frame(struct lookback *l, const struct frame *f);

/*
 * What is kept, in order; it holds until the next lookback_frame().  The
 * source is the look-back's own.
 */
const struct evidence_source *lookback_source(struct lookback *l);

/* Bytes that it holds now. */
uint64_t lookback_bytes(const struct lookback *l);

#endif
