/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kin.h - numbers for users, clients, programs and proxies
 *
 * The first half of history.c's work: each attempt gets the numbers of what
 * it has in common with others.
 */
#ifndef P407_DIAGNOSE_KIN_H
#define P407_DIAGNOSE_KIN_H

#include "diagnose/history.h"

struct kin;

struct kin *kin_new(void);
void kin_free(struct kin *k);

/* Fill e->kin from e->attempt. */
void kin_number(struct kin *k, struct event *e);

/* How many numbers were given out of one kind. */
uint32_t kin_count(const struct kin *k, enum kinship kind);

/* The number of a client; 0 if it has none. */
uint32_t kin_of_client(const struct kin *k, const struct address *a);

/* The number of a proxy; 0 if it has none. */
uint32_t kin_of_proxy(const struct kin *k, const struct address *a,
    uint16_t port);

#endif
