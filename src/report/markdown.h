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

#endif
