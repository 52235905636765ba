/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.h - the file that says what pseudonyms stand for
 *
 * JSON Lines: first one that names the file, then one for each pseudonym of
 * the report and of the packets.  It is for its owner alone (mode 0600) and
 * is the one output that holds identities where they are hidden elsewhere;
 * secrets are in it no more than anywhere.
 */
#ifndef P407_EVIDENCE_MAP_H
#define P407_EVIDENCE_MAP_H

#include "evidence/names.h"

/*
 * False, and said, if the path exists and is not such a file of ours, or if
 * it cannot be written whole; then what was there is left alone.
 */
bool map_write(const char *path, const struct redact *redact,
    const struct names *names);

/* The same check by itself, before anything is done. */
bool map_may_write(const char *path);

#endif
