/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lexer.h - the words of a condition
 *
 * The lexer stands on one word at a time.  The first failure sticks: after
 * it every word is LEX_END, so the parser needs no branches for it.
 */
#ifndef P407_DIAGNOSE_LEXER_H
#define P407_DIAGNOSE_LEXER_H

#include "diagnose/condition.h"

enum lex_kind {
	LEX_END = 0,
	LEX_NAME,     /* letters, digits, '_' and '.'; also and, or, … */
	LEX_SIGN,     /* ( ) [ ] , == != < <= > >= */
	LEX_STRING,   /* word: without its quotes */
	LEX_NUMBER,   /* number */
	LEX_DURATION, /* ns */
};

struct lexer {
	struct span in;
	size_t at;         /* offset of the word it stands on */
	size_t next;       /* where the one after it may begin */
	enum lex_kind kind;
	struct span word;  /* as written */
	double number;
	int64_t ns;
	bool failed;
	struct condition_fault *fault;
};

/* Stands on the first word then. */
void lexer_init(struct lexer *l, struct span in,
    struct condition_fault *fault);
void lexer_next(struct lexer *l);

/* Does it stand on this name or sign (not string)? */
bool lexer_is(const struct lexer *l, const char *word);

/* If so, step over it. */
bool lexer_accept(struct lexer *l, const char *word);

/* Step over it, or fail. */
void lexer_expect(struct lexer *l, const char *word);

/* Fail here, or at an offset. */
void lexer_fail(struct lexer *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lexer_fail_at(struct lexer *l, size_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
