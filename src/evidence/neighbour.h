/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * neighbour.h - ARP and neighbour discovery in the evidence
 *
 * They hold no secrets, but addresses, which are hidden as those of the other
 * frames are.  Of the options of neighbour discovery only link-layer
 * addresses are shown, the others are zero (RFC 4861 4.6).
 */
#ifndef P407_EVIDENCE_NEIGHBOUR_H
#define P407_EVIDENCE_NEIGHBOUR_H

#include "evidence/layers.h"
#include "evidence/names.h"

/* Of a packet that is one of them; `now` is the copy of the frame that begins
 * at `origin`, and headers in it may change, too. */
void neighbour_hide(struct names *names, const struct layers *l,
    const uint8_t *origin, uint8_t *now);

#endif
