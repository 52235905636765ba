/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * identities.h - every identity in a report, in the order of the report
 *
 * A field that a format shows through redact.h is named here, so that its
 * pseudonym is given out before anything is written: then all formats of a
 * run have the same ones.
 */
#ifndef P407_REPORT_IDENTITIES_H
#define P407_REPORT_IDENTITIES_H

#include "report/model.h"

void identities_learn(struct report *r);

#endif
