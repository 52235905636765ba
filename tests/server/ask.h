/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.h - a reader of the status page, as the tests need one
 */
#ifndef P407_TESTS_SERVER_ASK_H
#define P407_TESTS_SERVER_ASK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "run.h"

static inline int64_t
steady_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * WHEN_SECOND + now.tv_nsec;
}

/* To a port of 127.0.0.1; `buffer` bytes wait to be read, 0: as usual. */
static inline int
ask_connect(uint16_t port, int buffer)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (buffer > 0)
		ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer,
		    sizeof(buffer)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static inline void
ask_send(int fd, const char *request)
{
	ck_assert_int_eq(send(fd, request, strlen(request), MSG_NOSIGNAL),
	    (ssize_t)strlen(request));
}

/* What comes until the other side is done; good until the next. */
static inline const char *
ask(uint16_t port, const char *request)
{
	static char all[1 << 17];
	size_t n = 0;
	ssize_t got;
	int fd = ask_connect(port, 0);

	ask_send(fd, request);
	while (n < sizeof(all) - 1 &&
	    (got = read(fd, all + n, sizeof(all) - 1 - n)) > 0)
		n += (size_t)got;
	all[n] = '\0';
	close(fd);
	return all;
}

static inline const char *
ask_for(uint16_t port, const char *path)
{
	char request[256];

	snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
	return ask(port, request);
}

#endif
