/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/differential.h"

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/condition.h"
#include "diagnose/group.h"
#include "diagnose/history.h"
#include "diagnose/opinion.h"
#include "diagnose/story.h"
#include "diagnose/template.h"

/* An expert writes down this many, not forty. */
#define MAX_CONTRIBUTING 4
#define MAX_LINES 8

static void expand_all(struct finding *f, struct subject *s,
    struct arena *arena);
static void draw_up(struct finding *f, const struct rules *rules,
    struct subject *s, struct arena *arena);
static const struct attempt *good_example(const struct subject *s);

void
finding_write(struct finding *f, const struct rules *rules,
    struct subject *s, struct arena *arena)
{
	expand_all(f, s, arena);
	if (f->example == NULL)
		return;
	f->good = good_example(s);
	if (f->rule->about == ABOUT_FAILURES)
		draw_up(f, rules, s, arena);
}

/* -- the story -- */

static const struct value *
value_of(struct subject *s, const char *fact)
{
	size_t index;

	return facts_find(span_of_str(fact), &index)
	    ? subject_value(s, index)
	    : NULL;
}

static const char *
string_of(struct subject *s, const char *fact, struct arena *arena)
{
	const struct value *v = value_of(s, fact);

	return v != NULL && v->state == VALUE_SET
	    ? arena_str(arena, span_of_str(v->string))
	    : NULL;
}

static const char *const *
list_of(struct subject *s, const char *fact, struct arena *arena, size_t *n)
{
	const struct value *v = value_of(s, fact);
	const char **list;

	*n = v != NULL && v->state == VALUE_SET ? v->n_items : 0;
	list = arena_new(arena, (*n + 1) * sizeof(*list));
	for (size_t i = 0; i < *n; i++)
		list[i] = arena_str(arena, span_of_str(v->items[i]));
	return list;
}

void
story_tell(struct finding *f, struct subject *s, struct arena *arena)
{
	f->scope = string_of(s, "story.scope", arena);
	if (f->scope != NULL)
		f->scope_words = string_of(s, "story.scope_words", arena);
	if (f->between == NULL)
		f->between = string_of(s, "story.between", arena);
	if (s->event != NULL) {
		struct since since = story_since(s->history, s->event,
		    s->capture != NULL ? s->capture->past : NULL, arena);

		f->worked_until =
		    since.worked_until != WHEN_NONE ? since.worked_until : 0;
		f->failing_since = since.failing_since;
		f->works_again =
		    since.works_again != WHEN_NONE ? since.works_again : 0;
	}
	f->earlier = list_of(s, "story.earlier", arena, &f->n_earlier);
	f->changed = list_of(s, "story.changed", arena, &f->n_changed);
	f->differs = list_of(s, "story.differs", arena, &f->n_differs);
}

/* Fewer sentences are read more. */
#define MAX_ADVICE 3

static const struct ready_product *
ready_product_of(const struct rules *rules, const struct product *p)
{
	for (size_t i = 0; i < products_count(rules); i++)
		if (products_at(rules, i)->product == p)
			return products_at(rules, i);
	return NULL;
}

void
product_describe(struct finding *f, const struct rules *rules,
    struct subject *s, struct arena *arena)
{
	struct product_match m = { 0 };
	struct text t = { .limit = 400 };
	const char **advice = arena_new(arena, MAX_ADVICE * sizeof(*advice));

	if (s->event != NULL)
		m = history_product(s->history, s->event);
	if (m.product == NULL)
		return;
	product_signs(&t, &m);
	f->product = m.product->name;
	if (f->example != NULL)
		f->product_behind =
		    string_of(s, "proxy.407_written_by", arena);
	f->product_signs = arena_str(arena, span_of_str(text_get(&t)));
	f->product_confidence = product_confidence(&m);
	if (m.version[0] != '\0')
		f->product_version =
		    arena_str(arena, span_of_str(m.version));
	text_fini(&t);

	const struct ready_product *ready =
	    ready_product_of(rules, m.product);

	for (size_t i = 0; i < m.product->n_advice &&
	     f->n_advice < MAX_ADVICE;
	     i++)
		if (ready->when[i] == NULL ||
		    condition_eval(ready->when[i], s) == TRUTH_TRUE)
			advice[f->n_advice++] =
			    template_words(m.product->advice[i].say, s, arena);
	f->advice = advice;
}

static const char *
message_of(const struct finding *f, struct subject *s, struct arena *arena)
{
	const char *message = template_words(f->rule->message, s, arena);
	struct text t = { .limit = 4000 };

	if (f->went_on == WENT_NOT_ON)
		return message;
	text_fmt(&t, "%s It got through at once all the same, on %s "
	    "connection.", message,
	    f->went_on == WENT_ON_HERE ? "the same" : "another");
	message = arena_str(arena, text_span(&t));
	text_fini(&t);
	return message;
}

