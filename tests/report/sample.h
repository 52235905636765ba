/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample.h - reports built by hand, for the tests of the formats
 *
 * The first is the example of CONTRACT.md: erin of LAB, NTLM through squid,
 * refused at the third message.  Strings may be replaced before
 * sample_prepare(); sample_fini() frees all.
 */
#ifndef P407_TESTS_REPORT_SAMPLE_H
#define P407_TESTS_REPORT_SAMPLE_H

#include "report/model.h"
#include "token_parts.h"

enum { SAMPLE_ATTEMPTS = 8 };

struct sample {
	struct report report;
	struct capture_input input;
	struct attempt attempts[SAMPLE_ATTEMPTS];
	struct attempt *list[SAMPLE_ATTEMPTS];
	struct leg legs[SAMPLE_ATTEMPTS][8];
	struct token type1, type2, type3, offer, basic;
	struct token_parts parts[5]; /* n_parts of them are theirs */
	size_t n_parts;
	struct observed_response response;
	struct finding finding;
	const struct finding *findings[2];
	const struct attempt *of_finding[SAMPLE_ATTEMPTS];
	struct tally_entry names[8];
	struct verdict ruled_out[2], cannot_tell[1];
	struct fix fixes[3];
	const char *references[1];
};

/* One rejected attempt and its finding. */
void sample_rejected(struct sample *s);

/* `good` authenticated attempts of 3 clients, and nothing else. */
void sample_healthy(struct sample *s, size_t good);

/* A capture without any proxy authentication. */
void sample_silent(struct sample *s);

/* Give every string of attempts, tokens and the finding another value. */
typedef const char *sample_next(void *context);
void sample_fill(struct sample *s, sample_next *next, void *context);

/* The same one for all. */
void sample_hostile(struct sample *s, char *words);

/* report_prepare(), after the last change. */
void sample_prepare(struct sample *s);
void sample_fini(struct sample *s);

/* The report in a format, as a string the caller frees. */
char *sample_written(struct sample *s, const char *format);

#endif
