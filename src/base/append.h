/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * append.h - open a file of lines to be added to
 */
#ifndef P407_BASE_APPEND_H
#define P407_BASE_APPEND_H

/*
 * A descriptor, or -1 with errno; the file is made if there is none.  A last
 * line that was cut short, of a writer that was killed, is ended first, so
 * that it does not run into the next.  `flags` are more of open(2)'s.
 */
int append_open(const char *path, int flags);

#endif
