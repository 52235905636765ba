/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - JSON Lines, as CONTRACT.md promises them
 *
 * One object a line, names of the Elastic Common Schema where it has one,
 * everything else under "p407".  What is not known is left out.
 */
#ifndef P407_REPORT_JSON_H
#define P407_REPORT_JSON_H

#include "report/jsonw.h"
#include "report/model.h"
#include "report/sink.h"

/* The whole of it, for the table of formats. */
void json_write(struct sink *s, const struct report *r);

/*
 * One line each, without its line end.  An exchange, an attempt, a finding,
 * and what the run was about.
 */
void json_exchange(struct text *t, const struct report *r,
    const struct observation *o);
void json_attempt(struct text *t, const struct report *r,
    const struct attempt *a);
void json_finding(struct text *t, const struct report *r,
    const struct finding *f);
void json_summary(struct text *t, const struct report *r);

/* Members of the summary: every clock, and how long decisions took. */
void json_clocks(struct jsonw *w, const struct report *r);
void json_latency(struct jsonw *w, const struct report *r);

/* A line for a proxy and a method. */
void json_inventory(struct text *t, const struct report *r,
    const struct inventory_row *row);

/* source, destination, network of a connection; the client is the source. */
void json_connection(struct jsonw *w, const struct report *r,
    const struct connection *c);

/* What an attempt is called, in its line and wherever else. */
void json_attempt_id(struct jsonw *w, const char *key,
    const struct attempt *a);

/* An array of names of the schemes offered, each once. */
void json_schemes(struct jsonw *w, const char *key,
    const struct token *tokens, size_t n);

/* The tokens of one handshake or message; any may be NULL. */
struct json_tokens {
	const struct token *negotiate, *challenge, *authenticate;
	const struct token *credentials, *verdict;
	when_ns authenticated_at; /* when the type 3 was captured */
};

/* The objects ntlm, spnego, kerberos, basic, digest and bearer. */
void json_tokens(struct jsonw *w, const struct report *r,
    const struct json_tokens *of);

/* A line, with its end, for each sentence and row of an annex. */
void json_annex(struct text *t, const struct report *r,
    const struct annex *a);

#endif