static void
expand_all(struct finding *f, struct subject *s, struct arena *arena)
{
	const struct rule *r = f->rule;
	struct fix *fixes = arena_new(arena, (r->n_fixes + 1) * sizeof(*fixes));

	f->message = message_of(f, s, arena);
	f->why = template_words(r->why, s, arena);
	f->escalate_to = template_words(r->escalate_to, s, arena);
	f->escalate_when = template_words(r->escalate_when, s, arena);
	f->verify = template_words(r->verify, s, arena);
	for (size_t i = 0; i < r->n_fixes; i++) {
		fixes[i] = r->fixes[i];
		fixes[i].what = template_words(r->fixes[i].what, s, arena);
	}
	f->fixes = fixes;
	f->n_fixes = r->n_fixes;
	f->references = r->references;
	f->n_references = r->n_references;
}

/* -- a good login to lay beside it -- */

static bool
same_scheme(const struct event *e, const struct event *o)
{
	return e->kin[KIN_LANE] == o->kin[KIN_LANE];
}

static const struct attempt *
good_example(const struct subject *s)
{
	static const struct {
		enum kinship kin;
		bool (*match)(const struct event *e, const struct event *o);
	} choices[] = {
		{ KIN_LOGIN, same_scheme },
		{ KIN_USER, same_scheme },
		{ KIN_LANE, NULL },
		{ KIN_PROXY, NULL },
	};

	if (s->event == NULL || s->event->kind == EVENT_OK)
		return NULL;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const struct event *e = history_near(s->history, s->event,
		    choices[i].kin, WHICH_OK, choices[i].match);

		if (e != NULL)
			return e->attempt;
	}
	return NULL;
}

/* -- the differential -- */

/* What is said of the example, and of how many besides it is so. */
struct line {
	struct opinion opinion;
	const char *words;
	size_t n;           /* of so many attempts, with the example */
	bool found_of_some; /* but of others it is the cause, too */
	bool differs;       /* of others it is so in other words */
};

/* Of a finding about many, what a rule about one would have counted. */
static struct group_counts
part_of(const struct finding *f, const struct rule *rule)
{
	struct group_counts part = { .clients = 1, .users = 1,
		.first = f->last, .last = f->first };

	for (size_t i = 0; i < f->n_attempts; i++) {
		const struct attempt *a = f->attempts[i];

		if (!group_would_join(rule, f->example, a))
			continue;
		part.attempts++;
		part.times += attempt_refusals(a);
		if (a->start < part.first)
			part.first = a->start;
		if (a->end > part.last)
			part.last = a->end;
	}
	return part;
}

/* What a rule says that holds, too: of the example, and not of all. */
static const char *
said_beside(const struct finding *f, const struct rule *rule,
    struct subject *s, struct arena *arena)
{
	const struct group_counts *whole = s->group;
	struct group_counts part;
	const char *words;

	if (rule->group == GROUP_PROXY || rule->group == f->rule->group)
		return template_words(rule->message, s, arena);
	part = part_of(f, rule);
	subject_speak_of(s, &part);
	words = template_words(rule->message, s, arena);
	subject_speak_of(s, whole);
	return words;
}

