/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opener_parts.h - both ends of the opener's socket
 */
#ifndef P407_SANDBOX_OPENER_PARTS_H
#define P407_SANDBOX_OPENER_PARTS_H

#include <stdint.h>

#include "sandbox/opener.h"

enum opener_request {
	REQUEST_OPEN,
	REQUEST_KEEP,    /* of a ring: with a label, answered by a name */
	REQUEST_ROOM,    /* of a ring */
	REQUEST_DISCARD, /* of a ring, or what is new of an OPENER_REPLACE */
	REQUEST_RULES,   /* answered by a message for each file, with a name
	                    and a descriptor or an error, then one without */
};

struct opener_message {
	enum opener_request what;
	size_t path;   /* index of the paths given at the start */
	int32_t error; /* errno; 0: done */
	char name[4096];
};

/* fd -1: none.  False if the other end is gone. */
bool opener_send(int socket, const struct opener_message *m, int fd);
bool opener_receive(int socket, struct opener_message *m, int *fd);

/* The process: until the other end is gone; its exit status. */
int opener_serve(int socket, const struct opener_path *paths, size_t n,
    const char *account);

#endif
