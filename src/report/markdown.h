/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * markdown.h - the report for Jira, ServiceNow and GitHub
 *
 * CommonMark with tables.  Every word goes through escape_markdown(); the
 * ladders are fenced text, whose lines begin with our own columns, so that
 * nothing from the wire can end the fence.
 */
#ifndef P407_REPORT_MARKDOWN_H
#define P407_REPORT_MARKDOWN_H

#include "report/model.h"
#include "report/sink.h"

void markdown_write(struct sink *s, const struct report *r);

struct markdown {
	struct text *out;
	const struct report *report;
};

/* Words of ours or of the wire, escaped; nothing for NULL. */
void markdown_words(struct markdown *m, const char *s);
/* The same for sentences that may name identities: redacted first. */
void markdown_sentence(struct markdown *m, const char *s);

/* Who tried when, and how it went: a table, and a strip for each. */
void markdown_lanes(struct markdown *m);

/* Proxies, inventory, times of decision, clocks, and the capture itself. */
void markdown_tables(struct markdown *m);

#endif
