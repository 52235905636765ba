/* SPDX-License-Identifier: BSD-2-Clause */
/* p407.finding to struct finding. */
#include <stdio.h>

#include "base/limits.h"
#include "events/parts.h"

/* More than any rule has. */
#define MANY 64

static const char *
level_word(unsigned i)
{
	return level_name((enum level)i);
}

static const char *
who_word(unsigned i)
{
	return who_name((enum who_acts)i);
}

static const char *
effort_word(unsigned i)
{
	return effort_name((enum effort)i);
}

static enum level
level_of(struct span object, const char *key)
{
	unsigned i = parts_which(json_member(object, key), level_word,
	    LEVEL_HIGH);

	return i > LEVEL_HIGH ? LEVEL_LOW : (enum level)i;
}

static void
read_tally(struct arena *a, struct span about, const char *key,
    struct tally *out)
{
	const char **names =
	    parts_strings(a, json_member(about, key), &out->n);

	out->total = out->n;
	out->entries = arena_new(a, (out->n + 1) * sizeof(*out->entries));
	for (size_t i = 0; i < out->n; i++)
		out->entries[i] = (struct tally_entry){ names[i], 1 };
}

static const struct verdict *
read_verdicts(struct arena *a, struct span list, const char *word, size_t *n)
{
	size_t room = parts_count(list, MANY);
	struct verdict *out = arena_new(a, (room + 1) * sizeof(*out));
	struct reader r = reader_of(list);
	struct json_member m;

	*n = 0;
	json_array(&r);
	while (*n < room && json_element(&r, &m)) {
		struct verdict *v = &out[*n];

		cause_of(json_member(m.value, "cause"), &v->cause);
		v->rule = json_string(a, m.value, "rule");
		v->because = json_string(a, m.value, word);
		*n += v->because != NULL;
	}
	return out;
}

static void
read_fixes(struct arena *a, struct span list, struct finding *f)
{
	size_t room = parts_count(list, MANY);
	struct fix *fixes = arena_new(a, (room + 1) * sizeof(*fixes));
	struct reader r = reader_of(list);
	struct json_member m;

	f->fixes = fixes;
	json_array(&r);
	while (f->n_fixes < room && json_element(&r, &m)) {
		struct fix *x = &fixes[f->n_fixes];
		unsigned who = parts_which(json_member(m.value, "who"),
		    who_word, WHO_CAPTURE);
		unsigned effort = parts_which(json_member(m.value, "effort"),
		    effort_word, EFFORT_HARD);

		x->who = who > WHO_CAPTURE ? WHO_PROXY : (enum who_acts)who;
		x->effort = effort > EFFORT_HARD ? EFFORT_MEDIUM
		                                 : (enum effort)effort;
		x->what = json_string(a, m.value, "do");
		f->n_fixes += x->what != NULL;
	}
}

static void
read_evidence(struct arena *a, struct span evidence, struct finding *f)
{
	struct span list = json_member(evidence, "frames");
	struct reader r = reader_of(list);
	struct json_member m;
	size_t room =
	    parts_count(list, sizeof(f->frames) / sizeof(f->frames[0]));

	json_array(&r);
	while (f->n_frames < room && json_element(&r, &m))
		f->n_frames += span_decimal(m.value, &f->frames[f->n_frames]);
	f->display_filter = json_string(a, evidence, "display_filter");

	const char *file = json_string(a, evidence, "file");

	snprintf(f->evidence_file, sizeof(f->evidence_file), "%s",
	    file != NULL ? file : "");
}

static void
read_product(struct arena *a, struct span product, struct finding *f)
{
	f->product = json_string(a, product, "name");
	f->product_version = json_string(a, product, "version");
	f->product_behind = json_string(a, product, "behind");
	f->product_signs = json_string(a, product, "signs");
	f->product_confidence = level_of(product, "confidence");
	f->advice = parts_strings(a, json_member(product, "advice"),
	    &f->n_advice);
}

/* What an earlier run had seen. */
static void
read_known(struct finding *f, struct span known)
{
	when_ns since = when_of_iso(json_member(known, "since"));

	if (since == WHEN_NONE)
		return;
	f->known_since = since;
	f->known_until = when_of_iso(json_member(known, "until"));
	span_decimal(json_member(known, "times"), &f->known_times);
}

