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

/* One of so many that share the bound. */
struct lookback *lookback_new(unsigned sharers);
void lookback_free(struct lookback *l); /* NULL is fine */

void lookback_frame(struct lookback *l, const struct frame *f);

/*
 * What n of them keep now, in order of frames; it stays as it is, whatever
 * comes to them meanwhile.  They may be other threads': each is held up only
 * while its frames are counted.
 */
struct lookback_view;

struct lookback_view *lookback_view(struct lookback *const *l, size_t n);
void lookback_view_free(struct lookback_view *v);
const struct evidence_source *lookback_source(const struct lookback_view *v);

/* Bytes that it holds now. */
uint64_t lookback_bytes(struct lookback *l);

#endif
