/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/facts.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "diagnose/history.h"

static const struct {
	const struct fact *facts;
	const size_t *count;
} groups[] = {
	{ facts_of_attempt, &facts_of_attempt_count },
	{ facts_of_exchange, &facts_of_exchange_count },
	{ facts_of_ntlm, &facts_of_ntlm_count },
	{ facts_of_negotiate, &facts_of_negotiate_count },
	{ facts_of_keytab, &facts_of_keytab_count },
	{ facts_of_kdc, &facts_of_kdc_count },
	{ facts_of_token, &facts_of_token_count },
	{ facts_of_scheme, &facts_of_scheme_count },
	{ facts_of_user, &facts_of_user_count },
	{ facts_of_login, &facts_of_login_count },
	{ facts_of_client, &facts_of_client_count },
	{ facts_of_product, &facts_of_product_count },
	{ facts_of_proxy, &facts_of_proxy_count },
	{ facts_of_chain, &facts_of_chain_count },
	{ facts_of_story, &facts_of_story_count },
	{ facts_of_past, &facts_of_past_count },
	{ facts_of_peers, &facts_of_peers_count },
	{ facts_of_wait, &facts_of_wait_count },
	{ facts_of_stray, &facts_of_stray_count },
	{ facts_of_tls, &facts_of_tls_count },
	{ facts_of_pac, &facts_of_pac_count },
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static const char *const type_names[] = {
	[FACT_BOOL] = "yes or no",
	[FACT_NUMBER] = "number",
	[FACT_DURATION] = "duration",
	[FACT_STRING] = "string",
	[FACT_LIST] = "list of strings",
};

static const char *const source_names[] = {
	[SOURCE_ATTEMPT] = "attempt",
	[SOURCE_CAPTURE] = "capture",
	[SOURCE_HISTORY] = "history",
	[SOURCE_WITNESS] = "witness",
	[SOURCE_PAST] = "store",
	[SOURCE_FINDING] = "finding",
};

struct value
value_unknown(void)
{
	return (struct value){ .state = VALUE_UNKNOWN };
}

struct value
value_absent(void)
{
	return (struct value){ .state = VALUE_ABSENT };
}

struct value
value_bool(bool yes)
{
	return (struct value){ .state = VALUE_SET, .yes = yes };
}

struct value
value_number(double number)
{
	return (struct value){ .state = VALUE_SET, .number = number };
}

struct value
value_duration(int64_t ns)
{
	return (struct value){ .state = VALUE_SET, .ns = ns };
}

struct value
value_string(const char *s)
{
	return s == NULL
	    ? value_absent()
	    : (struct value){ .state = VALUE_SET, .string = s };
}

struct value
value_text(const struct subject *s, struct text *t)
{
	const char *kept = arena_str(s->arena, text_span(t));

	text_fini(t);
	return value_string(kept);
}

struct value
value_list(const char *const *items, size_t n)
{
	return (struct value){ .state = VALUE_SET, .items = items,
		.n_items = n };
}

/* All groups in a row, and in order of names; made at the first use. */
static struct {
	const struct fact *at[FACTS_MAX];
	uint16_t by_name[FACTS_MAX];
	size_t n;
} all;
static pthread_once_t all_once = PTHREAD_ONCE_INIT;
static atomic_bool all_made;

static int
by_name(const void *left, const void *right)
{
	return strcmp(all.at[*(const uint16_t *)left]->name,
	    all.at[*(const uint16_t *)right]->name);
}

static void
make_all(void)
{
	for (size_t g = 0; g < N_GROUPS; g++)
		for (size_t i = 0; i < *groups[g].count; i++) {
			assert(all.n < FACTS_MAX);
			all.by_name[all.n] = (uint16_t)all.n;
			all.at[all.n++] = &groups[g].facts[i];
		}
	qsort(all.by_name, all.n, sizeof(all.by_name[0]), by_name);
	atomic_store_explicit(&all_made, true, memory_order_release);
}

static void
need_all(void)
{
	if (!atomic_load_explicit(&all_made, memory_order_acquire))
		pthread_once(&all_once, make_all);
}

size_t
facts_count(void)
{
	need_all();
	return all.n;
}

const struct fact *
facts_at(size_t index)
{
	need_all();
	return index < all.n ? all.at[index] : NULL;
}

/* As strcmp() has it, of bytes that may be anything. */
static int
compare(struct span name, const char *with)
{
	size_t len = strlen(with);
	int order = memcmp(name.at, with, name.len < len ? name.len : len);

	return order != 0 ? order : (name.len > len) - (name.len < len);
}

bool
facts_find(struct span name, size_t *index)
{
	size_t low = 0, high;

	need_all();
	high = all.n;
	while (low < high && name.len > 0) {
		size_t middle = low + (high - low) / 2;
		int order = compare(name, all.at[all.by_name[middle]]->name);

		if (order == 0) {
			*index = all.by_name[middle];
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

void
subject_init(struct subject *s, const struct history *history,
    const struct attempt *attempt, const struct observation *refused,
    const struct capture_facts *capture, struct arena *arena)
{
	s->attempt = attempt;
	s->refused = refused;
	s->witness = refused != NULL && refused->kind == OBSERVE_WITNESS
	    ? refused->witness
	    : NULL;
	s->history = history;
	s->event = attempt != NULL && history != NULL
	    ? history_event_of(history, attempt)
	    : NULL;
	s->capture = capture;
	s->kdc = (struct kdc_view){ 0 };
	if (attempt != NULL && capture != NULL)
		kdc_view_of(capture->kdc, attempt, &s->kdc);
	s->group = NULL;
	s->arena = arena;
	memset(s->have, 0, sizeof(s->have));
}

void
subject_speak_of(struct subject *s, const struct group_counts *group)
{
	s->group = group;
	for (size_t i = 0; i < facts_count(); i++)
		if (facts_at(i)->source == SOURCE_FINDING)
			s->have[i] = false;
}

const struct value *
subject_value(struct subject *s, size_t index)
{
	if (s->have[index])
		return &s->values[index];

	const struct fact *f = facts_at(index);

	/* A refused connection has no messages to ask about. */
	if ((f->source == SOURCE_ATTEMPT && s->attempt == NULL) ||
	    (f->source == SOURCE_FINDING && s->group == NULL))
		s->values[index] = value_unknown();
	else
		s->values[index] = f->compute(s, f);
	s->have[index] = true;
	return &s->values[index];
}

void
value_words(struct text *t, const struct fact *f, const struct value *v)
{
	if (v->state != VALUE_SET) {
		text_str(t, f->blank != NULL ? f->blank : "(not seen)");
		return;
	}
	switch (f->type) {
	case FACT_BOOL:
		text_str(t, v->yes ? "yes" : "no");
		break;
	case FACT_NUMBER:
		text_fmt(t, "%.0f", v->number);
		break;
	case FACT_DURATION:
		/* A difference of clocks has a sign; the words say which. */
		when_length(t, v->ns < 0 ? -v->ns : v->ns);
		break;
	case FACT_STRING:
		text_str(t, v->string[0] != '\0' || f->blank == NULL
		        ? v->string
		        : f->blank);
		break;
	case FACT_LIST:
		if (v->n_items == 0)
			text_str(t, "nothing");
		for (size_t i = 0; i < v->n_items; i++) {
			text_str(t, i > 0 ? ", " : "");
			text_str(t, v->items[i]);
		}
		break;
	}
}

const char *
fact_type_name(enum fact_type t)
{
	return type_names[t];
}

const char *
fact_source_name(enum fact_source s)
{
	return source_names[s];
}

void
facts_list(struct text *t)
{
	for (size_t i = 0; i < facts_count(); i++) {
		const struct fact *f = facts_at(i);

		text_fmt(t, "%s\n    %s, from the %s\n    %s\n", f->name,
		    fact_type_name(f->type), fact_source_name(f->source),
		    f->meaning);
		if (f->values != NULL) {
			text_str(t, "    one of:");
			for (size_t v = 0; f->values[v] != NULL; v++)
				text_fmt(t, "%s %s", v > 0 ? "," : "",
				    f->values[v]);
			text_str(t, "\n");
		}
		if (f->needs != NULL)
			text_fmt(t, "    if unknown: %s\n", f->needs);
	}
}
