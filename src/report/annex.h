/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annex.h - a section of the report that another input gave rise to
 *
 * Known-good credentials, the proxy's own log, an earlier capture: each says
 * a few sentences and has a table.  Whoever makes one (verified.c here,
 * compare/, proxylog/) fills it with raw words; the formats print all of
 * them alike, and redact each cell by the kind of its column.
 *
 * In JSON each sentence and each row is a line of dataset "p407." + key.
 */
#ifndef P407_REPORT_ANNEX_H
#define P407_REPORT_ANNEX_H

#include "report/model.h"

enum annex_kind {
	ANNEX_PLAIN = 0, /* our own words, and schemes, methods, codes */
	ANNEX_NUMBER,    /* digits, in JSON a number */
	ANNEX_USER,      /* "bob", "LAB\bob" */
	ANNEX_HOST,      /* an address or a name, with or without a port */
	ANNEX_TARGET,    /* of a request */
	ANNEX_WORDS,     /* anything that may name one of these */
};

struct annex_column {
	const char *key;   /* in JSON */
	const char *title; /* elsewhere; NULL: only in JSON */
	enum annex_kind kind;
};

struct annex {
	const char *key, *title;
	const struct annex_column *columns;
	size_t n_columns;
	const char **lines; /* sentences before the table */
	size_t n_lines;
	const char **cells; /* row by row; NULL: nothing there */
	size_t n_rows, room;
	size_t left_out; /* rows past LIMIT_ROWS */
	struct arena arena; /* of the strings */
};

/* Literals, and a table that outlives it. */
struct annex *annex_new(const char *key, const char *title,
    const struct annex_column *columns, size_t n_columns);
void annex_free(struct annex *a); /* NULL is fine */

/* A sentence; copied. */
void annex_line(struct annex *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A row: as many cells as there are columns; copied, NULL is fine. */
void annex_row(struct annex *a, const char *const *cells);

/* What to print; NULL for an empty cell.  Lives until the next call. */
const char *annex_cell(const struct report *r, const struct annex *a,
    size_t row, size_t column);

/* Give out pseudonyms, in order. */
void annex_learn(struct redact *r, const struct annex *a);

/* Who used the known-good credentials; NULL if nobody was asked. */
struct annex *annex_verified(const struct report *r);

/* Which Kerberos tickets the keytab opens, and what they say. */
struct annex *annex_tickets(const struct report *r);

#endif
