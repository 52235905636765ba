/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quality.h - what is wrong with the capture, and what that means
 */
#ifndef P407_REPORT_QUALITY_H
#define P407_REPORT_QUALITY_H

#include "report/model.h"

/* The words are redacted, raw (the format escapes), and gone afterwards. */
typedef void quality_note(void *context, const char *words);

/* A call for each thing that is wrong, in sentences; none is good news. */
void quality_notes(const struct report *r, quality_note *add, void *context);

/* The name of an input, redacted and raw; valid until the next redaction. */
const char *quality_name(const struct report *r,
    const struct capture_input *in);

/* Whether anything was said with a KDC: without it some causes hide. */
const char *quality_kdc(const struct report *r);

#endif
