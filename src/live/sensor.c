/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/sensor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/secret.h"
#include "live/sensor_parts.h"
#include "sandbox/sandbox.h"
#include "verdict/summing.h"

/* Looks are at least so far apart, and take this share of the time; but what
 * comes just after one has begun is told by the end of the next, in time. */
#define LOOK_EVERY    (250 * WHEN_MS)
#define LOOK_SHARE    4
#define LOOK_MOST     (500 * WHEN_MS)
#define TOLD_WITHIN   (900 * WHEN_MS)
#define STATUS_SHARE  10
#define SUMMARY_EVERY (60 * WHEN_SECOND)
#define METRICS_EVERY (15 * WHEN_SECOND)
/* What came before a loss has come to us by then. */
#define DEAF_FOR WHEN_SECOND
/* What listeners say waits so long, at most. */
#define TICK_MS 20

/* A report of the window, and what belongs to it. */
struct view {
	struct report report;
	struct capture_input *inputs;
	struct finding *findings;
	struct finding **order;
};

static volatile sig_atomic_t stop_asked, reload_asked, statistics_asked;

static void
on_signal(int number)
{
	if (number == SIGHUP)
		reload_asked = 1;
	else if (number == SIGUSR1)
		statistics_asked = 1;
	else if (stop_asked++ && number == SIGINT)
		_exit(2);
}

static void
catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	/* Not restarted: waiting ends. */
	struct sigaction a = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &a, NULL);
}

/* A wire without a frame so far has no time: then it is ours. */
static void
count_trend(struct sensor *s, when_ns last)
{
	trend_count(s->trend, s->teller,
	    last != WHEN_NONE ? last : clock_wall(), clock_steady());
}

/* -- looks -- */

static struct capture_facts
facts_of(const struct sensor *s, const struct worker_counts *c)
{
	const struct live_set *live = listeners_live(s->listeners);
	struct capture_facts facts = {
		.kdc_visible = c->kdc_visible,
		.frames = c->net.frames,
		.first = WHEN_NONE,
		.last = listeners_time(s->listeners),
		.missing_ratio = c->flow.carried > 0
		    ? (double)c->flow.missing / (double)c->flow.carried
		    : 0,
		.words = &s->words,
	};

	for (size_t i = 0; i < live_inputs(live); i++) {
		when_ns first = live_input(live, i).first;

		if (first != WHEN_NONE &&
		    (facts.first == WHEN_NONE || first < facts.first))
			facts.first = first;
	}
	return facts;
}

static void
view_fill(struct view *v, struct sensor *s, const struct worker_counts *c)
{
	const struct options *o = s->options;
	const struct live_set *live = listeners_live(s->listeners);
	const struct diagnosis *d = correlator_diagnosis(s->correlator);
	size_t n = diagnosis_findings(d), n_inputs = live_inputs(live);
	struct report *r = &v->report;

	v->inputs = memory_new(n_inputs, sizeof(*v->inputs));
	v->findings = memory_new(n + 1, sizeof(*v->findings));
	v->order = memory_new(n + 1, sizeof(*v->order));
	for (size_t i = 0; i < n_inputs; i++)
		v->inputs[i] = live_input(live, i);
	for (size_t i = 0; i < n; i++) {
		v->findings[i] = *diagnosis_finding(d, i);
		v->order[i] = &v->findings[i];
	}
	*r = (struct report){
		.version = PACKAGE_VERSION,
		.ruleset = "default",
		.rules_version = PACKAGE_VERSION,
		.inputs = v->inputs,
		.n_inputs = n_inputs,
		.quality = summing_quality(c, v->inputs, n_inputs),
		.findings = (const struct finding *const *)v->order,
		.n_findings = n,
		.rules = *s->rules,
		.witnesses = correlator_witnesses(s->correlator),
		.lasting = teller_redact(s->teller),
	};
	r->attempts = correlator_attempts(s->correlator, &r->n_attempts);
	r->passed_over = correlator_passed_over(s->correlator);
	r->options.color = options_color(o);
	r->options.exchanges = o->verbose > 0;
	r->options.inventory = o->inventory;
	r->options.redact =
	    o->redact_identities ? REDACT_IDENTITIES : REDACT_SECRETS;
	report_prepare(r);
}

static void
view_empty(struct view *v)
{
	report_fini(&v->report);
	free(v->inputs);
	free(v->findings);
	free(v->order);
}

