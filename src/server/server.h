/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.h - the status page over HTTP, in a process of its own
 *
 * That process never sees a packet: it is forked off before there are any,
 * shows what is on a board (board.h), and can write to nobody but its
 * readers.  Nothing comes back from it.  It ends when the sensor does.
 */
#ifndef P407_SERVER_SERVER_H
#define P407_SERVER_SERVER_H

#include "net/packet.h"
#include "server/board.h"

/* What the sensor has not renewed for so long is stale. */
#define SERVER_STALE (30 * WHEN_SECOND)

/*
 * Readers at once.  One that says and takes nothing is ended after so many
 * seconds; any, after SERVER_TIME, or less if others wait for its place.
 */
#define SERVER_READERS      32
#define SERVER_IDLE_S       5
#define SERVER_TIME         (15 * WHEN_SECOND)
#define SERVER_TIME_CROWDED WHEN_SECOND

struct server;

/*
 * Bind and start; `account` as for sandbox_drop().  NULL, and said, if that
 * cannot be done: the port is in use, or is not ours to have.
 */
struct server *server_start(const struct address *address, uint16_t port,
    const char *account);
void server_end(struct server *s); /* NULL is fine */

/* Where pages go; board_end() shows them. */
struct board *server_board(struct server *s);

/* The port it has, where any was asked for (0). */
uint16_t server_port(const struct server *s);

/* False, and said once, if the process is gone. */
bool server_alive(struct server *s);

/*
 * The process: answers until the other end of `alive` is closed.  Of
 * serve.c, or of serve_none.c where p407 is built without libmicrohttpd.
 */
bool serve_can(void);
int serve(int listening, int alive, struct board *b, bool loopback,
    const char *account);

#endif
