/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sensor.h - live capture, from the interfaces to the last summary
 *
 * Listeners capture and follow, each a thread (-j).  This one takes what they
 * say to the correlator, and now and then a look at the window, of which the
 * teller tells what is new.
 *
 * SIGHUP: output files and rules anew; SIGUSR1: statistics on stderr;
 * SIGTERM, SIGINT: the end, with a summary.
 */
#ifndef P407_LIVE_SENSOR_H
#define P407_LIVE_SENSOR_H

#include "diagnose/rules.h"
#include "options/options.h"

/* The rules may be others afterwards.  The exit status. */
int sensor_run(const struct options *o, struct rules **rules);

#endif
