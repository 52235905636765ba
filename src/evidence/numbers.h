/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * numbers.h - addresses for addresses
 *
 * Each byte of an IPv4 address (each group of an IPv6 address) becomes
 * another one with as many digits, given out in order of appearance below
 * the bytes before it: so addresses of one subnet stay together, two that
 * differ stay different, and an address written as text keeps its length.
 * No key is in it, so none can be guessed or lost; what it tells is the
 * order of appearance.
 *
 * Loopback, multicast, broadcast and unspecified addresses, and the prefix
 * fe80, stay.  MAC addresses are numbered in the locally administered space.
 */
#ifndef P407_EVIDENCE_NUMBERS_H
#define P407_EVIDENCE_NUMBERS_H

#include "evidence/shown.h"

struct numbers;

struct numbers *numbers_new(void);
void numbers_free(struct numbers *n);

/* In place; 4 or 16 bytes. */
void numbers_address(struct numbers *n, uint8_t *address, size_t len);
void numbers_mac(struct numbers *n, uint8_t *mac);

/* Is it an address in text? */
bool numbers_is(struct span text);

/* Write the other address over a part that is one; false if it is none. */
bool numbers_show(struct numbers *n, const struct shown *s,
    struct span part);

/* What stands for what, in order of appearance. */
void numbers_walk(const struct numbers *n,
    void (*pair)(void *context, const char *pseudonym, const char *real),
    void *context);

#endif
