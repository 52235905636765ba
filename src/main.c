/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - options, pipeline, exit status; the only file that knows all
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"
#include "capture/capture.h"
#include "correlator.h"
#include "diagnose/facts.h"
#include "diagnose/products.h"
#include "diagnose/rules.h"
#include "options.h"
#include "report/formats.h"
#include "worker.h"

enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_TROUBLE = 2 };

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

static struct rules *load_rules(const struct options *o);
static bool print_list(const struct options *o, const struct rules *rules);
static bool known_formats(const struct options *o);
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

int
main(int argc, char **argv)
{
	struct options o;
	int status = EXIT_TROUBLE;

	/* Secrets are read: no core file may hold them. */
	prctl(PR_SET_DUMPABLE, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, on_interrupt);
	options_read(argc, argv, &o);
	if (o.quiet)
		message_quiet();

	struct rules *rules =
	    o.action != ACTION_BAD && known_formats(&o) ? load_rules(&o)
	                                                : NULL;

	if (rules != NULL)
		status = o.action == ACTION_RUN ? run(&o, rules)
		    : print_list(&o, rules)     ? EXIT_DONE
		                                : EXIT_TROUBLE;
	rules_free(rules);
	options_fini(&o);
	return status;
}

static bool
known_formats(const struct options *o)
{
	for (size_t i = 0; i < o->n_outputs; i++)
		if (formats_find(span_of_str(o->outputs[i].format)) == NULL) {
			message_error("-o %s: no such format (text or json)",
			    o->outputs[i].format);
			return false;
		}
	return true;
}

/* Built-in rules and the user's own; NULL, and all of it said, if any of
 * them is wrong. */
static struct rules *
load_rules(const struct options *o)
{
	struct rules *rules = rules_new();
	struct text errors = { 0 };
	bool ok = true;

	if (!o->no_default_rules)
		rules_default(rules);
	for (size_t i = 0; i < o->n_rules; i++)
		ok &= rules_load_path(rules, o->rules[i], &errors);
	for (struct span rest = text_span(&errors); rest.len > 0;) {
		size_t end = span_find(rest, '\n');

		message_error("%.*s", (int)end, (const char *)rest.at);
		rest = span_from(rest, end + 1);
	}
	text_fini(&errors);
	if (!ok) {
		rules_free(rules);
		rules = NULL;
	}
	return rules;
}

/* The actions that print something and stop. */
static bool
print_list(const struct options *o, const struct rules *rules)
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
	case ACTION_LIST_RULES:
		rules_list(rules, &t);
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

/* All frames through the worker; how many there were. */
static uint64_t
read_frames(struct capture *in, struct worker *w, const struct options *o,
    when_ns *first, when_ns *last)
{
	struct frame f;
	uint64_t n = 0;

	*first = *last = WHEN_NONE;
	while (!stop_asked && (o->packet_count == 0 || n < o->packet_count) &&
	    capture_next(in, &f)) {
		n++;
		if (*first == WHEN_NONE || f.time < *first)
			*first = f.time;
		if (*last == WHEN_NONE || f.time > *last)
			*last = f.time;
		worker_frame(w, &f);
	}
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

static struct capture_quality
quality_of(const struct worker_counts *c, const struct capture_input *inputs,
    size_t n)
{
	struct capture_quality q = {
		.frames = c->net.frames,
		.connections = c->flow.connections,
		.http_connections = c->flow.followed,
		.one_sided = c->flow.one_sided,
		.carried = c->flow.carried,
		.missing = c->flow.missing,
		.not_ip = c->net.not_ip,
		.damaged_packets = c->net.damaged,
		.unknown_link = c->net.unknown_link,
		.unknown_link_type = c->net.unknown_link_type,
		.conflicts = c->flow.conflicts,
		.kdc_visible = c->kdc_visible,
	};

	for (size_t i = 0; i < n; i++)
		q.bytes += inputs[i].bytes;
	return q;
}

/* A terminal, or what it was told. */
static bool
wants_color(const struct options *o)
{
	return o->color == COLOR_ALWAYS ||
	    (o->color == COLOR_AUTO && isatty(STDOUT_FILENO) &&
	        getenv("NO_COLOR") == NULL);
}

/* Every output that was asked for; false if one could not be written. */
static bool
write_outputs(const struct options *o, const struct report *r)
{
	static const struct output text = { "text", NULL };
	bool ok = true;

	for (size_t i = 0; i < o->n_outputs || i == 0; i++) {
		const struct output *out =
		    o->n_outputs > 0 ? &o->outputs[i] : &text;

		ok &= formats_write(formats_find(span_of_str(out->format)), r,
		    out->path);
	}
	return ok;
}

static int
report_run(const struct options *o, const struct rules *rules,
    struct correlator *k,
    const struct worker_counts *counts, const struct capture_input *inputs,
    size_t n_inputs, bool streams)
{
	const struct diagnosis *d = correlator_diagnosis(k);
	size_t n = diagnosis_findings(d);
	const struct finding **findings = memory_new(n, sizeof(*findings));
	struct report r = {
		.version = PACKAGE_VERSION,
		.ruleset = "default",
		.rules_version = PACKAGE_VERSION,
		.inputs = inputs,
		.n_inputs = n_inputs,
		.quality = quality_of(counts, inputs, n_inputs),
		.findings = findings,
		.n_findings = n,
		.rules = rules,
		.stopped = stop_asked != 0 || o->packet_count > 0,
	};

	for (size_t i = 0; i < n; i++)
		findings[i] = diagnosis_finding(d, i);
	r.attempts = correlator_attempts(k, &r.n_attempts);
	r.options.color = wants_color(o);
	r.options.exchanges = o->verbose > 0;
	r.options.inventory = o->inventory;
	r.options.stream_filters = streams;
	r.options.redact =
	    o->redact_identities ? REDACT_IDENTITIES : REDACT_SECRETS;
	report_prepare(&r);

	bool ok = write_outputs(o, &r);
	bool failed = r.outcomes[OUTCOME_REJECTED] > 0 ||
	    r.outcomes[OUTCOME_ABANDONED] > 0 ||
	    r.outcomes[OUTCOME_BROKEN] > 0;

	report_fini(&r);
	free(findings);
	return !ok || message_errors() > 0 ? EXIT_TROUBLE
	    : o->exit_code && failed       ? EXIT_FOUND
	                                   : EXIT_DONE;
}

static int
run(const struct options *o, const struct rules *rules)
{
	struct capture *in = capture_open(o->files, o->n_files, o->filter);

	if (in == NULL)
		return EXIT_TROUBLE;

	struct correlator *k = correlator_new(o);
	struct worker *w = worker_new(correlator_take, k);
	when_ns first, last;
	uint64_t frames = read_frames(in, w, o, &first, &last);

	correlator_now(k, last);
	worker_finish(w);

	struct worker_counts counts = worker_counts(w);
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
	    report_run(o, rules, k, &counts, inputs, n, facts.stream_filters);

	free(inputs);
	worker_free(w);
	correlator_free(k);
	capture_close(in);
	return status;
}
