/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event.h - live: a line for what happens, as it happens
 */
#ifndef P407_REPORT_EVENT_H
#define P407_REPORT_EVENT_H

#include "report/model.h"
#include "report/page.h"

/*
 * "17:03:37.114  10.77.1.4 → 10.77.0.20:3128  NTLM  LAB\alice  rejected at
 * authenticate: credentials-rejected [f1]".  `finding`: its id, or NULL;
 * `times`: how often this was seen by now, said from 2 on.
 */
void event_attempt(struct page *p, const struct report *r,
    const struct attempt *a, const char *finding, uint64_t times);

/*
 * "17:05:12.000  [f1] NTLM login refused: 100 attempts now".  `what` is added
 * as it is.
 */
void event_finding(struct page *p, const struct report *r,
    const struct finding *f, when_ns when, const char *what);

#endif
