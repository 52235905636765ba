/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.h - a line of the log, kept; the inside of proxylog
 */
#ifndef P407_PROXYLOG_ENTRY_H
#define P407_PROXYLOG_ENTRY_H

#include "net/packet.h"
#include "proxylog/proxylog.h"

struct log_entry {
	uint64_t number; /* of the line */
	when_ns time;    /* of its end */
	int64_t taken;   /* ns; 0: not known */
	struct address client;
	uint16_t port;   /* 0: not known */
	unsigned status;
	const char *method, *target; /* target without its query */
	const char *user, *result;   /* NULL: none */
	bool joined;
};

struct proxylog {
	const char *format;
	struct log_entry *list; /* in order of the file */
	size_t n, room;
	uint64_t others;
	bool lacks_zone; /* times are local ones, taken for UTC */
	struct arena arena;
};

#endif
