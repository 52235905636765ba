/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask.h - what stands where a secret stood
 *
 * A secret is replaced by filler of the same length that holds a number: the
 * first secret that was met has number 1, the next other one 2, and so on.
 * So the same password is the same filler wherever it was sent, a verdict
 * that rests on "the same again" stays, and nothing of the secret is in it,
 * not even a hash that could be tried out.
 *
 * It also keeps the secrets themselves, in memory that is wiped, for the
 * check of what was written (recheck.h).
 */
#ifndef P407_EVIDENCE_MASK_H
#define P407_EVIDENCE_MASK_H

#include "base/list.h"
#include "evidence/names.h"
#include "evidence/shown.h"

struct mask;

/* `names` decides about identities; it outlives the mask. */
struct mask *mask_new(struct names *names);
void mask_free(struct mask *m);
struct names *mask_names(const struct mask *m);

/* A secret that was seen; kept up to a bound. */
struct kept_secret {
	struct link link;
	size_t len;
	uint8_t bytes[];
};

/* struct kept_secret, in the order in which they were met. */
const struct link *mask_secrets(const struct mask *m);

/* Keep it for the check, and nothing else. */
void mask_keep(struct mask *m, struct span secret);

/* Secrets that were too many or too long to be kept. */
uint64_t mask_not_kept(const struct mask *m);

/*
 * Write over a part of the copy.  All of them keep the secret for the
 * check.  Letters: 'x' and the number in letters that are no hex digits;
 * hex: zeros and the number; bytes: the same in binary, big-endian.  A
 * secret of zero bytes only is none and stays.
 */
void mask_letters(struct mask *m, const struct shown *s, struct span part);
void mask_hex(struct mask *m, const struct shown *s, struct span part);
void mask_bytes(struct mask *m, const struct shown *s, struct span part);

/* As mask_letters(), but not kept: it is a name, too. */
void mask_letters_unkept(struct mask *m, const struct shown *s,
    struct span part);

#endif
