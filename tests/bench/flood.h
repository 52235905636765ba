/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood.h - traffic that is not conversations: too many, and meant to hurt
 */
#ifndef P407_TESTS_BENCH_FLOOD_H
#define P407_TESTS_BENCH_FLOOD_H

#include "bench/random.h"
#include "bench/wire.h"

/*
 * One connection for every 400 bytes of `size`, all open at once and none of
 * them HTTP; then packets of one and another of them.
 */
void flood_many(struct wire *w, struct random *r, uint64_t size);

/*
 * SYNs from everywhere; heads that do not end; segments out of order behind
 * holes that nobody fills; refused logins without end, each with another
 * token; packets that are no more than their flags; bytes that mean nothing.
 */
void flood_hostile(struct wire *w, struct random *r, uint64_t size);

/*
 * Handshakes that stop after the type 2, mostly; the same a byte at a time;
 * bytes that come last first; half of TLS handshakes, of PAC files and of
 * fragmented packets; Kerberos and DNS that nobody answers.
 */
void flood_attack(struct wire *w, struct random *r, uint64_t size);

#endif
