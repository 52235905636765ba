/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_hosts.h - logins that prove nothing: the destination is open to all
 *
 * A password that a program sends unasked to a destination that is open to
 * all gets through even if it is wrong.  Where it is refused for another
 * destination, it has proved itself only for those for which somebody was
 * asked.
 */
#ifndef P407_DIAGNOSE_OPEN_HOSTS_H
#define P407_DIAGNOSE_OPEN_HOSTS_H

#include "diagnose/history.h"

/* Such events are EVENT_OTHER then. */
void open_hosts_note(struct event *events, size_t n);

#endif
