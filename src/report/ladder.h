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

/* "asks the KDC 10.77.0.10 for HTTP/proxy.lab.test"; its answer. */
void ladder_kdc(const struct report *r, const struct witness_record *w,
    bool answer, struct text *t);

/* With what the KDC said between the messages, if `f` (or NULL) has any. */
void ladder_draw(struct page *p, const struct report *r,
    const struct attempt *a, const struct finding *f);

#endif
