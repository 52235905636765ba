/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/words.h"

#include <stdio.h>

void
words_count(struct text *t, uint64_t n, const char *one, const char *many)
{
	text_fmt(t, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

const char *
words_scheme(const struct token *token)
{
	if (token->scheme == SCHEME_OTHER && token->scheme_name != NULL)
		return token->scheme_name;
	return scheme_name(token->scheme);
}

void
words_schemes(struct text *t, const struct token *tokens, size_t n)
{
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		struct span name = span_of_str(words_scheme(&tokens[i]));
		size_t j = 0;

		while (j < i && !span_eq_nocase(name,
		                    span_of_str(words_scheme(&tokens[j]))))
			j++;
		if (j < i)
			continue;
		text_str(t, shown++ > 0 ? ", " : "");
		text_add(t, name);
	}
}

void
words_pair(struct text *t, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	text_str(t, t->len > 0 ? ", " : "");
	if (name != NULL)
		text_fmt(t, "%s ", name);
	text_str(t, value);
}

void
words_account(const struct report *r, struct text *t, const char *domain,
    const char *user)
{
	if (user == NULL)
		return;
	if (domain != NULL && *domain != '\0')
		text_fmt(t, "%s\\",
		    redact_name(r->redact, IDENTITY_DOMAIN, domain));
	text_str(t, *user == '\0'
	        ? "(empty name)"
	        : redact_name(r->redact, IDENTITY_USER, user));
}

void
words_outcomes(struct text *t, const unsigned *outcomes)
{
	bool first = true;

	for (unsigned i = OUTCOME_AUTHENTICATED; i <= OUTCOME_INCOMPLETE; i++) {
		if (outcomes[i] == 0)
			continue;
		text_fmt(t, "%s%u %s", first ? "" : ", ", outcomes[i],
		    outcome_name((enum outcome)i));
		first = false;
	}
}

void
words_tally(const struct report *r, struct text *t, const struct tally *tally,
    size_t most)
{
	size_t n = tally->n < most ? tally->n : most;
	size_t total = tally->total > tally->n ? tally->total : tally->n;

	for (size_t i = 0; i < n; i++) {
		text_str(t, i == 0 ? "" : i + 1 == total ? " and " : ", ");
		text_str(t, redact_words(r->redact, tally->entries[i].name));
	}
	if (total > n)
		text_fmt(t, "%s%zu more", n > 0 ? " and " : "", total - n);
}

void
words_clock(struct text *t, int64_t ns)
{
	if (ns < WHEN_SECOND && ns > -WHEN_SECOND) {
		text_str(t, "right to the second");
		return;
	}
	when_length(t, ns < 0 ? -ns : ns);
	text_str(t, ns < 0 ? " behind" : " ahead");
}

/* The day only where it is another than the last. */
static void
add_time(struct text *t, const char *word, when_ns time, char day[11])
{
	struct text a = { 0 };

	when_day_time(&a, time);

	bool same = strncmp(text_get(&a), day, 10) == 0;

	text_fmt(t, "%s %s", word, text_get(&a) + (same ? 11 : 0));
	snprintf(day, 11, "%s", text_get(&a));
	text_fini(&a);
}

void
words_since(struct text *t, const struct finding *f)
{
	char day[11] = "";

	add_time(t, "until", f->worked_until, day);
	text_str(t, " UTC; ");
	add_time(t, f->works_again != 0 ? "failing from" : "failing since",
	    f->failing_since, day);
	if (f->works_again != 0)
		add_time(t, " to", f->works_again, day);
}

bool
words_stretch(const struct finding *f)
{
	return f->first != WHEN_NONE && f->last > f->first &&
	    (f->times > 1 ||
	        (f->times == 0 && f->last - f->first >= WHEN_SECOND));
}

void
words_known(struct text *t, const struct finding *f)
{
	text_str(t, "since ");
	when_day_time(t, f->known_since);
	text_str(t, " UTC");
	if (f->known_times == 1)
		text_str(t, "; once in earlier runs");
	else if (f->known_times > 1)
		text_fmt(t, "; %llu times in earlier runs",
		    (unsigned long long)f->known_times);
}

void
words_product(struct text *t, const struct report *r, const struct finding *f)
{
	text_fmt(t, "%s%s", f->product_confidence == LEVEL_LOW ? "maybe " : "",
	    f->product);
	if (f->product_version != NULL)
		text_fmt(t, " %s", f->product_version);
	if (f->product_behind != NULL)
		text_fmt(t, " at %s, behind it",
		    redact_words(r->redact, f->product_behind));
}
