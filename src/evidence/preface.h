/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * preface.h - the header of the PROXY protocol before the first request
 *
 * haproxy.org/download/2.9/doc/proxy-protocol.txt.  It has addresses and no
 * secrets, but its TLVs may hold anything: they are zero.
 */
#ifndef P407_EVIDENCE_PREFACE_H
#define P407_EVIDENCE_PREFACE_H

#include "evidence/names.h"

/* 16 bytes, and at most this many in all, are looked at. */
#define PREFACE_MOST 552

struct preface {
	bool expected; /* the bytes so far may be one */
	bool whole;    /* they are */
	uint8_t bytes[PREFACE_MOST];
	size_t len;
	uint32_t seq; /* of the first of them */
};

/* May a connection that begins with these bytes begin with one? */
bool preface_begins(struct span first);

/* How many of the bytes it took; `expected` ends when it is decided. */
size_t preface_feed(struct preface *p, struct span bytes, uint32_t seq);

/* What is shown of it, to `out` of `len` bytes. */
void preface_mask(const struct preface *p, struct names *names, uint8_t *out);

#endif
