/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the command line, as CONTRACT promises it
 *
 * argv becomes a const struct options; nothing else sees argv.
 */
#ifndef P407_OPTIONS_OPTIONS_H
#define P407_OPTIONS_OPTIONS_H

#include "base/folder.h"
#include "net/packet.h"

#define OPTIONS_MANY 64
#define OPTIONS_MOST 96 /* kinds of options */

enum options_action {
	ACTION_RUN,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_LIST_INTERFACES,
	ACTION_LIST_RULES,
	ACTION_LIST_FACTS,
	ACTION_CHECK_RULES,
	ACTION_CHECK_CONFIG,
	ACTION_EXPLAIN,
	ACTION_BAD, /* said on stderr; exit 2 */
};

struct output {
	const char *format;
	const char *path; /* NULL: standard output */
};

struct options {
	enum options_action action;
	const char **files;
	size_t n_files, files_room;
	struct folder *folders; /* whose captures are among the files */
	size_t n_folders;
	const char *interfaces[OPTIONS_MANY]; /* live, instead of files */
	size_t n_interfaces;
	const char *filter;
	unsigned snaplen;      /* 0: the default, whole packets */
	unsigned buffer_mib;   /* 0: the default */
	bool modest;           /* not promiscuous */
	uint64_t packet_count; /* -c; 0: all */
	unsigned duration_s;   /* -a; 0: for ever */
	const char *account;   /* -Z; NULL: the default */
	const char *metrics;   /* file; NULL: none */
	struct address listen; /* of the status page; len 0: none */
	uint16_t listen_port;
	const char *state;     /* store; NULL: none */
	const char *ring;      /* folder of evidence; NULL: none */
	uint64_t ring_mib, ring_files; /* -C, -W; 0: the default */
	unsigned threads;
	struct output outputs[OPTIONS_MANY];
	size_t n_outputs;
	const char *rules[OPTIONS_MANY];
	size_t n_rules;
	bool no_default_rules;
	const char *explain;
	when_ns since, until; /* WHEN_NONE: no bound */
	struct address client, proxy; /* len 0: all */
	uint16_t proxy_port;          /* 0: all */
	const char *user;
	bool redact_identities;
	const char *redact_map;  /* NULL: not kept */
	const char *compare;     /* before; NULL: nothing */
	struct folder compare_folder; /* its captures; n is 0: it is a file */
	const char *proxy_log;   /* NULL: none */
	const char *proxy_log_format; /* NULL: guess */
	const char *verify;      /* file of credentials; NULL: none */
	const char *from_events[OPTIONS_MANY];
	size_t n_from_events;
	const char *keytab;      /* of the proxy; NULL: none */
	const char *ticket;      /* folder; NULL: none */
	uint64_t evidence_limit; /* bytes; 0: the default */
	uint64_t memory;         /* bytes for all that grows; the same */
	bool exit_code;
	bool inventory, applications; /* the first asks for the second */
	bool quiet;
	unsigned verbose;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	const char *config_file; /* NULL: none */
	struct config *config;   /* what was read of it */
	bool given[OPTIONS_MOST]; /* on the command line, by row */
	struct options_place {
		const char *file; /* NULL: on the command line */
		size_t line, column;
	} place, places[OPTIONS_MOST]; /* while options are read; by row */
};

/* Lives as long as argv does; options_fini() frees what was made. */
void options_read(int argc, char **argv, struct options *out);
void options_fini(struct options *o);

/* Colours on standard output: on a terminal, or as it was told. */
bool options_color(const struct options *o);

/*
 * For config.c: is there an option of this long name?  Set it, if it is not
 * given on the command line; the value is pointed to.  False, and said, if
 * there is none, or if that is wrong.
 */
bool options_known(struct options *o, const char *name);
bool options_repeats(const char *name); /* of a known one */
bool options_set(struct options *o, const char *name, char *value);

/* For options_read(): says it, and makes the action ACTION_BAD; false. */
bool options_bad(struct options *o, const char *what, const char *value,
    const char *remedy);
/* What cannot be given together, or is missing; said (options_together.c). */
void options_together(struct options *o);

/* What -h prints: the table that options_read() goes by. */
void options_help(struct text *t);

#endif