static int
by_likelihood(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	const struct rule *x = a->opinion.rule->rule;
	const struct rule *y = b->opinion.rule->rule;

	if (x->likelihood != y->likelihood)
		return x->likelihood > y->likelihood ? -1 : 1;
	if (x->specificity != y->specificity)
		return x->specificity > y->specificity ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void
note_witness(void *context, size_t fact)
{
	bool *witness = context;

	*witness |= facts_at(fact)->source == SOURCE_WITNESS;
}

/* Of the cause itself: a witness would tell what it is in detail. */
static bool
would_tell_more(const struct finding *f, const struct opinion *o)
{
	const struct rule *rule = o->rule->rule;
	bool witness = false;

	if (o->truth != TRUTH_UNKNOWN || !o->considered ||
	    rule->specificity <= f->rule->specificity)
		return false;
	condition_facts(o->rule->when, note_witness, &witness);
	return witness;
}

/* What cannot be told goes before what can be ruled out. */
static bool
is_room_for(enum truth truth, const size_t n[3], size_t unknown)
{
	switch (truth) {
	case TRUTH_TRUE:
		return n[TRUTH_TRUE] < MAX_CONTRIBUTING;
	case TRUTH_UNKNOWN:
		return n[TRUTH_UNKNOWN] < MAX_LINES;
	default:
		return n[TRUTH_FALSE] + unknown < MAX_LINES;
	}
}

static void
compare_line(struct line *line, const struct opinion *other,
    struct subject *s)
{
	if (other->rule == NULL || other->truth != line->opinion.truth) {
		line->found_of_some |= other->rule != NULL &&
		    other->truth == TRUTH_TRUE;
		return;
	}
	line->n++;
	line->differs |=
	    strcmp(opinion_words(other, s, s->arena), line->words) != 0;
}

/* One attempt after the other: nothing is kept but the counts. */
static void
ask_others(const struct finding *f, const struct rules *rules,
    const struct subject *example, struct line *lines, size_t n)
{
	struct subject *s = memory_new(1, sizeof(*s));
	bool wanted[CAUSE_COUNT] = { false };

	for (size_t k = 0; k < n; k++)
		wanted[lines[k].opinion.rule->rule->cause] =
		    lines[k].opinion.truth != TRUTH_TRUE;
	for (size_t i = 0; i < f->n_attempts; i++) {
		struct opinion opinions[CAUSE_COUNT] = { { .rule = NULL } };
		struct arena scratch = { 0 };

		if (f->attempts[i] == f->example)
			continue;
		subject_init(s, example->history, f->attempts[i], NULL,
		    example->capture, &scratch);
		subject_speak_of(s, example->group);
		opinions_ask(rules, f->rule, wanted, s, opinions);
		for (size_t k = 0; k < n; k++) {
			enum cause c = lines[k].opinion.rule->rule->cause;

			if (wanted[c])
				compare_line(&lines[k], &opinions[c], s);
		}
		arena_fini(&scratch);
	}
	free(s);
}

/* "in 7 of 12 attempts: …"; as it is where it holds of all alike. */
static const char *
words_of_all(const struct finding *f, const struct line *line,
    struct arena *arena)
{
	bool many = f->clients.total > 1 || f->users.total > 1;
	bool example = line->differs && many;
	struct text t = { .limit = 4000 };

	if (line->opinion.truth == TRUTH_TRUE ||
	    (line->n == f->n_attempts && !example))
		return line->words;
	if (line->n < f->n_attempts)
		text_fmt(&t, "in %zu of %zu attempts", line->n, f->n_attempts);
	else
		text_fmt(&t, "in all %zu attempts", line->n);
	text_fmt(&t, "%s: %s", example ? ", for example" : "", line->words);

	const char *kept = arena_str(arena, span_of_str(text_get(&t)));

	text_fini(&t);
	return kept;
}

/* Of the example, by how likely it is. */
static size_t
lines_of(const struct finding *f, const struct rules *rules,
    struct subject *s, struct arena *arena, struct line lines[CAUSE_COUNT])
{
	struct opinion opinions[CAUSE_COUNT] = { { .rule = NULL } };
	bool wanted[CAUSE_COUNT];
	size_t n = 0;

	for (int c = 0; c < CAUSE_COUNT; c++)
		wanted[c] = true;
	opinions_ask(rules, f->rule, wanted, s, opinions);
	for (int c = 0; c < CAUSE_COUNT; c++) {
		struct opinion *o = &opinions[c];

		if (o->rule != NULL &&
		    (c != (int)f->cause || would_tell_more(f, o)))
			lines[n++] = (struct line){ .opinion = *o, .n = 1 };
	}
	qsort(lines, n, sizeof(lines[0]), by_likelihood);
	for (size_t k = 0; k < n; k++) {
		const struct opinion *o = &lines[k].opinion;

		lines[k].words = o->truth == TRUTH_TRUE
		    ? said_beside(f, o->rule->rule, s, arena)
		    : opinion_words(o, s, arena);
	}
	return n;
}

static bool
is_told(const struct line *line)
{
	return line->opinion.truth != TRUTH_FALSE || !line->found_of_some;
}

static void
draw_up(struct finding *f, const struct rules *rules, struct subject *s,
    struct arena *arena)
{
	struct line lines[CAUSE_COUNT];
	size_t n_lines = lines_of(f, rules, s, arena, lines);
	struct verdict *out[3];
	size_t n[3] = { 0 }, unknown = 0;

	if (f->n_attempts > 1)
		ask_others(f, rules, s, lines, n_lines);
	for (int t = 0; t < 3; t++)
		out[t] = arena_new(arena, (MAX_LINES + 1) * sizeof(*out[t]));
	for (size_t k = 0; k < n_lines; k++)
		unknown += lines[k].opinion.truth == TRUTH_UNKNOWN;
	for (size_t k = 0; k < n_lines; k++) {
		enum truth truth = lines[k].opinion.truth;

		if (!is_told(&lines[k]) || !is_room_for(truth, n, unknown))
			continue;
		out[truth][n[truth]++] = (struct verdict){
			.cause = lines[k].opinion.rule->rule->cause,
			.rule = lines[k].opinion.rule->rule->id,
			.because = words_of_all(f, &lines[k], arena),
		};
	}
	f->contributing = out[TRUTH_TRUE];
	f->n_contributing = n[TRUTH_TRUE];
	f->ruled_out = out[TRUTH_FALSE];
	f->n_ruled_out = n[TRUTH_FALSE];
	f->cannot_tell = out[TRUTH_UNKNOWN];
	f->n_cannot_tell = n[TRUTH_UNKNOWN];
}
