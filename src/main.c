/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - options, pipeline, exit status; the only file that knows all
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/message.h"
#include "capture/capture.h"
#include "capture/filter.h"
#include "capture/live.h"
#include "diagnose/facts.h"
#include "diagnose/products.h"
#include "diagnose/rules.h"
#include "events/events.h"
#include "evidence/evidence.h"
#include "evidence/map.h"
#include "evidence/ticket.h"
#include "live/sensor.h"
#include "observe/pool.h"
#include "options/options.h"
#include "proxylog/proxylog.h"
#include "sandbox/sandbox.h"
#include "verdict/before.h"
#include "verdict/correlator.h"
#include "verdict/rulebook.h"
#include "verdict/summing.h"
#include "verdict/tell.h"
#include "verify/verify.h"

/* What -j is where it is not given. */
#define SMALL_FILE   (UINT64_C(16) << 20)
#define THREADS_MOST 8
/* Frames between two looks at the clock. */
#define PROGRESS_FRAMES 262144

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

static bool print_list(struct options *o, const struct rules *rules);
static int run(const struct options *o, const struct rules *rules);

/* Ctrl-C once: stop reading and report; twice: stop. */
static volatile sig_atomic_t stop_asked;

static void
on_interrupt(int signal_number)
{
	(void)signal_number;
	if (stop_asked++)
		_exit(EXIT_TROUBLE);
}

/* What a sensor takes besides, and pages that were large before it was one. */
#define LISTENING (UINT64_C(12) << 20)

