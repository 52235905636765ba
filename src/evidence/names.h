/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - identities inside packets
 *
 * Below --redact identities they are shown as they are.  With it each name
 * becomes a pseudonym of the same length, and each address another one that
 * has as long a prefix in common with other addresses as before.
 */
#ifndef P407_EVIDENCE_NAMES_H
#define P407_EVIDENCE_NAMES_H

#include "evidence/shown.h"
#include "report/redact.h"

struct names;

/* `redact` outlives it; it knows what the report calls them. */
struct names *names_new(struct redact *redact);
void names_free(struct names *n);

/* Are identities hidden at all? */
bool names_hidden(const struct names *n);

/* What stands for what inside packets, in order of appearance. */
typedef void names_pair(void *context, const char *pseudonym,
    const char *real);
void names_walk(const struct names *n, names_pair *pair, void *context);

/* Show a name that is `part` of the copy: one byte a character, or two. */
void names_show(struct names *n, const struct shown *s, struct span part,
    enum identity kind);
void names_show_utf16(struct names *n, const struct shown *s,
    struct span part, enum identity kind);

/* "DOMAIN\user", "user@realm", "user". */
void names_show_account(struct names *n, const struct shown *s,
    struct span part);

/* A host, or an address in text. */
void names_show_host(struct names *n, const struct shown *s,
    struct span part);

/* Words that may hold a host: those that look like one are replaced. */
void names_show_words(struct names *n, const struct shown *s,
    struct span part);

/* An address of 4 or 16 bytes, a MAC of 6, in place. */
void names_address(struct names *n, uint8_t *address, size_t len);
void names_mac(struct names *n, uint8_t *mac);

#endif
