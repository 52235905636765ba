/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/opener_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/append.h"
#include "base/memory.h"
#include "base/message.h"
#include "sandbox/sandbox.h"

/* As rules_load_path() has it. */
#define RULE_FILES_MOST 1000

bool
opener_send(int socket, const struct opener_message *m, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct opener_message copy = *m;
	struct iovec bytes = { &copy, sizeof(copy) };
	struct msghdr h = { .msg_iov = &bytes, .msg_iovlen = 1 };

	if (fd >= 0) {
		h.msg_control = control.room;
		h.msg_controllen = sizeof(control.room);
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	ssize_t n;

	do
		n = sendmsg(socket, &h, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(copy);
}

bool
opener_receive(int socket, struct opener_message *m, int *fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec bytes = { m, sizeof(*m) };
	struct msghdr h = { .msg_iov = &bytes, .msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(socket, &h, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*m))
		return false;

	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return true;
}

static void
name_of_new(char *out, size_t size, const char *path)
{
	snprintf(out, size, "%s.new", path);
}

/* A device or a pipe is written to as it is: nothing takes its place. */
static bool
is_in_place(const struct opener_path *p)
{
	struct stat st;

	return stat(p->path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int
open_path(const struct opener_path *p)
{
	char name[4096];

	if (p->kind == OPENER_RING)
		return folder_open(p->path);
	/* A pipe that nobody reads is not waited for. */
	if (p->kind == OPENER_APPEND)
		return append_open(p->path, O_NONBLOCK);
	if (is_in_place(p))
		return open(p->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	name_of_new(name, sizeof(name), p->path);
	/* Of one that was killed, or a link that somebody laid there. */
	unlink(name);
	return open(name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

static int
keep_path(const struct opener_path *p)
{
	char name[4096];

	if (is_in_place(p))
		return 0;
	name_of_new(name, sizeof(name), p->path);
	return rename(name, p->path) == 0 ? 0 : errno;
}

/* Nobody is to be waited for here: only a file that is one. */
static void
send_file(int socket, const char *name)
{
	struct opener_message m = { .what = REQUEST_RULES };
	int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	snprintf(m.name, sizeof(m.name), "%s", name);
	if (fd < 0 || fstat(fd, &st) != 0)
		m.error = errno;
	else if (!S_ISREG(st.st_mode))
		m.error = EINVAL;
	opener_send(socket, &m, m.error == 0 ? fd : -1);
	if (fd >= 0)
		close(fd);
}

/* As rules_load_path() has it. */
static int
is_rules(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return e->d_name[0] != '.' && dot != NULL &&
	    (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* Each file, then what became of the folder. */
static void
send_rules(int socket, const struct opener_path *p)
{
	struct opener_message last = { .what = REQUEST_RULES };
	struct stat st;
	struct dirent **list = NULL;
	int n = 0;

	if (stat(p->path, &st) != 0 || !S_ISDIR(st.st_mode))
		send_file(socket, p->path);
	else if ((n = scandir(p->path, &list, is_rules, alphasort)) < 0)
		last.error = errno;
	else if (n > RULE_FILES_MOST)
		last.error = E2BIG;
	for (int i = 0; i < n; i++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", p->path,
		    list[i]->d_name);
		if (last.error == 0)
			send_file(socket, name);
		free(list[i]);
	}
	free(list);
	opener_send(socket, &last, -1);
}

/* *m becomes the answer. */
static void
change_ring(const struct opener_path *p, struct opener_message *m)
{
	char label[FOLDER_LABEL];

	m->name[sizeof(m->name) - 1] = '\0';
	snprintf(label, sizeof(label), "%.*s", FOLDER_LABEL - 1, m->name);
	m->error = 0;
	if (m->what == REQUEST_KEEP)
		m->error = folder_keep(p->path, label, m->name);
	else if (m->what == REQUEST_ROOM)
		m->error = folder_make_room(p->path, p->most);
	else
		folder_discard(p->path);
}

static void
answer(int socket, const struct opener_path *p,
    const struct opener_message *asked)
{
	struct opener_message m = { .what = asked->what };
	char name[4096];
	int fd = -1;

	if (p->kind == OPENER_RING && asked->what != REQUEST_OPEN &&
	    asked->what != REQUEST_RULES) {
		m = *asked;
		change_ring(p, &m);
		opener_send(socket, &m, -1);
		return;
	}
	switch (asked->what) {
	case REQUEST_OPEN:
		if (p->kind == OPENER_RULES)
			break;
		fd = open_path(p);
		m.error = fd < 0 ? errno : 0;
		opener_send(socket, &m, fd);
		if (fd >= 0)
			close(fd);
		return;
	case REQUEST_KEEP:
		if (p->kind != OPENER_REPLACE)
			break;
		m.error = keep_path(p);
		opener_send(socket, &m, -1);
		return;
	case REQUEST_DISCARD:
		if (p->kind != OPENER_REPLACE)
			break;
		name_of_new(name, sizeof(name), p->path);
		unlink(name);
		opener_send(socket, &m, -1);
		return;
	case REQUEST_ROOM:
		break;
	case REQUEST_RULES:
		if (p->kind != OPENER_RULES)
			break;
		send_rules(socket, p);
		return;
	}
	m.error = EPERM;
	opener_send(socket, &m, -1);
}

int
opener_serve(int socket, const struct opener_path *paths, size_t n,
    const char *account)
{
	const char **read = memory_new(n + 1, sizeof(*read));
	const char **write = memory_new(n + 1, sizeof(*write));
	struct sandbox_paths allowed = { .read = read, .n_read = n,
		.write = write, .n_write = n, .again = true };
	const char *became;

	for (size_t i = 0; i < n; i++)
		*(paths[i].kind == OPENER_RULES ? &read[i] : &write[i]) =
		    paths[i].path;
	/* Said by the other process, which does the same. */
	message_mute(true);
	if (!sandbox_drop(account, &became))
		return 2;
	sandbox_confine(SANDBOX_OPENER, &allowed);
	for (;;) {
		struct opener_message m;
		int fd;

		if (!opener_receive(socket, &m, &fd))
			return 0;
		if (fd >= 0)
			close(fd);
		if (m.path < n)
			answer(socket, &paths[m.path], &m);
		else
			return 2;
	}
}
