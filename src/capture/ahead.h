/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead.h - bytes that another thread makes, some ahead of who reads them
 *
 * To unpack a capture takes as long as to look at it: the two are done at the
 * same time.
 */
#ifndef P407_CAPTURE_AHEAD_H
#define P407_CAPTURE_AHEAD_H

#include <stddef.h>
#include <stdint.h>

struct ahead;

/* Makes 1 to n bytes; 0: there are no more, and it is not called again. */
typedef size_t ahead_make(void *context, uint8_t *to, size_t n);

/*
 * `make` is called in the new thread, from now on to its end or to
 * ahead_free(); what it writes to may be looked at once ahead_read() gave 0.
 * NULL if no thread can be started.
 */
struct ahead *ahead_new(ahead_make *make, void *context);

/* 1 to n of the next bytes; 0: there are no more. */
size_t ahead_read(struct ahead *a, uint8_t *to, size_t n);

/* Stops the thread; NULL is fine. */
void ahead_free(struct ahead *a);

#endif
