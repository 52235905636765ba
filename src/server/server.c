/* SPDX-License-Identifier: BSD-2-Clause */
#include "server/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"

/* Connections that wait to be taken. */
#define BACKLOG 16

struct server {
	struct board *board;
	int alive; /* closed by the one, known to the other */
	uint16_t port;
	bool gone;
};

union socket_name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
name_of(const struct address *a, uint16_t port, union socket_name *name)
{
	*name = (union socket_name){ 0 };
	if (a->len == sizeof(name->v4.sin_addr)) {
		name->v4.sin_family = AF_INET;
		name->v4.sin_port = htons(port);
		memcpy(&name->v4.sin_addr, a->bytes, a->len);
		return sizeof(name->v4);
	}
	name->v6.sin6_family = AF_INET6;
	name->v6.sin6_port = htons(port);
	memcpy(&name->v6.sin6_addr, a->bytes, a->len);
	return sizeof(name->v6);
}

static bool
is_loopback(const union socket_name *n)
{
	return n->any.sa_family == AF_INET
	    ? ntohl(n->v4.sin_addr.s_addr) >> 24 == 127
	    : IN6_IS_ADDR_LOOPBACK(&n->v6.sin6_addr);
}

static const char *
remedy(int error)
{
	return error == EADDRINUSE      ? "choose another port, or stop what "
	                                  "listens there: ss -ltnp"
	    : error == EACCES           ? "take a port from 1024 on, or start "
	                                  "as root"
	    : error == EADDRNOTAVAIL    ? "give an address of this machine"
	                                : "try 127.0.0.1:9407";
}

/* A listening socket, or -1: said. */
static int
bound(const struct address *a, uint16_t *port, bool *loopback)
{
	union socket_name name;
	socklen_t len = name_of(a, *port, &name);
	int on = 1;
	int fd = socket(name.any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok = fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, &name.any, len) == 0 && listen(fd, BACKLOG) == 0 &&
	    getsockname(fd, &name.any, &len) == 0;
	struct text where = { 0 };
	int error = errno;

	address_port_add(&where, a, *port);
	*loopback = is_loopback(&name);
	if (!ok) {
		message_error("--listen %s: %s (%s)", text_get(&where),
		    strerror(error), remedy(error));
		if (fd >= 0)
			close(fd);
		fd = -1;
	} else {
		/* Both have it at the same place. */
		*port = ntohs(name.v4.sin_port);
		if (!*loopback)
			message_note("--listen %s: whoever reaches this "
			             "address can read the status page (a "
			             "loopback address is for this machine "
			             "alone)", text_get(&where));
	}
	text_fini(&where);
	return fd;
}

static _Noreturn void
be_server(int listening, int alive, struct board *b, bool loopback,
    const char *account)
{
	static const int others[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };

	/* The terminal's Ctrl-C is for the other process. */
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		signal(others[i], SIG_IGN);
	_exit(board_read_only(b)
	        ? serve(listening, alive, b, loopback, account)
	        : 2);
}

struct server *
server_start(const struct address *address, uint16_t port,
    const char *account)
{
	struct board *b = NULL;
	int pair[2] = { -1, -1 };
	bool loopback = false;
	pid_t pid = -1;

	if (!serve_can()) {
		message_error("--listen: libmicrohttpd is not here, or was "
		              "not when p407 was built (Debian: apt-get "
		              "install libmicrohttpd-dev, and build again)");
		return NULL;
	}

	int listening = bound(address, &port, &loopback);

	if (listening < 0)
		return NULL;
	if ((b = board_new()) == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
	        pair) != 0 ||
	    (pid = fork()) < 0) {
		message_error("--listen: cannot start its process: %s (raise "
		              "the limits of memory and processes)",
		    strerror(errno));
		board_free(b);
		close(listening);
		return NULL;
	}
	if (pid == 0) {
		close(pair[0]);
		be_server(listening, pair[1], b, loopback, account);
	}
	close(pair[1]);
	close(listening);

	struct server *s = memory_new(1, sizeof(*s));

	s->board = b;
	s->alive = pair[0];
	s->port = port;
	return s;
}

void
server_end(struct server *s)
{
	if (s == NULL)
		return;
	/* It sees that and ends; the system waits for it. */
	close(s->alive);
	board_free(s->board);
	free(s);
}

struct board *
server_board(struct server *s)
{
	return s->board;
}

uint16_t
server_port(const struct server *s)
{
	return s->port;
}

bool
server_alive(struct server *s)
{
	char byte;

	if (!s->gone && read(s->alive, &byte, 1) == 0) {
		s->gone = true;
		message_error("--listen: its process ended: there is no "
		              "status page any more (start p407 again)");
	}
	return !s->gone;
}