struct finding *
parts_finding(struct arena *a, struct span line)
{
	struct span about =
	    json_member(json_member(line, "p407"), "finding");
	struct span rule = json_member(line, "rule");
	struct span scope = json_member(about, "scope");
	struct finding *f = arena_new(a, sizeof(*f));
	const struct {
		struct span of;
		const char *key;
		const char **to;
	} texts[] = {
		{ about, "id", &f->id },
		{ rule, "name", &f->title },
		{ line, "message", &f->message },
		{ about, "why", &f->why },
		{ about, "between", &f->between },
		{ scope, "who", &f->scope },
		{ scope, "words", &f->scope_words },
		{ about, "escalate_to", &f->escalate_to },
		{ about, "escalate_when", &f->escalate_when },
		{ about, "verify", &f->verify },
	};
	const char *reference = json_string(a, rule, "reference");

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i].to =
		    json_string(a, texts[i].of, texts[i].key);
	if (f->id == NULL || f->title == NULL || f->message == NULL)
		return NULL;
	/* Of a sensor, which tells them for all of its time. */
	f->state = json_string(a, about, "state");
	if (f->state != NULL)
		span_decimal(json_member(about, "count"), &f->total);
	cause_of(json_member(about, "cause"), &f->cause);
	f->fault = span_eq(json_member(about, "fault"), SPAN("true"));
	f->severity = level_of(about, "severity");
	f->likelihood = level_of(about, "likelihood");
	f->first = when_of_iso(json_member(about, "first"));
	f->last = when_of_iso(json_member(about, "last"));
	f->worked_until = when_of_iso(json_member(about, "worked_until"));
	f->failing_since = when_of_iso(json_member(about, "failing_since"));
	if (f->worked_until == WHEN_NONE)
		f->worked_until = f->failing_since = 0;
	f->works_again = when_of_iso(json_member(about, "works_again"));
	if (f->works_again == WHEN_NONE)
		f->works_again = 0;
	read_known(f, json_member(about, "known"));
	read_tally(a, about, "clients", &f->clients);
	read_tally(a, about, "users", &f->users);
	read_tally(a, about, "proxies", &f->proxies);
	read_tally(a, about, "user_agents", &f->agents);
	read_tally(a, about, "workstations", &f->workstations);
	read_tally(a, about, "targets", &f->targets);
	f->earlier = parts_strings(a, json_member(about, "earlier"),
	    &f->n_earlier);
	f->changed = parts_strings(a, json_member(about, "changed"),
	    &f->n_changed);
	f->differs = parts_strings(a, json_member(about, "differs"),
	    &f->n_differs);
	f->hosts =
	    parts_strings(a, json_member(about, "hosts"), &f->n_hosts);
	read_product(a, json_member(about, "product"), f);
	read_evidence(a, json_member(about, "evidence"), f);
	f->contributing = read_verdicts(a, json_member(about, "contributing"),
	    "because", &f->n_contributing);
	f->ruled_out = read_verdicts(a, json_member(about, "ruled_out"),
	    "because", &f->n_ruled_out);
	f->cannot_tell = read_verdicts(a, json_member(about, "cannot_tell"),
	    "needs", &f->n_cannot_tell);
	read_fixes(a, json_member(about, "fixes"), f);
	f->references = parts_strings(a, json_member(about, "references"),
	    &f->n_references);
	/* One alone is but in the rule. */
	if (f->n_references == 0 && reference != NULL) {
		const char **only = arena_new(a, sizeof(*only));

		*only = reference;
		f->references = only;
		f->n_references = 1;
	}
	return f;
}

void
parts_ladder(struct arena *a, struct span line, struct attempt *example)
{
	struct span list = json_member(
	    json_member(json_member(line, "p407"), "finding"), "ladder");
	size_t room = parts_count(list, example->n_legs);
	struct reader r = reader_of(list);
	struct json_member m;

	struct leg_words *words =
	    arena_new(a, (example->n_legs + 1) * sizeof(*words));

	json_array(&r);
	for (size_t i = 0; i < room && json_element(&r, &m); i++) {
		words[i].label = json_string(a, m.value, "says");
		words[i].detail = json_string(a, m.value, "detail");
	}
	example->leg_words = words;
}
