/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/opener.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"
#include "sandbox/opener_parts.h"

struct opener {
	int socket;
	pid_t pid;
};

struct opener *
opener_start(const struct opener_path *paths, size_t n, const char *account)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
	    (pid = fork()) < 0) {
		message_error("cannot start the process that opens files: %s "
		              "(raise the limit of processes)",
		    strerror(errno));
		return NULL;
	}
	if (pid == 0) {
		close(pair[0]);
		/* The terminal's Ctrl-C is for the other process. */
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		signal(SIGUSR1, SIG_IGN);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(opener_serve(pair[1], paths, n, account));
	}
	close(pair[1]);

	struct opener *o = memory_new(1, sizeof(*o));

	o->socket = pair[0];
	o->pid = pid;
	return o;
}

void
opener_end(struct opener *o)
{
	if (o == NULL)
		return;
	/* It ends when nobody can ask any more; nobody waits for it: that is
	 * no call of a sensor, and the system does. */
	close(o->socket);
	free(o);
}

static bool
ask(struct opener *o, enum opener_request what, size_t path)
{
	const struct opener_message m = { .what = what, .path = path };

	return opener_send(o->socket, &m, -1);
}

/* errno of what it said; *fd is -1 without one. */
static bool
answer(struct opener *o, struct opener_message *m, int *fd)
{
	if (!opener_receive(o->socket, m, fd)) {
		errno = EPIPE;
		return false;
	}
	errno = m->error;
	return m->error == 0;
}

int
opener_open(struct opener *o, size_t path)
{
	struct opener_message m;
	int fd = -1;

	if (!ask(o, REQUEST_OPEN, path) || !answer(o, &m, &fd))
		return -1;
	return fd;
}

static bool
ask_and_wait(struct opener *o, enum opener_request what, size_t path)
{
	struct opener_message m;
	int fd = -1;

	return ask(o, what, path) && answer(o, &m, &fd);
}

bool
opener_keep(struct opener *o, size_t path)
{
	return ask_and_wait(o, REQUEST_KEEP, path);
}

bool
opener_make_room(struct opener *o, size_t path)
{
	return ask_and_wait(o, REQUEST_ROOM, path);
}

bool
opener_discard(struct opener *o, size_t path)
{
	return ask_and_wait(o, REQUEST_DISCARD, path);
}

bool
opener_keep_as(struct opener *o, size_t path, const char *label,
    char name[static FOLDER_NAME])
{
	struct opener_message m = { .what = REQUEST_KEEP, .path = path };
	int fd = -1;

	snprintf(m.name, sizeof(m.name), "%s", label);
	if (!opener_send(o->socket, &m, -1) || !answer(o, &m, &fd))
		return false;
	m.name[sizeof(m.name) - 1] = '\0';
	snprintf(name, FOLDER_NAME, "%.*s", FOLDER_NAME - 1, m.name);
	return true;
}

bool
opener_rules(struct opener *o, size_t path,
    void (*each)(void *context, const char *name, int fd), void *context)
{
	struct opener_message m;
	int fd = -1;

	if (!ask(o, REQUEST_RULES, path))
		return false;
	for (;;) {
		if (!opener_receive(o->socket, &m, &fd)) {
			errno = EPIPE;
			return false;
		}
		errno = m.error;
		if (m.name[0] == '\0')
			return m.error == 0;
		m.name[sizeof(m.name) - 1] = '\0';
		each(context, m.name, fd);
		if (fd >= 0)
			close(fd);
	}
}
