/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/chars.h"

#define P CHAR_PLAIN
#define T (CHAR_TCHAR | CHAR_PLAIN)
#define S (CHAR_TOKEN68 | CHAR_PLAIN)
#define A (CHAR_TCHAR | CHAR_TOKEN68 | CHAR_PLAIN)

/* Sixteen a row, from SP on; what is not ASCII is nothing. */
/* clang-format off */
const uint8_t chars[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	P, T, 0, T, T, T, T, T, P, P, T, A, P, A, A, S, /*  !"#$%&'()*+,-./ */
	A, A, A, A, A, A, A, A, A, A, P, P, P, P, P, P, /* 0123456789:;<=>? */
	P, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* @ABCDEFGHIJKLMNO */
	A, A, A, A, A, A, A, A, A, A, A, P, 0, P, T, A, /* PQRSTUVWXYZ[\]^_ */
	T, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* `abcdefghijklmno */
	A, A, A, A, A, A, A, A, A, A, A, P, T, P, A, 0, /* pqrstuvwxyz{|}~  */
};
/* clang-format on */
