/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.h - how a line of a proxy's access log is laid out
 *
 * Written as squid's logformat, for squid's native, combined and custom
 * formats, or taken from the #Fields directive of the W3C extended format
 * (Blue Coat, Zscaler and others export it).  Of squid's codes those that
 * say when, who, what and how it ended are read; any other is stepped over.
 *
 *	%ts %tu %tl %tg   when: seconds, milliseconds, local and GMT in full,
 *	                  or as %{strftime}tl says (stamp.h)
 *	%tr               milliseconds that it took
 *	%>a %>p           the client
 *	%un %ul %ue %ui   the user
 *	%rm %ru           method and URL
 *	%>Hs %Hs          status
 *	%Ss               how squid dealt with it: TCP_DENIED
 *
 * Pure: a line goes in, an entry that borrows from it comes out.
 */
#ifndef P407_PROXYLOG_FORMAT_H
#define P407_PROXYLOG_FORMAT_H

#include "base/span.h"
#include "base/when.h"

enum log_field {
	LOG_SKIP = 0,
	LOG_SECONDS,
	LOG_MILLISECONDS,
	LOG_STAMP,      /* 23/Nov/2026:10:31:07 +0100, or as stamp.h */
	LOG_DATE,       /* W3C: 2026-11-23 */
	LOG_TIME,       /* W3C: 10:31:07, UTC */
	LOG_TAKEN,      /* milliseconds */
	LOG_CLIENT,
	LOG_PORT,
	LOG_USER,
	LOG_METHOD,
	LOG_URL,
	LOG_SCHEME, /* W3C: of the URL */
	LOG_HOST,
	LOG_URL_PORT,
	LOG_PATH,
	LOG_STATUS,
	LOG_RESULT,
	LOG_FIELDS, /* how many there are */
};

#define LOG_PARTS 64

struct log_part {
	enum log_field field;
	uint8_t until; /* the byte that ends it; 0: the line does */
	bool literal;  /* no field: this byte has to be there */
	bool local;        /* a time that is not GMT */
	struct span stamp; /* how the time is written; unset: it is none */
};

/* What is wrong with a logformat. */
struct log_problem {
	const char *what, *remedy;
	size_t at; /* the byte, from 1; 0: all of it */
};

struct log_format {
	const char *name; /* a literal */
	struct log_part parts[LOG_PARTS];
	size_t n;
	bool w3c;         /* fields between spaces, maybe quoted */
};

/* What a line says; unset where it says nothing ("-" is nothing). */
struct log_line {
	struct span field[LOG_FIELDS];
	struct span stamp; /* how field[LOG_STAMP] is written */
};

/* A squid logformat, which has to live as long as the format; false, and
 * what is wrong, if nobody can read it or it has no time, client or status. */
bool log_format_squid(struct log_format *f, const char *name,
    struct span spec, struct log_problem *problem);

/* Its times are local ones that do not say of which zone. */
bool log_format_lacks_zone(const struct log_format *f);

/* The words behind "#Fields:"; the same. */
bool log_format_w3c(struct log_format *f, struct span words);

/* False if the line does not have this layout. */
bool log_format_read(const struct log_format *f, struct span line,
    struct log_line *out);

/* When it was logged; WHEN_NONE if that cannot be told. */
when_ns log_line_time(const struct log_line *l);

/* The formats that squid knows by name, to be tried in this order; false
 * past the end. */
bool log_format_known(size_t i, struct log_format *f);

#endif