int
main(int argc, char **argv)
{
	struct options o;
	int status = EXIT_TROUBLE;

	sandbox_no_core();
	/* These are failed writes, not deaths. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGINT, on_interrupt);
	options_read(argc, argv, &o);
	if (o.quiet)
		message_quiet();

	if (o.memory > 0)
		budget_fit(o.n_interfaces > 0 ? o.memory - LISTENING
		                              : o.memory);
	if (o.n_interfaces > 0)
		memory_small_pages();

	struct rules *rules =
	    o.action != ACTION_BAD && tell_knows_formats(&o) ? rulebook_load(&o)
	                                                : NULL;

	if (rules != NULL)
		status = o.action != ACTION_RUN
		    ? (print_list(&o, rules) ? EXIT_DONE : EXIT_TROUBLE)
		    : o.n_interfaces > 0 ? sensor_run(&o, &rules)
		    : run(&o, rules);
	rules_free(rules);
	options_fini(&o);
	return status;
}

/* Others are compiled when they are at work. */
static bool
is_good_filter(struct options *o)
{
	struct problem problem = { .what = "" };
	struct filter *f =
	    o->filter != NULL ? filter_new(o->filter, &problem) : NULL;

	filter_free(f);
	return !problem_is_set(&problem) ||
	    options_bad(o, "--filter", problem.what, problem.remedy);
}

/* The actions that print something and stop. */
static bool
print_list(struct options *o, const struct rules *rules)
{
	const struct rule *rule = NULL;
	const struct product *product = NULL;
	struct text t = { 0 };

	switch (o->action) {
	case ACTION_HELP:
		options_help(&t);
		break;
	case ACTION_VERSION:
		text_fmt(&t, "p407 %s\n", PACKAGE_VERSION);
		break;
	case ACTION_LIST_INTERFACES:
		if (!live_list(&t)) {
			text_fini(&t);
			return false;
		}
		break;
	case ACTION_LIST_RULES:
		rules_list(rules, &t);
		break;
	case ACTION_CHECK_CONFIG:
		if (!is_good_filter(o)) {
			text_fini(&t);
			return false;
		}
		text_fmt(&t, "%s: good\n", o->config_file);
		break;
	case ACTION_LIST_FACTS:
		facts_list(&t);
		break;
	case ACTION_EXPLAIN:
		rule = rules_find(rules, o->explain);
		product = products_find(rules, o->explain);
		if (rule == NULL && product == NULL) {
			message_error("%s: no such rule (see p407 "
			              "--list-rules)", o->explain);
			return false;
		}
		if (rule != NULL)
			rule_explain(rule, &t);
		else
			product_explain(product, &t);
		break;
	default: /* --check-rules: loading them was the check */
		text_fmt(&t, "%zu rules and %zu makes of proxies, no "
		    "faults\n", rules_count(rules), products_count(rules));
		break;
	}

	bool ok = fputs(text_get(&t), stdout) >= 0 && fflush(stdout) == 0;

	text_fini(&t);
	if (!ok)
		message_error("standard output: cannot be written");
	return ok;
}

/*
 * How far it is, on a terminal, once reading has taken a second.  The wall
 * clock has no part in anything else.
 */
static void
show_progress(const struct capture *in, const struct options *o,
    const struct timespec *began, bool *shown)
{
	struct timespec now;
	double share = capture_progress(in);
	char bar[41];

	clock_gettime(CLOCK_MONOTONIC, &now);

	double seconds = (double)(now.tv_sec - began->tv_sec) +
	    (double)(now.tv_nsec - began->tv_nsec) / 1e9;

	if (o->quiet || share < 0 || seconds < 1 || !isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < sizeof(bar) - 1; i++)
		bar[i] = (double)i < share * (sizeof(bar) - 1) ? '#' : '.';
	bar[sizeof(bar) - 1] = '\0';
	fprintf(stderr, "\r[%s] %3.0f %%, %.0f s", bar, 100 * share, seconds);
	*shown = true;
}

/* All frames through the workers; how many there were. */
static uint64_t
read_frames(struct capture *in, struct pool *p, struct evidence_ring *ring,
    const struct options *o, when_ns *first, when_ns *last)
{
	struct timespec began;
	struct frame f;
	uint64_t n = 0;
	bool shown = false;

	clock_gettime(CLOCK_MONOTONIC, &began);
	*first = *last = WHEN_NONE;
	while (!stop_asked && (o->packet_count == 0 || n < o->packet_count) &&
	    capture_next(in, &f)) {
		n++;
		if (*first == WHEN_NONE || f.time < *first)
			*first = f.time;
		if (*last == WHEN_NONE || f.time > *last)
			*last = f.time;
		if (ring != NULL)
			evidence_ring_frame(ring, 0, &f);
		pool_frame(p, &f);
		if (n % PROGRESS_FRAMES == 0)
			show_progress(in, o, &began, &shown);
	}
	if (shown)
		fputs("\r\x1b[K", stderr);
	return n;
}

static void
say_unknown_link(const struct net_counts *n, const struct options *o)
{
	if (n->unknown_link > 0)
		message_error("%s: %llu frames of link type %u, which is not "
		              "known (capture on Ethernet, or convert with "
		              "editcap -T)",
		    o->files[0], (unsigned long long)n->unknown_link,
		    (unsigned)n->unknown_link_type);
}

static int
report_run(const struct options *o, const struct rules *rules,
    struct correlator *k,
    const struct worker_counts *counts, const struct capture_input *inputs,
    size_t n_inputs, uint64_t frames, bool streams, struct compare *before,
    struct proxylog *log, struct evidence_ring *ring, unsigned threads)
{
	const struct diagnosis *d = correlator_diagnosis(k);
	size_t n = diagnosis_findings(d);
	const struct finding **findings = memory_new(n, sizeof(*findings));
	struct finding *copies = memory_new(n, sizeof(*copies));
	struct report r = {
		.version = PACKAGE_VERSION,
		.ruleset = "default",
		.rules_version = PACKAGE_VERSION,
		.inputs = inputs,
		.n_inputs = n_inputs,
		.quality = summing_quality(counts, inputs, n_inputs),
		.findings = findings,
		.n_findings = n,
		.rules = rules,
		.witnesses = correlator_witnesses(k),
		.stopped = stop_asked != 0 || o->packet_count > 0,
		.threads = threads,
	};

	for (size_t i = 0; i < n; i++) {
		copies[i] = *diagnosis_finding(d, i);
		findings[i] = &copies[i];
	}
	r.attempts = correlator_attempts(k, &r.n_attempts);
	r.passed_over = correlator_passed_over(k);
	r.options.stream_filters = streams;

	int status = tell(o, &r, frames, before, log, ring, copies);

	free(copies);
	free(findings);
	return status;
}

/* Threads take time to start: a small file is read sooner without. */
static unsigned
threads_for(const struct options *o, const struct capture *in)
{
	uint64_t size = capture_size(in);
	long n;

	if (o->threads > 0)
		return o->threads;
	if (size > 0 && size < SMALL_FILE)
		return 1;
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > THREADS_MOST ? THREADS_MOST : (unsigned)n;
}

/*
 * From here on only the inputs, and the folders of the outputs, can be
 * opened.  A filter may hold host names, which are looked up when it meets
 * another link type.
 */
static void
confine(const struct options *o)
{
	/* What libcrypto reads when it is first used. */
	static const char *const always[] = { "/etc/ssl", "/usr/lib/ssl" };
	static const char *const names[] = { "/etc/resolv.conf", "/etc/hosts",
		"/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
		"/run", "/etc/services", "/etc/protocols" };
	size_t n_names = o->filter != NULL ? sizeof(names) / sizeof(names[0])
	                                   : 0;
	const char **read = memory_new(o->n_files + o->n_from_events + 2 +
	    n_names, sizeof(*read));
	const char **write = memory_new(o->n_outputs + 5, sizeof(*write));
	struct sandbox_paths paths = { .read = read, .write = write };

	for (size_t i = 0; i < o->n_files; i++)
		read[paths.n_read++] = o->files[i];
	for (size_t i = 0; i < o->n_from_events; i++)
		read[paths.n_read++] = o->from_events[i];
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		read[paths.n_read++] = always[i];
	for (size_t i = 0; i < n_names; i++)
		read[paths.n_read++] = names[i];
	for (size_t i = 0; i < o->n_outputs; i++)
		if (o->outputs[i].path != NULL)
			write[paths.n_write++] = o->outputs[i].path;
	if (o->ticket != NULL)
		write[paths.n_write++] = o->ticket;
	/* Evidence for a pipe is put together there. */
	if (tell_wants_evidence(o))
		write[paths.n_write++] =
		    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
	if (o->state != NULL)
		write[paths.n_write++] = o->state;
	if (o->redact_map != NULL)
		write[paths.n_write++] = o->redact_map;
	if (o->ring != NULL)
		write[paths.n_write++] = o->ring;
	if (!SANDBOX_SPARES_FILES)
		sandbox_confine(o->filter != NULL ? SANDBOX_NAMES
		                                  : SANDBOX_FILES,
		    &paths);
	free(read);
	free(write);
}

/* A report of what -o json wrote, without a capture. */
static int
run_events(const struct options *o, const struct rules *rules)
{
	struct report r = { .version = PACKAGE_VERSION, .ruleset = "default",
		.rules_version = PACKAGE_VERSION, .rules = rules };
	struct events *e = events_new(rules);
	struct compare *before = NULL;
	int status = EXIT_TROUBLE;
	bool ok = o->compare == NULL ||
	    (before = before_read(o, rules)) != NULL;

	confine(o);
	for (size_t i = 0; i < o->n_from_events; i++)
		ok = events_load(e, o->from_events[i]) && ok;
	if (ok) {
		events_fill(e, &r);
		status = tell(o, &r, 0, before, NULL, NULL, NULL);
	}
	compare_free(before);
	events_free(e);
	return status;
}

/* What ends with the process anyhow is not given back piece by piece, which
 * would take as long as to write the report.  It is kept where it can be seen:
 * whoever looks for leaks finds those that are some. */
static struct correlator *volatile kept;

static int
run(const struct options *o, const struct rules *rules)
{
	if (o->n_from_events > 0)
		return run_events(o, rules);
	if ((o->redact_map != NULL && !map_may_write(o->redact_map)) ||
	    (o->ticket != NULL && !ticket_prepare(o->ticket)))
		return EXIT_TROUBLE;
	for (size_t i = 0; i < o->n_files; i++)
		if (tell_wants_evidence(o) && strcmp(o->files[i], "-") == 0 &&
		    !evidence_spool_stdin())
			return EXIT_TROUBLE;

	struct verify_means means = { 0 };
	struct compare *before = NULL;
	struct proxylog *log = NULL;
	struct capture *in = NULL;

	if ((o->compare != NULL && (before = before_read(o, rules)) == NULL) ||
	    (o->proxy_log != NULL &&
	        (log = proxylog_load(o->proxy_log, o->proxy_log_format)) ==
	            NULL) ||
	    !verify_load(&means, o->verify, o->keytab) ||
	    (in = capture_open(o->files, o->n_files, o->filter)) == NULL) {
		compare_free(before);
		proxylog_free(log);
		verify_wipe(&means);
		return EXIT_TROUBLE;
	}

	/* It may open libndpi, which cannot be done from then on. */
	struct correlator *k = kept = correlator_new(o);

	struct state *state =
	    o->state != NULL ? state_open(o->state) : NULL;

	correlator_remember(k, state);
	confine(o);

	struct evidence_ring *ring =
	    o->ring != NULL ? evidence_ring_new(o, 1, NULL, 0) : NULL;

	unsigned threads = threads_for(o, in);
	struct pool *p;

	budget_share(threads);
	p = pool_new(threads, correlator_take, k);

	if (o->verify != NULL || o->keytab != NULL)
		pool_verify(p, &means);
	if (o->applications)
		pool_sample(p);

	when_ns first, last;

	capture_lend(in, pool_blocks(p));
	if (threads > 1)
		capture_ahead(in);

	uint64_t frames = read_frames(in, p, ring, o, &first, &last);

	pool_flush(p);
	correlator_now(k, last);
	pool_finish(p);
	verify_wipe(&means); /* no longer than needed */

	struct worker_counts counts = pool_counts(p);
	size_t n = capture_inputs(in);
	struct capture_input *inputs = memory_new(n, sizeof(*inputs));

	size_t with_frames = 0;

	for (size_t i = 0; i < n; i++) {
		inputs[i] = capture_input(in, i);
		with_frames += inputs[i].frames > 0;
	}
	say_unknown_link(&counts.net, o);

	struct capture_facts facts = {
		.kdc_visible = counts.kdc_visible,
		.threads = threads,
		.frames = frames,
		.first = first,
		.last = last,
		/* Numbers of streams hold for one whole file only. */
		.stream_filters = with_frames <= 1 && o->filter == NULL,
		.missing_ratio = counts.flow.carried > 0
		    ? (double)counts.flow.missing / (double)counts.flow.carried
		    : 0,
	};

	correlator_finish(k, rules, &facts);

	int status =
	    report_run(o, rules, k, &counts, inputs, n, frames,
	        facts.stream_filters, before, log, ring, threads);

	evidence_ring_free(ring);

	compare_free(before);
	proxylog_free(log);
	free(inputs);
	state_close(state);
	/* Its last bytes are in a block of the pool. */
	capture_close(in);
	pool_free(p);
	return status;
}
