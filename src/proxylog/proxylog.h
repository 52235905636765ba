/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxylog.h - the proxy's own access log, laid beside the capture
 *
 * Lines are joined to exchanges by client, method, target, status and, where
 * the log has it, the client's port; then by time, once the offset between
 * the two clocks is known: the median over pairs that are certain.  Of what
 * is in one only, the report speaks for 407s: of other requests the capture
 * keeps no complete list.
 */
#ifndef P407_PROXYLOG_PROXYLOG_H
#define P407_PROXYLOG_PROXYLOG_H

#include "report/annex.h"

struct proxylog;

/*
 * Read a log, packed or not; `spec` is a squid logformat or NULL: guess.
 * NULL if no line could be read; that has been said.
 */
struct proxylog *proxylog_load(const char *path, const char *spec);

/* The same from memory, for tests. */
struct proxylog *proxylog_read(const char *name, struct span text,
    const char *spec);

void proxylog_free(struct proxylog *l); /* NULL is fine */

/* Lines that were read; those that were not of the format. */
size_t proxylog_count(const struct proxylog *l);
uint64_t proxylog_others(const struct proxylog *l);

/* Against the attempts of a report; the caller frees it. */
struct annex *proxylog_annex(struct proxylog *l, const struct report *r);

#endif
