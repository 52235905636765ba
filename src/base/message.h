/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.h - what p407 says on stderr
 *
 * One line each, in the form of CONTRACT: "p407: FILE: what is wrong (what
 * to do)".  Bytes that came from outside go through escape_terminal() first;
 * message_error() does that with the whole line.
 */
#ifndef P407_BASE_MESSAGE_H
#define P407_BASE_MESSAGE_H

#include <stdbool.h>

/* An error: "p407: " + text.  Counted; message_errors() tells how many. */
void message_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Trouble that lasts until it is over, as a disk that is full: both are said,
 * even after message_quiet().  message_troubles() tells how many last.
 */
void message_trouble(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void message_trouble_over(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
int message_troubles(void);

/* A remark that is no error; silent after message_quiet(). */
void message_note(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void message_quiet(void);

/* Say and count nothing for a while: what is done twice is said once. */
void message_mute(bool on);

int message_errors(void);

#endif
