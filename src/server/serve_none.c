/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve_none.c - in place of serve.c where there is no libmicrohttpd
 */
#include "server/server.h"

bool
serve_can(void)
{
	return false;
}

int
serve(int listening, int alive, struct board *b, bool loopback,
    const char *account)
{
	(void)listening, (void)alive, (void)b, (void)loopback, (void)account;
	return 2;
}
