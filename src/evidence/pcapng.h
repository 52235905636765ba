/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng.h - write a capture (draft-ietf-opsawg-pcapng)
 *
 * One section, little-endian; nanoseconds.  There is no way to write a
 * decryption-secrets or name-resolution block.  The hardware and the system
 * that wrote it are not told: they are those of whoever analyses.
 */
#ifndef P407_EVIDENCE_PCAPNG_H
#define P407_EVIDENCE_PCAPNG_H

#include <stdio.h>

#include "capture/frame.h"

struct pcapng {
	FILE *file;
	int error; /* errno of the first failure; 0: none */
	uint64_t bytes;
};

/* The section header; comments are lines of UTF-8. */
void pcapng_section(struct pcapng *p, const char *application,
    struct span comments);

/* An interface; they are numbered from 0 in the order of these calls. */
void pcapng_interface(struct pcapng *p, uint32_t link,
    const char *description, const char *filter);

/* A frame: `bytes` of wire_len; comments are lines of UTF-8. */
void pcapng_frame(struct pcapng *p, uint32_t interface, when_ns time,
    struct span bytes, uint32_t wire_len, struct span comments);

/* At the end: WHEN_NONE and UINT64_MAX are not known. */
struct pcapng_counts {
	when_ns first, last;
	uint64_t received, dropped;
};
void pcapng_statistics(struct pcapng *p, uint32_t interface,
    const struct pcapng_counts *counts);

/* Frames of what was written here, read again from memory. */
struct pcapng_walk {
	struct span rest;
	uint64_t frames;
};

/* The next one: its number, bytes, wire_len, and as `file` its interface. */
bool pcapng_next(struct pcapng_walk *w, struct frame *out);

#endif
