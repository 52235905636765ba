/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agents.h - a User-Agent without what may name a house or a person
 *
 * Products and systems that everybody has are shown with their versions, as
 * verdicts rest on them; of any other word the letters and digits go.
 */
#ifndef P407_EVIDENCE_AGENTS_H
#define P407_EVIDENCE_AGENTS_H

#include "evidence/shown.h"

void agents_show(const struct shown *s, struct span part);

#endif
