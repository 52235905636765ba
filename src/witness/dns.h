/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns.h - answers of the domain name system: which name is which address
 *
 * RFC 1035.  Kerberos asks for a ticket for the name that the client made of
 * the proxy's: where that is an alias, the answer tells the canonical name
 * behind it.  Only answers over UDP, from port 53, for addresses.
 */
#ifndef P407_WITNESS_DNS_H
#define P407_WITNESS_DNS_H

#include "base/arena.h"
#include "base/fault.h"
#include "net/packet.h"

#define DNS_PORT 53

#define DNS_NAME_MAX      256 /* RFC 1035 2.3.4, as text with its NUL */
#define DNS_ADDRESSES_MAX 8

/* One answer; no memory but its own. */
struct dns_answer {
	char name[DNS_NAME_MAX];      /* that was asked for, lower case */
	char canonical[DNS_NAME_MAX]; /* end of its CNAMEs; "": it is it */
	uint16_t type;                /* 1 A, 28 AAAA */
	uint8_t rcode;                /* 0 good, 3 no such name */
	struct address addresses[DNS_ADDRESSES_MAX];
	size_t n_addresses;
};

/* What is kept of it. */
struct dns_record {
	const char *name;
	const char *canonical; /* NULL: the name is no alias */
	uint8_t rcode;
	const struct address *addresses;
	size_t n_addresses;
};

/*
 * False if it is no answer to a question for addresses, or the message is
 * damaged before all of the question was read.  Damage further on keeps what
 * came before it; *fault says where.
 */
bool dns_answer_decode(struct span message, struct dns_answer *out,
    struct fault *fault);

/* What the first question of any message asks for, as above; false: none. */
bool dns_question_name(struct span message, char name[DNS_NAME_MAX]);

/* The record, in the arena. */
const struct dns_record *dns_record_of(const struct dns_answer *a,
    struct arena *arena);

/*
 * The answers that were given out lately, so that the same one is kept
 * once; NULL is fine to free.
 */
struct dns_memory;

struct dns_memory *dns_memory_new(void);
void dns_memory_free(struct dns_memory *m);

/* Was the same said to this client lately?  Remembers it. */
bool dns_memory_has(struct dns_memory *m, const struct address *client,
    const struct dns_answer *a);

#endif
