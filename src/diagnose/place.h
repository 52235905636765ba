/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - where in a file a character of a YAML text stands
 *
 * YAML joins lines and drops indentation, so an offset in a text is not an
 * offset in the file.  But it drops and adds nothing but white space, quotes
 * and escapes: counting the other characters finds the place again.
 */
#ifndef P407_DIAGNOSE_PLACE_H
#define P407_DIAGNOSE_PLACE_H

#include "base/span.h"

/* From 1, as editors count; columns in characters. */
struct place {
	size_t line, column;
};

/*
 * The place of byte `offset` of `text`, a scalar that begins at `start` in
 * the file; `start` itself if it cannot be found.
 */
struct place place_inside(struct span file, struct place start,
    struct span text, size_t offset);

#endif
