/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf16.h - names in tokens to UTF-8
 *
 * [MS-NLMP] 2.2 strings are UTF-16LE or OEM bytes without a terminator.
 */
#ifndef P407_BASE_UTF16_H
#define P407_BASE_UTF16_H

#include "base/span.h"
#include "base/text.h"

/*
 * Add UTF-16LE bytes as UTF-8.  A lone surrogate and an odd last byte become
 * U+FFFD; false then: the text is marked, not lost.
 */
bool utf16_add(struct text *t, struct span s);

/*
 * Add OEM bytes as UTF-8: taken for UTF-8 if they are valid UTF-8, else
 * for Latin-1, as the code page is not on the wire.
 */
void oem_add(struct text *t, struct span s);

#endif
