/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options_parts.h - one option, for the files that read them
 */
#ifndef P407_OPTIONS_OPTIONS_PARTS_H
#define P407_OPTIONS_OPTIONS_PARTS_H

#include "options/options.h"

/* What is done with its argument; `at` is where in struct options. */
enum option_kind {
	KIND_NOTHING,
	KIND_FLAG,   /* a bool becomes true */
	KIND_ACTION, /* the action becomes `most` */
	KIND_TEXT,   /* a pointer to it */
	KIND_SMALL,  /* an unsigned from 1 to `most` */
	KIND_COUNT,  /* the same, an uint64_t */
	KIND_SIZE,   /* bytes, an uint64_t */
	KIND_TIME,   /* a when_ns */
	KIND_OWN,    /* whatever take() does */
};

/* `said` is the option, for messages; false: `arg` is wrong, and said. */
typedef bool option_take(struct options *o, const char *said, char *arg);

/* A row an option: --help, getopt_long() and the completion come from it. */
struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: none */
	const char *meaning;
	enum option_kind kind;
	size_t at;
	uint64_t most;
	option_take *take;
	bool repeats; /* may be given several times */
};

/* -- options_rows.c -- */

extern const struct option_row option_rows[];
extern const size_t n_option_rows; /* OPTIONS_MOST at most */

/* -- options.c -- */

/* Where it was set, for "--metrics", "-i lo" or what begins so; no file: on
 * the command line, or not at all. */
struct options_place options_place_of(const struct options *o,
    const char *said);

/* -- options_take.c -- */

bool options_take(struct options *o, const struct option_row *row, char *arg);

option_take take_autostop, take_client, take_color, take_explain, take_file,
    take_from_events, take_interface, take_inventory, take_listen, take_memory,
    take_output, take_proxy, take_redact, take_rules, take_snaplen,
    take_verbose;

/* -- options_folder.c -- */

/* In place of each folder, the captures in it, by name. */
void options_open_folders(struct options *o);

#endif
