/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inventory.h - who uses which scheme and version through which proxy
 *
 * What breaks when a scheme is switched off, before it is.  A row is a proxy
 * and a method; its tallies name the clients, users, programs and
 * destinations.  Attempts that sent no credentials are not in it.
 */
#ifndef P407_REPORT_INVENTORY_H
#define P407_REPORT_INVENTORY_H

#include "report/model.h"

struct inventory_row {
	struct address proxy;
	uint16_t port;
	const char *method; /* "NTLMv2", "Kerberos (aes256-…)", … */
	const char *remark; /* why somebody may switch it off; or NULL */
	unsigned attempts, authenticated;
	struct tally clients, users, agents, targets, applications;
	when_ns first, last;
};

/*
 * Rows by proxy (in the order of first attempts), then by method; *n says
 * how many.  They live in the arena.  Past LIMIT_ROWS rows, and past 50
 * names of a tally, only numbers are kept.
 */
const struct inventory_row *inventory_of(struct attempt *const *attempts,
    size_t n_attempts, struct arena *arena, size_t *n);

/* The method of an attempt, or NULL where it sent no credentials. */
const char *inventory_method(const struct attempt *a, struct arena *arena,
    const char **remark);

#endif
