/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pac.h - proxy configuration files that clients fetch in clear
 *
 * A PAC file is a script that returns strings such as "PROXY host:8080;
 * DIRECT" (Netscape Proxy Auto-Config file format).  The script is not run:
 * its string literals are looked through, outside of comments, and each that
 * holds return values is taken apart.  So what is named is what the script
 * could return to somebody, not what it returned to this client.
 */
#ifndef P407_WITNESS_PAC_H
#define P407_WITNESS_PAC_H

#include "base/arena.h"
#include "base/secret.h"
#include "http/exchange.h"

/* Different proxies kept of one file; LIMIT_PAC bounds its bytes. */
#define PAC_PROXIES_MAX 32

struct pac_proxy {
	const char *kind; /* "PROXY", "HTTPS", "SOCKS", … */
	const char *host; /* lower case, without brackets */
	uint16_t port;
};

struct pac_record {
	const char *url;  /* "host/path", without user, query and fragment */
	const char *host; /* of the server, lower case, without a port */
	const char *user_agent;
	bool through_proxy; /* asked for by its whole URL: from a proxy */
	unsigned status;    /* 0: no response */
	bool body_seen;     /* status 200, and a body */
	bool is_script;     /* it holds a FindProxyForURL */
	bool compressed;    /* so that nobody looked */
	bool truncated;     /* longer than LIMIT_PAC, or bytes are missing */
	uint64_t length;    /* bytes looked at */
	fingerprint content; /* keyed: equal files, equal values */
	const struct pac_proxy *proxies;
	size_t n_proxies;
	bool direct;        /* DIRECT is among the return values */
};

/* Does this request target name a PAC file (.pac, /wpad.dat)? */
bool pac_is_target(struct span target);

/* Is this exchange a fetch of one, by its target or its content type? */
bool pac_is_exchange(const struct http_message *request,
    const struct http_message *response);

/* Proxies, DIRECT and FindProxyForURL of a script; pure. */
void pac_scan(struct span script, struct pac_record *out,
    struct arena *arena);

/*
 * The parts of a script that count: FindProxyForURL, and what is between the
 * quotes of each string, outside of comments.  *rest moves on.
 */
enum pac_part { PAC_END, PAC_NAME, PAC_LITERAL };
enum pac_part pac_part_next(struct span *rest, struct span *part);

/* One return value in a string: "PROXY a:1", "DIRECT". */
struct pac_value {
	struct span all;
	const char *kind;  /* NULL: DIRECT */
	struct span place; /* "a:1" */
	struct span host;  /* "a" */
	uint16_t port;
};

/* The next in a string, which may hold others; false: none. */
bool pac_value_next(struct span *literal, struct pac_value *out);

/* The record of such an exchange; all of it is in the arena. */
struct pac_record *pac_of_exchange(const struct http_exchange *e,
    struct arena *arena);

#endif
