/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which make of proxy it is: of this attempt's own answers, else of others
 * from the same place.
 */
#include "diagnose/facts.h"

#include "diagnose/history.h"

#define SEE_OTHERS                                                             \
	"capture beside the proxy: another answer may name its product"

static struct product_match
match_of(const struct subject *s)
{
	if (s->event == NULL)
		return (struct product_match){ 0 };
	return history_product(s->history, s->event);
}

/* A text of the match, kept with the values. */
static struct value
words_of(const struct subject *s,
    void (*add)(struct text *t, const struct product_match *m))
{
	struct product_match m = match_of(s);
	struct text t = { .limit = 400 };
	struct value v = value_unknown();

	if (m.product != NULL) {
		add(&t, &m);
		v = value_string(
		    arena_str(s->arena, span_of_str(text_get(&t))));
	}
	text_fini(&t);
	return v;
}

static struct value
product_name(const struct subject *s, const struct fact *f)
{
	struct product_match m = match_of(s);

	(void)f;
	return m.product == NULL ? value_unknown()
	                         : value_string(m.product->name);
}

static struct value
product_full(const struct subject *s, const struct fact *f)
{
	(void)f;
	return words_of(s, product_words);
}

static struct value
product_shown_by(const struct subject *s, const struct fact *f)
{
	(void)f;
	return words_of(s, product_signs);
}

static struct value
product_version(const struct subject *s, const struct fact *f)
{
	struct product_match m = match_of(s);

	(void)f;
	if (m.product == NULL || m.version[0] == '\0')
		return value_unknown();
	return value_string(arena_str(s->arena, span_of_str(m.version)));
}

static struct value
product_kind(const struct subject *s, const struct fact *f)
{
	struct product_match m = match_of(s);

	(void)f;
	return m.product == NULL
	    ? value_unknown()
	    : value_string(product_kind_name(m.product->kind));
}

static struct value
confidence(const struct subject *s, const struct fact *f)
{
	struct product_match m = match_of(s);

	(void)f;
	return m.product == NULL
	    ? value_unknown()
	    : value_string(level_name(product_confidence(&m)));
}

static struct value
advice(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_list(s->group->advice, s->group->n_advice);
}

static const char *const kind_values[] = { "proxy", "gateway", "balancer",
	"helper", NULL };
static const char *const level_values[] = { "low", "medium", "high", NULL };

/* clang-format off */
const struct fact facts_of_product[] = {
	{ "proxy.product", FACT_STRING, SOURCE_HISTORY,
	    "the make of the proxy, as its answers show it", SEE_OTHERS,
	    "a proxy of unknown make", .compute = product_name },
	{ "proxy.product_version", FACT_STRING, SOURCE_HISTORY,
	    "the version that the proxy names", SEE_OTHERS,
	    "an unknown version", .compute = product_version },
	{ "proxy.product_words", FACT_STRING, SOURCE_HISTORY,
	    "make and version of the proxy", SEE_OTHERS,
	    "a proxy of unknown make", .compute = product_full },
	{ "proxy.product_kind", FACT_STRING, SOURCE_HISTORY,
	    "what kind of program the proxy is", SEE_OTHERS, NULL,
	    .compute = product_kind, .values = kind_values },
	{ "proxy.product_confidence", FACT_STRING, SOURCE_HISTORY,
	    "how sure its make is", SEE_OTHERS, NULL, .compute = confidence,
	    .values = level_values },
	{ "proxy.product_signs", FACT_STRING, SOURCE_HISTORY,
	    "what in the answers shows the make", SEE_OTHERS, NULL,
	    .compute = product_shown_by },
	{ "proxy.product_advice", FACT_LIST, SOURCE_FINDING,
	    "what is special about this make, where it concerns the attempt",
	    NULL, "nothing", .compute = advice },
};
/* clang-format on */

const size_t facts_of_product_count =
    sizeof(facts_of_product) / sizeof(facts_of_product[0]);
