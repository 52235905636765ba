/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lines.h - the lines of a text file, unpacked if need be
 *
 * For logs and JSON Lines.  A line ends with LF or CR LF; its bytes may be
 * any.  What goes past LINE_MOST of a line is stepped over.
 */
#ifndef P407_CAPTURE_LINES_H
#define P407_CAPTURE_LINES_H

#include "capture/input.h"

#define LINE_MOST (1u << 18)

struct lines {
	struct input *in; /* the caller's */
	uint64_t number;  /* of the line given last, from 1 */
	uint64_t cut;     /* lines that were longer than LINE_MOST */
	bool more;        /* of the last line is still to be skipped */
};

/*
 * The next line, without its end; false at the end of the file, or where it
 * is damaged (input_problem()).  Valid until the next call.
 */
bool lines_next(struct lines *l, struct span *line);

#endif
