/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ticket.h - all that goes with an escalation, in one folder
 *
 * The report in every format that there is, the evidence, README.txt, which
 * says what is what and what is masked, and MANIFEST with the SHA-256 of
 * each, as sha256sum -c reads it.
 */
#ifndef P407_EVIDENCE_TICKET_H
#define P407_EVIDENCE_TICKET_H

#include "evidence/evidence.h"

/*
 * Make the folder, or take it if it is there and empty; false, and said, if
 * neither can be done.  Before anything is read.
 */
bool ticket_prepare(const char *folder);

/*
 * Fill it.  False, and said, if any file could not be written; the others
 * are there all the same, and MANIFEST lists what is.
 */
bool ticket_write(const struct evidence_job *job, const char *folder);

#endif