/* What was lost may have been an answer, also to what is still in buffers. */
static void
mind_losses(struct sensor *s)
{
	int64_t now = clock_steady();

	if (listeners_were_deaf(s->listeners))
		s->deaf_until = now + DEAF_FOR;
	if (now < s->deaf_until)
		correlator_deaf(s->correlator);
}

/* Until the next look, after one that took so long. */
static int64_t
pause_after(int64_t took)
{
	int64_t pause = took * LOOK_SHARE;
	int64_t most = TOLD_WITHIN - 2 * took;

	if (most > LOOK_MOST)
		most = LOOK_MOST;
	if (pause < LOOK_EVERY)
		pause = LOOK_EVERY;
	if (pause > most)
		pause = most;
	/* Half of the time is for listening. */
	return pause > took ? pause : took;
}

static void
look(struct sensor *s, bool always, bool summary)
{
	int64_t begin = clock_steady();
	struct worker_counts c = listeners_counts(s->listeners);
	struct capture_facts facts = facts_of(s, &c);
	struct view v;

	correlator_now(s->correlator, facts.last);
	mind_losses(s);
	listeners_renew(s->listeners);
	teller_begin(s->teller, facts.last, always);
	if (correlator_look(s->correlator, *s->rules, &facts, always)) {
		view_fill(&v, s, &c);
		s->unheard |= !teller_look(s->teller, &v.report, v.order);
		count_trend(s, facts.last);
		if (summary)
			teller_summary(s->teller, &v.report);
		if (always && s->status != NULL)
			sensor_show_status(s, &v.report, facts.last);
		view_empty(&v);
		correlator_look_away(s->correlator);
		s->look_ns = clock_steady() - begin;
	}

	int64_t end = clock_steady();

	s->next_look = end + pause_after(end - begin);
}

/* -- what is asked for from outside -- */

static void
reload(struct sensor *s)
{
	int errors = message_errors();
	struct rules *fresh = live_files_rules(&s->files, s->options);
	struct rules *old = *s->rules;

	/* Those of before are at work. */
	s->forgiven += message_errors() - errors;
	live_files_reopen(&s->files);
	if (fresh == NULL) {
		s->reload_failures++;
		message_note("the rules are as they were (mend them and send "
		             "SIGHUP again)");
		return;
	}
	*s->rules = fresh;
	/* What was judged by the old ones is judged anew before they go. */
	look(s, true, false);
	rules_free(old);
	message_note("output files are opened again, %zu rules are read",
	    rules_count(fresh));
}

static void
do_what_is_asked(struct sensor *s)
{
	if (reload_asked) {
		reload_asked = 0;
		reload(s);
	}
	if (statistics_asked) {
		statistics_asked = 0;
		sensor_say_statistics(s);
	}
}

static void
do_what_is_due(struct sensor *s, int64_t now)
{
	if (listeners_are_alive(s->listeners, now - s->notify.every_ns))
		notify_alive(&s->notify, now);
	if (now >= s->next_summary) {
		s->next_summary = now + SUMMARY_EVERY;
		look(s, true, true);
	} else if (s->status != NULL && now >= s->next_status) {
		look(s, true, false);
		s->next_status = now + STATUS_EVERY +
		    STATUS_SHARE * s->look_ns;
	} else if (now >= s->next_look) {
		look(s, false, false);
	}
	if (now >= s->next_metrics) {
		s->next_metrics = now + METRICS_EVERY;
		sensor_write_metrics(s);
		sensor_write_state(s);
	}
}

static bool
is_over(const struct sensor *s, int64_t now)
{
	const struct options *o = s->options;

	return stop_asked || s->unheard || listeners_are_over(s->listeners) ||
	    (o->duration_s > 0 &&
	        now - s->began >= (int64_t)o->duration_s * WHEN_SECOND);
}

static void
listen(struct sensor *s)
{
	int64_t now = clock_steady();

	s->began = now;
	s->next_look = now;
	s->next_summary = now + SUMMARY_EVERY;
	s->next_metrics = now;
	s->next_status = now;
	notify_say(&s->notify, "READY=1");
	while (!is_over(s, now)) {
		listeners_take(s->listeners, TICK_MS);
		do_what_is_asked(s);
		now = clock_steady();
		do_what_is_due(s, now);
		/* A pipe has room for little at a time. */
		s->unheard |= !live_files_flush(&s->files);
	}
}

/* -- the beginning and the end -- */

