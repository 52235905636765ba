/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/span.h"

/* The watchdog's patience; 0 if it is another process's, or none. */
static int64_t
patience(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t n;

	if (usec == NULL || !span_decimal(span_of_str(usec), &n) ||
	    n > INT64_MAX / 1000)
		return 0;
	if (pid != NULL && strtol(pid, NULL, 10) != getpid())
		return 0;
	return (int64_t)n * 1000;
}

void
notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = path != NULL ? strlen(path) : 0;
	socklen_t size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);

	*n = (struct notify){ .socket = -1 };
	if (len == 0 || len >= sizeof(a.sun_path))
		return;
	memcpy(a.sun_path, path, len);
	if (path[0] == '@') /* a name that is no file's */
		a.sun_path[0] = '\0';
	n->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->socket >= 0 &&
	    connect(n->socket, (struct sockaddr *)&a, size) != 0)
		notify_close(n);
	if (n->socket >= 0)
		n->every_ns = patience() / 3;
}

void
notify_close(struct notify *n)
{
	if (n->socket >= 0)
		close(n->socket);
	n->socket = -1;
}

void
notify_say(const struct notify *n, const char *what)
{
	if (n->socket >= 0) {
		/* Whoever does not listen any more need not know. */
		ssize_t sent = write(n->socket, what, strlen(what));

		(void)sent;
	}
}

void
notify_alive(struct notify *n, int64_t now_ns)
{
	if (n->every_ns == 0 || now_ns < n->next_ns)
		return;
	n->next_ns = now_ns + n->every_ns;
	notify_say(n, "WATCHDOG=1");
}
