/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/findings_told.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "diagnose/rules.h"
#include "report/model.h"

/* As many as a look has, and those that have just made room for them: what
 * is forgotten while it is still there would be told anew. */
#define KEPT_TIMES 2

struct told_list {
	struct table by_key; /* struct told, quiet longest first */
	uint32_t last_number;
	uint64_t look;
	when_ns now;
	uint64_t counts[CAUSE_COUNT];
};

struct told_list *
told_new(void)
{
	struct told_list *l = memory_new(1, sizeof(*l));

	table_init(&l->by_key);
	return l;
}

void
told_free(struct told_list *l)
{
	if (l == NULL)
		return;
	LIST_EACH (link, &l->by_key.by_age)
		free(LIST_OBJECT(link, struct told, entry.age));
	table_fini(&l->by_key);
	free(l);
}

/* What was told is no later than now. */
static void
set_back(struct told_list *l, when_ns now)
{
	LIST_EACH (link, &l->by_key.by_age) {
		struct told *t = LIST_OBJECT(link, struct told, entry.age);

		if (t->last > now)
			t->last = now;
	}
}

void
told_begin(struct told_list *l, when_ns now)
{
	if (when_between(now, l->now) > WHEN_SET_BACK)
		set_back(l, now);
	l->look++;
	l->now = now;
}

static struct told *
find(struct told_list *l, uint64_t key)
{
	for (struct table_entry *e = table_first(&l->by_key, key); e != NULL;
	     e = table_next(e)) {
		struct told *t = LIST_OBJECT(e, struct told, entry);

		if (t->key == key)
			return t;
	}
	return NULL;
}

/* There are few of them, and it is asked seldom. */
static struct told *
find_number(const struct told_list *l, uint32_t number)
{
	LIST_EACH (link, &l->by_key.by_age) {
		struct told *t = LIST_OBJECT(link, struct told, entry.age);

		if (t->number == number)
			return t;
	}
	return NULL;
}

const char *
told_id(const struct told_list *l, uint32_t number)
{
	const struct told *t = number != 0 ? find_number(l, number) : NULL;

	return t != NULL ? t->id : NULL;
}

static struct told *
add(struct told_list *l, const struct finding *f)
{
	if (l->by_key.count >= KEPT_TIMES * limit_of(LIMIT_FINDINGS)) {
		struct table_entry *oldest = table_oldest(&l->by_key);

		limit_hit(LIMIT_FINDINGS);
		table_remove(&l->by_key, oldest);
		free(LIST_OBJECT(oldest, struct told, entry));
	}

	struct told *t = memory_new(1, sizeof(*t));
	const char *rule = report_rule(f);

	t->key = f->key;
	t->number = ++l->last_number;
	snprintf(t->id, sizeof(t->id), "f%u", t->number);
	snprintf(t->rule, sizeof(t->rule), "%s", rule != NULL ? rule : "");
	t->first = f->first;
	t->last = f->last;
	t->next = 10;
	t->cause = f->cause;
	t->severity = f->severity;
	t->fault = f->fault;
	t->plain = f->n_attempts == 0;
	l->counts[f->cause]++;
	table_add(&l->by_key, &t->entry, t->key);
	return t;
}

/* Other remarks stand beside the finding that has the cause. */
static bool
has_the_cause(const struct finding *f)
{
	return f->fault ||
	    (f->rule != NULL && f->rule->about == ABOUT_FAILURES);
}

/* Each attempt counts once, for the finding that has it now. */
static void
count(struct told_list *l, struct told *t, const struct finding *f)
{
	for (size_t i = 0; i < f->n_attempts; i++) {
		/* Ours: the diagnosis only lends it. */
		struct attempt *a =
		    (struct attempt *)(uintptr_t)f->attempts[i];

		if (a->counted == t->number)
			continue;
		if (has_the_cause(f)) {
			struct told *before = a->counted != 0
			    ? find_number(l, a->counted)
			    : NULL;

			if (before != NULL && before->total > 0) {
				before->total--;
				before->heir = t->number;
			}
			a->counted = t->number;
		}
		t->total++;
	}
	/* Those are not marked: what there is now, at least. */
	if (!has_the_cause(f))
		t->total = f->n_attempts;
}

enum told_news
told_take(struct told_list *l, struct finding *f, const struct told **as)
{
	struct told *t = find(l, f->key);
	enum told_news news = TOLD_NOTHING;
	bool fresh = t == NULL;

	if (fresh)
		t = add(l, f);
	t->look = l->look;
	t->severity = f->severity;
	count(l, t, f);
	if (fresh) {
		t->open = true;
		news = TOLD_NEW;
	} else if (!t->open && f->last > t->last) {
		t->open = true;
		news = TOLD_AGAIN;
	} else if (t->open && when_between(f->last, l->now) >= TOLD_QUIET) {
		t->open = false;
		news = TOLD_CLOSED;
	} else if (t->open && t->total >= t->next) {
		news = TOLD_MORE;
	}
	while (t->total >= t->next && t->next < UINT64_MAX / 10)
		t->next *= 10;
	if (f->last > t->last) {
		t->last = f->last;
		table_touch(&l->by_key, &t->entry);
	}
	f->id = t->id;
	f->state = t->open ? "open" : "closed";
	f->total = t->total;
	memcpy(f->evidence_file, t->evidence_file, sizeof(f->evidence_file));
	*as = t;
	return news;
}

void
told_evidence(struct told_list *l, const struct finding *f)
{
	struct told *t = find(l, f->key);

	if (t != NULL)
		memcpy(t->evidence_file, f->evidence_file,
		    sizeof(t->evidence_file));
}

void
told_end(struct told_list *l,
    void (*over)(void *context, const struct told *t, enum told_news news),
    void *context)
{
	LIST_EACH (link, &l->by_key.by_age) {
		struct told *t = LIST_OBJECT(link, struct told, entry.age);
		bool quiet = when_between(t->last, l->now) >= TOLD_QUIET;

		if (!t->open || t->look == l->look)
			continue;
		/* Attempts that left the window are no reason. */
		if ((t->total > 0 || t->plain) && !quiet)
			continue;
		t->open = false;
		over(context, t, quiet ? TOLD_CLOSED : TOLD_WITHDRAWN);
	}
}

size_t
told_open(const struct told_list *l, enum level severity)
{
	size_t n = 0;

	LIST_EACH (link, &l->by_key.by_age) {
		const struct told *t =
		    LIST_OBJECT(link, struct told, entry.age);

		n += t->open && t->fault && t->severity == severity;
	}
	return n;
}

uint64_t
told_count(const struct told_list *l, enum cause cause)
{
	return l->counts[cause];
}
