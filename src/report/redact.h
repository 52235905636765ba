/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redact.h - the only way from an identity to output
 *
 * Every writer asks here for what it prints of a user, a domain, a host, an
 * address, a user agent, a realm or a target.  At REDACT_SECRETS they are
 * shown as they are.  At REDACT_IDENTITIES each is a pseudonym ("user-1"),
 * numbered in the order in which redact_learn() first met it; the model
 * learns all of a report before anything is written, in the order of the
 * report, so that the same input gives the same bytes and sentences that
 * rules have already put together can be redacted, too (redact_words()).
 * Names are told apart without regard to case, as directories do.
 *
 * Targets never show user information, query or fragment, at any level.
 *
 * Later formats that need room for a pseudonym inside a packet, or a file
 * that maps them back, will walk the same table.
 */
#ifndef P407_REPORT_REDACT_H
#define P407_REPORT_REDACT_H

#include "base/text.h"
#include "net/packet.h"

enum redact_level {
	REDACT_SECRETS = 0, /* the default; less there is not */
	REDACT_IDENTITIES,
};

enum identity {
	IDENTITY_USER,
	IDENTITY_DOMAIN, /* NetBIOS or DNS domain, Kerberos realm */
	IDENTITY_HOST,
	IDENTITY_ADDRESS,
	IDENTITY_AGENT,
	IDENTITY_REALM, /* of Basic and Digest: a text */
	IDENTITY_COUNT,
};

struct redact;

struct redact *redact_new(enum redact_level level);
void redact_free(struct redact *r);
enum redact_level redact_level_of(const struct redact *r);

/* How many pseudonyms it gave out. */
size_t redact_count(const struct redact *r);

/* Give out the next number, if this one is new.  NULL is passed over. */
void redact_learn(struct redact *r, enum identity kind, const char *name);
/* The host in "http://h:80/x", "h:443", "[fd77::1]:80". */
void redact_learn_host(struct redact *r, const char *target);
/* The host in "HTTP/h@REALM". */
void redact_learn_service(struct redact *r, const char *service);
/* "DOMAIN\user", "user@REALM" or "user". */
void redact_learn_user(struct redact *r, const char *account);
void redact_learn_address(struct redact *r, const struct address *a);

/* What to print for a name; NULL for NULL.  Lives as long as r. */
const char *redact_name(struct redact *r, enum identity kind,
    const char *name);

/*
 * These give a string that lives until the next call of the same function.
 * NULL for NULL.
 */
const char *redact_address(struct redact *r, const struct address *a);
const char *redact_address_port(struct redact *r, const struct address *a,
    uint16_t port);
const char *redact_target(struct redact *r, const char *target);
/* A sentence, or anything else made of names that were learnt. */
const char *redact_words(struct redact *r, const char *words);

/* Each pseudonym and what it stands for (in lower case), in order. */
void redact_walk(const struct redact *r,
    void (*pair)(void *context, const char *pseudonym, const char *real),
    void *context);

#endif
