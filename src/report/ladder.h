/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ladder.h - the messages of an attempt, one below the other
 *
 * What a message says is put in words in ladder_label() and
 * ladder_detail(), for every format; how the text format draws it is
 * ladder_draw().
 */
#ifndef P407_REPORT_LADDER_H
#define P407_REPORT_LADDER_H

#include "report/model.h"
#include "report/page.h"

/* "407, offers NTLM and Basic": raw, the caller escapes. */
void ladder_label(const struct report *r, const struct attempt *a,
    const struct leg *leg, struct text *t);

/* "LAB\erin at WORKSTATION, NTLMv2": nothing where there is no more. */
void ladder_detail(const struct report *r, const struct attempt *a,
    const struct leg *leg, struct text *t);

void ladder_draw(struct page *p, const struct report *r,
    const struct attempt *a);

#endif