/* All that is opened is opened here, then nothing can be any more. */
static bool
prepare(struct sensor *s)
{
	const struct options *o = s->options;
	const struct live_options wanted = {
		.names = o->interfaces,
		.n = o->n_interfaces,
		.filter = o->filter,
		.snaplen = o->snaplen,
		.buffer_mib = o->buffer_mib,
		.modest = o->modest,
		.count = o->packet_count,
	};
	struct sandbox_state state;
	const char *became = NULL;

	/* That process is to know nothing: it is made before anything is. */
	if (o->listen.len > 0 && (s->status = status_start(o)) == NULL)
		return false;
	notify_open(&s->notify);
	s->start_s = (double)clock_wall() / 1e9;
	s->memory = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	/* libcrypto reads its configuration when it is first used. */
	secret_fingerprint("start", SPAN("start"));
	if (!verify_load(&s->means, o->verify, o->keytab))
		return false;
	if (o->verify != NULL || o->keytab != NULL)
		listeners_verify(s->listeners, &s->means);
	if (!live_files_open(&s->files, o, s->n_listeners) ||
	    !listeners_open(s->listeners, &wanted) ||
	    !sandbox_drop(o->account, &became))
		return false;

	/* It belongs to whom we are from now on. */
	if (o->state != NULL)
		s->state = state_open(o->state);
	correlator_remember(s->correlator, s->state);
	trend_remember(s->trend, s->state);
	state = sandbox_confine_thread(NULL);
	if (!listeners_start(s->listeners, s->files.ring))
		return false;
	sandbox_confine_all(&state, SANDBOX_LIVE);
	listeners_go(s->listeners);
	message_note("listening on %s%s%s%s; sandbox: %s", o->interfaces[0],
	    o->n_interfaces > 1 ? " and others" : "",
	    became != NULL ? " as " : "", became != NULL ? became : "",
	    sandbox_words(state));
	if (became == NULL && geteuid() == 0)
		message_note("still root, though without capabilities "
		             "(useradd --system p407, or -Z USER)");
	return true;
}

static int
finish(struct sensor *s)
{
	notify_say(&s->notify, "STOPPING=1");

	struct worker_counts c;
	struct capture_facts facts;
	struct view v;
	bool ok, failed;

	mind_losses(s);
	listeners_finish(s->listeners);
	mind_losses(s);
	c = listeners_counts(s->listeners);
	facts = facts_of(s, &c);
	correlator_now(s->correlator, facts.last);
	teller_begin(s->teller, facts.last, true);
	correlator_finish(s->correlator, *s->rules, &facts);
	view_fill(&v, s, &c);
	v.report.stopped = true;
	teller_look(s->teller, &v.report, v.order);
	count_trend(s, facts.last);
	trend_keep(s->trend);
	ok = teller_end(s->teller, &v.report, v.order);
	sensor_write_metrics(s);
	failed = v.report.outcomes[OUTCOME_REJECTED] > 0 ||
	    v.report.outcomes[OUTCOME_ABANDONED] > 0 ||
	    v.report.outcomes[OUTCOME_BROKEN] > 0;
	view_empty(&v);
	ok &= live_files_close(&s->files);
	return !ok || message_errors() > s->forgiven ? 2
	    : s->options->exit_code && failed    ? 1
	                                         : 0;
}

int
sensor_run(const struct options *o, struct rules **rules)
{
	struct sensor *s = memory_new(1, sizeof(*s));
	int status = 2;

	s->options = o;
	s->rules = rules;
	s->teller = teller_new(o, &s->files);
	s->words = (struct words_wanted){ teller_take, s->teller };
	s->trend = trend_new();
	s->correlator = correlator_new(o);
	s->n_listeners = o->threads > 0 ? o->threads : 1;
	s->listeners = listeners_new(s->n_listeners, correlator_take,
	    s->correlator);
	if (o->applications)
		listeners_sample(s->listeners);
	catch_signals();
	if (prepare(s)) {
		listen(s);
		status = finish(s);
	} else {
		live_files_close(&s->files);
	}
	listeners_free(s->listeners);
	correlator_free(s->correlator);
	trend_free(s->trend);
	state_close(s->state);
	teller_free(s->teller);
	status_end(s->status);
	verify_wipe(&s->means);
	notify_close(&s->notify);
	if (s->memory >= 0)
		close(s->memory);
	free(s);
	return status;
}
