/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passing.h - clients that are proxies themselves, and what they pass on
 *
 * Arrays by the number of the client (kin.h); the caller frees them.
 */
#ifndef P407_DIAGNOSE_PASSING_H
#define P407_DIAGNOSE_PASSING_H

#include "diagnose/history.h"
#include "diagnose/kin.h"

/* Is it a proxy, at which others ask?  It does not count if it asks itself. */
bool *passing_proxies(const struct event *events, size_t n,
    const struct kin *kin);

/* The same token comes to such a proxy and goes out from it again. */
bool *passing_on(const struct event *events, size_t n, const struct kin *kin,
    const bool *is_proxy);

#endif
