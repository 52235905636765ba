/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - tell who started us how it goes: sd_notify(3)
 *
 * Datagrams to the socket that NOTIFY_SOCKET names, "READY=1" and the like.
 * Without it, as on a terminal, nothing is said.
 */
#ifndef P407_LIVE_NOTIFY_H
#define P407_LIVE_NOTIFY_H

#include <stdint.h>

struct notify {
	int socket;        /* -1: nobody listens */
	int64_t every_ns;  /* the watchdog wants to hear so often; 0: never */
	int64_t next_ns;
};

/* From the environment; before sockets cannot be made any more. */
void notify_open(struct notify *n);
void notify_close(struct notify *n);

/* Lines of "KEY=value". */
void notify_say(const struct notify *n, const char *what);

/* We are alive; `now_ns` by the steady clock.  Said as often as needed. */
void notify_alive(struct notify *n, int64_t now_ns);

#endif
