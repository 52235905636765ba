/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/facts.h"

#include "diagnose/history.h"

static const struct {
	const struct fact *facts;
	const size_t *count;
} groups[] = {
	{ facts_of_attempt, &facts_of_attempt_count },
	{ facts_of_exchange, &facts_of_exchange_count },
	{ facts_of_ntlm, &facts_of_ntlm_count },
	{ facts_of_negotiate, &facts_of_negotiate_count },
	{ facts_of_kdc, &facts_of_kdc_count },
	{ facts_of_token, &facts_of_token_count },
	{ facts_of_scheme, &facts_of_scheme_count },
	{ facts_of_user, &facts_of_user_count },
	{ facts_of_client, &facts_of_client_count },
	{ facts_of_product, &facts_of_product_count },
	{ facts_of_proxy, &facts_of_proxy_count },
	{ facts_of_story, &facts_of_story_count },
	{ facts_of_past, &facts_of_past_count },
	{ facts_of_peers, &facts_of_peers_count },
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
value_list(const char *const *items, size_t n)
{
	return (struct value){ .state = VALUE_SET, .items = items,
		.n_items = n };
}

size_t
facts_count(void)
{
	size_t n = 0;

	for (size_t g = 0; g < N_GROUPS; g++)
		n += *groups[g].count;
	return n;
}

const struct fact *
facts_at(size_t index)
{
	for (size_t g = 0; g < N_GROUPS; g++) {
		if (index < *groups[g].count)
			return &groups[g].facts[index];
		index -= *groups[g].count;
	}
	return NULL;
}

/* Asked for some hundred times when p407 starts. */
static bool
is_name(const char *s, struct span name)
{
	return name.len > 0 && *s == (char)name.at[0] &&
	    strncmp(s, (const char *)name.at, name.len) == 0 &&
	    s[name.len] == '\0';
}

bool
facts_find(struct span name, size_t *index)
{
	size_t base = 0;

	for (size_t g = 0; g < N_GROUPS; g++) {
		for (size_t i = 0; i < *groups[g].count; i++)
			if (is_name(groups[g].facts[i].name, name)) {
				*index = base + i;
				return true;
			}
		base += *groups[g].count;
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
