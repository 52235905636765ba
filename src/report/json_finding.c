/* SPDX-License-Identifier: BSD-2-Clause */
/* json_finding.c - the line of a finding */
#include "report/json.h"
#include "report/ladder.h"
#include "report/words.h"

/* event.severity, by enum level: the numbers that Elastic's own rules use. */
static const int event_severities[] = {
	[LEVEL_LOW] = 21,
	[LEVEL_MEDIUM] = 47,
	[LEVEL_HIGH] = 73,
};

static void
add_tally(struct jsonw *w, const struct report *r, const char *key,
    const struct tally *tally)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < tally->n; i++)
		jsonw_str(w, NULL,
		    redact_words(r->redact, tally->entries[i].name));
	jsonw_end(w);
}

static void
add_verdicts(struct jsonw *w, const struct report *r, const char *key,
    const char *word, const struct verdict *list, size_t n)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_str_or_null(w, "cause", cause_name(list[i].cause));
		jsonw_str(w, "rule", list[i].rule);
		jsonw_str(w, word, redact_words(r->redact, list[i].because));
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
finding_rule(struct jsonw *w, const struct report *r, const struct finding *f)
{
	jsonw_object(w, "rule");
	jsonw_str(w, "id", report_rule(f));
	jsonw_str(w, "name", redact_words(r->redact, f->title));
	jsonw_str(w, "ruleset", r->ruleset);
	jsonw_str(w, "version", r->rules_version);
	if (f->n_references > 0)
		jsonw_str(w, "reference", f->references[0]);
	jsonw_end(w);
}

/* The messages of the example in words, leg by leg. */
static void
finding_ladder(struct jsonw *w, const struct report *r,
    const struct finding *f)
{
	const struct attempt *a = f->example;

	if (f->good != NULL)
		json_attempt_id(w, "good", f->good);
	if (a == NULL)
		return;
	json_attempt_id(w, "example", a);
	jsonw_array(w, "ladder");
	for (unsigned i = 0; i < a->n_legs; i++) {
		struct text label = { 0 }, detail = { 0 };

		ladder_label(r, a, &a->legs[i], &label);
		ladder_detail(r, a, &a->legs[i], &detail);
		jsonw_object(w, NULL);
		jsonw_uint(w, "frame", a->legs[i].frame);
		jsonw_str(w, "says", text_get(&label));
		jsonw_str(w, "detail",
		    detail.len > 0 ? text_get(&detail) : NULL);
		jsonw_end(w);
		text_fini(&label);
		text_fini(&detail);
	}
	jsonw_end(w);
}

static void
finding_evidence(struct jsonw *w, const struct report *r,
    const struct finding *f)
{
	jsonw_object(w, "evidence");
	jsonw_array(w, "frames");
	for (size_t i = 0; i < f->n_frames; i++)
		jsonw_uint(w, NULL, f->frames[i]);
	jsonw_end(w);
	jsonw_str(w, "display_filter", report_finding_filter(r, f));
	jsonw_str(w, "file",
	    f->evidence_file[0] != '\0' ? f->evidence_file : NULL);
	jsonw_end(w);
}

