/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - a file of options, in YAML
 *
 *	interface: [eth1, eth2]
 *	output: [json=/var/log/p407/events.json]
 *	redact: identities
 *	no-promiscuous-mode: true
 *
 * The keys are the long names of the command line, which wins: what is given
 * there is passed over here.  An option that may be repeated can have a list,
 * one without an argument is true or false.  What is wrong is said with file,
 * line and column.
 */
#ifndef P407_OPTIONS_CONFIG_H
#define P407_OPTIONS_CONFIG_H

#include "options/options.h"

/* Nobody writes more than this. */
#define CONFIG_MOST (256 * 1024)

struct config;

/* Into *o, which then points into what is given back.  NULL, and said, and
 * the action is ACTION_BAD, if anything is wrong. */
struct config *config_load(struct options *o, const char *path);
struct config *config_read(struct options *o, const char *path,
    struct span bytes);
void config_free(struct config *c); /* NULL is fine */

#endif
