/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sensor_parts.h - the inside of the sensor, for the files it is made of
 */
#ifndef P407_LIVE_SENSOR_PARTS_H
#define P407_LIVE_SENSOR_PARTS_H

#include "live/listeners.h"
#include "live/live_files.h"
#include "live/notify.h"
#include "live/sensor.h"
#include "live/status.h"
#include "live/teller.h"
#include "live/trend.h"
#include "verdict/correlator.h"
#include "verify/verify.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

struct sensor {
	const struct options *options;
	struct rules **rules;
	struct verify_means means;
	struct listeners *listeners;
	unsigned n_listeners;
	struct live_files files;
	struct teller *teller;
	struct words_wanted words; /* the teller's */
	struct trend *trend;
	struct status *status; /* NULL: none is shown */
	struct correlator *correlator;
	struct state *state; /* NULL: none is kept */
	int memory; /* /proc/self/statm, or -1 */
	uint64_t reload_failures;
	int forgiven; /* errors that are no trouble at the end */
	/* By the steady clock. */
	int64_t began, next_look, next_summary, next_metrics, next_status;
	int64_t deaf_until;
	int64_t look_ns;
	double start_s;
	bool unheard; /* nobody reads what we say */
	struct notify notify;
};

/* -- sensor_say.c -- */

/* The file of --metrics, if there is one. */
void sensor_write_metrics(struct sensor *s);

/* A line for `systemctl status`. */
void sensor_write_state(const struct sensor *s);

void sensor_show_status(struct sensor *s, const struct report *r,
    when_ns now);

/* Notes on standard error. */
void sensor_say_statistics(struct sensor *s);

#endif