static void
finding_body(struct jsonw *w, const struct report *r, const struct finding *f)
{
	jsonw_str(w, "id", f->id);
	jsonw_str(w, "state", f->state);
	jsonw_str(w, "replaced_by", f->replaced_by);
	jsonw_str_or_null(w, "cause", cause_name(f->cause));
	jsonw_bool(w, "fault", f->fault);
	jsonw_str(w, "severity", level_name(f->severity));
	jsonw_str(w, "likelihood", level_name(f->likelihood));
	jsonw_array(w, "attempts");
	for (size_t i = 0; i < f->n_attempts; i++)
		json_attempt_id(w, NULL, f->attempts[i]);
	jsonw_end(w);
	if (f->n_inner > 0) {
		jsonw_array(w, "inner");
		for (size_t i = 0; i < f->n_inner; i++)
			json_attempt_id(w, NULL, f->inner[i]);
		jsonw_end(w);
	}
	jsonw_uint(w, "count", f->total > 0 ? f->total : f->n_attempts);
	add_tally(w, r, "clients", &f->clients);
	add_tally(w, r, "users", &f->users);
	add_tally(w, r, "proxies", &f->proxies);
	add_tally(w, r, "user_agents", &f->agents);
	add_tally(w, r, "workstations", &f->workstations);
	jsonw_array(w, "targets");
	for (size_t i = 0; i < f->targets.n; i++)
		jsonw_str(w, NULL,
		    redact_target(r->redact, f->targets.entries[i].name));
	jsonw_end(w);
	if (f->applications.n > 0)
		add_tally(w, r, "applications", &f->applications);
	jsonw_time(w, "first", f->first);
	jsonw_time(w, "last", f->last);
	jsonw_str(w, "why", redact_words(r->redact, f->why));
	finding_evidence(w, r, f);
	finding_ladder(w, r, f);
	add_verdicts(w, r, "contributing", "because", f->contributing,
	    f->n_contributing);
	add_verdicts(w, r, "ruled_out", "because", f->ruled_out,
	    f->n_ruled_out);
	add_verdicts(w, r, "cannot_tell", "needs", f->cannot_tell,
	    f->n_cannot_tell);
	if (f->between != NULL)
		jsonw_str(w, "between", redact_words(r->redact, f->between));
	if (f->scope != NULL) {
		jsonw_object(w, "scope");
		jsonw_str(w, "who", f->scope);
		jsonw_str(w, "words", f->scope_words);
		jsonw_end(w);
	}
	if (f->worked_until != 0) {
		jsonw_time(w, "worked_until", f->worked_until);
		jsonw_time(w, "failing_since", f->failing_since);
		if (f->works_again != 0)
			jsonw_time(w, "works_again", f->works_again);
	}
	if (f->known_since != 0) {
		jsonw_object(w, "known");
		jsonw_time(w, "since", f->known_since);
		jsonw_time(w, "until", f->known_until);
		if (f->known_times > 0)
			jsonw_uint(w, "times", f->known_times);
		jsonw_end(w);
	}
	if (f->n_earlier > 0) {
		jsonw_array(w, "earlier");
		for (size_t i = 0; i < f->n_earlier; i++)
			jsonw_str(w, NULL,
			    redact_words(r->redact, f->earlier[i]));
		jsonw_end(w);
	}
	jsonw_array(w, "hosts");
	for (size_t i = 0; i < f->n_hosts; i++)
		jsonw_str(w, NULL, redact_words(r->redact, f->hosts[i]));
	jsonw_end(w);
	jsonw_array(w, "changed");
	for (size_t i = 0; i < f->n_changed; i++)
		jsonw_str(w, NULL, redact_words(r->redact, f->changed[i]));
	jsonw_end(w);
	jsonw_array(w, "differs");
	for (size_t i = 0; i < f->n_differs; i++)
		jsonw_str(w, NULL, redact_words(r->redact, f->differs[i]));
	jsonw_end(w);
	if (f->product != NULL) {
		jsonw_object(w, "product");
		jsonw_str(w, "name", f->product);
		jsonw_str(w, "version", f->product_version);
		jsonw_str(w, "confidence", level_name(f->product_confidence));
		if (f->product_behind != NULL)
			jsonw_str(w, "behind",
			    redact_words(r->redact, f->product_behind));
		jsonw_str(w, "signs",
		    redact_words(r->redact, f->product_signs));
		jsonw_array(w, "advice");
		for (size_t i = 0; i < f->n_advice; i++)
			jsonw_str(w, NULL,
			    redact_words(r->redact, f->advice[i]));
		jsonw_end(w);
		jsonw_end(w);
	}
	jsonw_array(w, "fixes");
	for (size_t i = 0; i < f->n_fixes; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "who", who_name(f->fixes[i].who));
		jsonw_str(w, "effort", effort_name(f->fixes[i].effort));
		jsonw_str(w, "do",
		    redact_words(r->redact, f->fixes[i].what));
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_str(w, "escalate_to", redact_words(r->redact, f->escalate_to));
	jsonw_str(w, "escalate_when",
	    redact_words(r->redact, f->escalate_when));
	jsonw_str(w, "verify", redact_words(r->redact, f->verify));
	if (f->n_references > 1) {
		jsonw_array(w, "references");
		for (size_t i = 0; i < f->n_references; i++)
			jsonw_str(w, NULL, f->references[i]);
		jsonw_end(w);
	}
}

void
json_finding(struct text *t, const struct report *r, const struct finding *f)
{
	struct jsonw w = jsonw_of(t);

	jsonw_object(&w, NULL);
	jsonw_time(&w, "@timestamp", f->last);
	jsonw_object(&w, "event");
	jsonw_str(&w, "dataset", "p407.finding");
	jsonw_str(&w, "kind", f->fault ? "alert" : "event");
	jsonw_int(&w, "severity", event_severities[f->severity]);
	jsonw_end(&w);
	finding_rule(&w, r, f);
	jsonw_str(&w, "message", redact_words(r->redact, f->message));
	jsonw_object(&w, "p407");
	jsonw_object(&w, "finding");
	finding_body(&w, r, f);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
}
