/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - small pieces of sentences that formats for people share
 *
 * All add raw words to a text: the format escapes the whole.
 */
#ifndef P407_REPORT_WORDS_H
#define P407_REPORT_WORDS_H

#include "report/model.h"

/* "1 attempt", "42 attempts". */
void words_count(struct text *t, uint64_t n, const char *one,
    const char *many);

/* "NTLM, Basic and Digest": each scheme once, in order. */
void words_schemes(struct text *t, const struct token *tokens, size_t n);

/* A scheme's known name, or the word that was sent. */
const char *words_scheme(const struct token *token);

/* ", name value" after other words, "name value" as the first. */
void words_pair(struct text *t, const char *name, const char *value);

/* "LAB\erin", "erin"; nothing for no user. */
void words_account(const struct report *r, struct text *t,
    const char *domain, const char *user);

/* "1 authenticated, 2 rejected": outcomes that there are. */
void words_outcomes(struct text *t, const unsigned *outcomes);

/* "10.77.1.4, 10.77.1.5 and 7 more"; at most `most` by name. */
void words_tally(const struct report *r, struct text *t,
    const struct tally *tally, size_t most);

/* A clock against another: "20 min ahead", "3.4 s behind". */
void words_clock(struct text *t, int64_t ns);

/* "until 2026-11-23 17:04:00 UTC; failing since 17:04:01"; "failing from
 * 17:04:01 to 17:05:12", where it worked again */
void words_since(struct text *t, const struct finding *f);

/* Is how long it took to be told?  Of connections that came to nothing the
 * message has how many: a client's tries within a second are one. */
bool words_stretch(const struct finding *f);

/* "since 2026-11-22 08:14:03 UTC; 12 times in earlier runs" */
void words_known(struct text *t, const struct finding *f);

/* "maybe Squid 5.7"; " at 10.0.0.3:3128, behind it" if it is not the
 * proxy that was asked.  f->product is set. */
void words_product(struct text *t, const struct report *r,
    const struct finding *f);

#endif
