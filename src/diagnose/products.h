/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * products.h - which make of proxy answered: fingerprints as data
 *
 * A file in rules/, or of --rules, may hold products beside or instead of
 * rules:
 *
 *	products:
 *	  - product: squid          # unique; letters, digits and dashes
 *	    name: Squid
 *	    kind: proxy             # proxy, gateway, balancer, helper
 *	    known: seen             # seen: here, or in a capture that
 *	                            #   somebody published; documented: by
 *	                            #   its maker; said: by others
 *	    signs:                  # "is", "starts", "contains" or "absent"
 *	      - {field: server, starts: squid, weight: proof}
 *	      - {field: realm, is: Squid proxy-caching web server,
 *	         weight: hint}
 *	    advice:                 # what is special about it
 *	      - when: attempt.after_failure   # a condition; may be left out
 *	        say: One sentence.  {attempt.user} is a fact.
 *	    references: [a page]
 *
 * One proof is enough, and so are two hints of different fields, one of which
 * is there.  Where
 * several products fit, the first in order of files and lines is taken, so
 * helpers, which pass on the fields of what is behind them, stand first.
 * Values compare without regard to ASCII case.  Digits and dots after what
 * a sign names ("squid/5.7") are the version.
 */
#ifndef P407_DIAGNOSE_PRODUCTS_H
#define P407_DIAGNOSE_PRODUCTS_H

#include "attempt/attempt.h"
#include "base/text.h"
#include "diagnose/finding.h"

/* What a sign looks at, in the answer of a proxy. */
enum sign_field {
	SIGN_SERVER,       /* Server */
	SIGN_VIA,          /* last entry of Via: next to the client */
	SIGN_PROXY_AGENT,  /* Proxy-Agent */
	SIGN_VENDOR_ERROR, /* X-Squid-Error */
	SIGN_X_CACHE,
	SIGN_STATUS,       /* "407 Unauthorized" */
	SIGN_TITLE,        /* of the error page */
	SIGN_REALM,        /* of any challenge */
	SIGN_OFFERS,       /* schemes in order: "Negotiate, Kerberos, NTLM" */
	SIGN_NTLM_VERSION, /* of a type 2: "10.0.17763", "6.1.0" */
	SIGN_NTLM_COMPUTER, /* of a type 2: NbComputerName */
};

enum sign_match { MATCH_IS, MATCH_STARTS, MATCH_CONTAINS, MATCH_ABSENT };
enum product_kind {
	PRODUCT_PROXY,
	PRODUCT_GATEWAY,
	PRODUCT_BALANCER,
	PRODUCT_HELPER,
};
enum product_known { KNOWN_SEEN, KNOWN_DOCUMENTED, KNOWN_SAID };

struct sign {
	enum sign_field field;
	enum sign_match match;
	const char *value; /* NULL for MATCH_ABSENT */
	bool proof;
};

struct advice {
	const char *when; /* NULL: always */
	const char *say;
};

enum { PRODUCT_SIGNS = 16, PRODUCT_ADVICE = 8 };

struct product {
	const char *id, *name;
	const char *file; /* where it is from; line: of its id */
	size_t line;
	enum product_kind kind;
	enum product_known known;
	const struct sign *signs;
	size_t n_signs; /* at most PRODUCT_SIGNS */
	const struct advice *advice;
	size_t n_advice; /* at most PRODUCT_ADVICE */
	const char *const *references;
	size_t n_references;
};

struct condition;

/* A product and the conditions of its advice, parsed; NULL: always. */
struct ready_product {
	const struct product *product;
	const struct condition *when[PRODUCT_ADVICE];
};

struct product_match {
	const struct product *product; /* NULL: none fits */
	const struct observed_response *response; /* that showed it */
	unsigned signs;   /* bit i: sign i fits */
	bool proof;
	char version[24]; /* "" if it does not say */
};

struct rules;

/* In the order in which they are tried. */
size_t products_count(const struct rules *r);
const struct ready_product *products_at(const struct rules *r, size_t i);
const struct product *products_find(const struct rules *r, const char *id);

/* Add one of a table that outlives r; its conditions must parse. */
void products_add(struct rules *r, const struct product *p);

/*
 * Who made this answer.  Of a 407 (and of a 401 that is the proxy's own) all
 * fields count; of others only those that no origin writes.
 */
struct product_match product_of_response(const struct rules *r,
    const struct observed_response *response, bool own_401);

/*
 * Answers that were looked at, so that those alike are not again: of some
 * manners (attempt/manner.h) what was found.  Zeroed it is empty; the answers
 * live as long as it is used.
 */
struct product_memory {
	struct {
		const struct observed_response *response; /* NULL: none */
		bool own_401;
		struct product_match match;
	} places[64];
};

/* The best match of the answers of an attempt, its last 407 first. */
struct product_match product_of_attempt(const struct rules *r,
    const struct attempt *a, struct product_memory *known);

/* Is one worth more than the other? */
bool product_better(const struct product_match *x,
    const struct product_match *y);

/* "Squid 5.7"; nothing if no product fits. */
void product_words(struct text *t, const struct product_match *m);

/* "Server: squid/5.7; X-Squid-Error: ERR_…"; what the wire says. */
void product_signs(struct text *t, const struct product_match *m);

/* How sure: a proof of something seen is high, two hints of hearsay low. */
enum level product_confidence(const struct product_match *m);

const char *product_kind_name(enum product_kind k);
const char *product_known_name(enum product_known k);
const char *sign_field_name(enum sign_field f);

/* What --explain prints of a product. */
void product_explain(const struct product *p, struct text *t);

/* The table that rulec writes (rules_default.c). */
extern const struct product products_built_in[];
extern const size_t products_built_in_count;

#endif
