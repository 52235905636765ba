/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection to a port that proxies like to have, which begins with neither
 * HTTP nor TLS.
 */
#include "diagnose/facts.h"
#include "diagnose/sides.h"
#include "witness/apps.h"
#include "witness/sample.h"

#define SEE_BOTH "capture both directions of the connection to its end"

static const char *const answer_values[] = { "nothing", "HTTP",
	"something else", NULL };
static const char *const side_values[] = { "client", "proxy", NULL };

static const struct sample_record *
sample_of(const struct subject *s)
{
	return s->witness != NULL && s->witness->kind == WITNESS_SAMPLE
	    ? s->witness->saw.sample
	    : NULL;
}

static struct value
socks(const struct subject *s, const struct fact *f)
{
	const struct sample_record *r = sample_of(s);
	unsigned version = r != NULL ? sample_socks(r->client) : 0;

	(void)f;
	return version == 5    ? value_string("SOCKS5")
	    : version == 4     ? value_string("SOCKS4")
	                       : value_absent();
}

static struct value
application(const struct subject *s, const struct fact *f)
{
	const struct sample_record *r = sample_of(s);
	struct text name = { .limit = 80 };

	(void)f;
	if (r == NULL)
		return value_absent();
	if (s->capture == NULL || s->capture->apps == NULL)
		return value_unknown();

	const struct apps_talk talk = { r->client, r->server,
		s->witness->server_port, r->server_first };
	bool known = apps_of_talk(s->capture->apps, &talk, &name);
	struct value v = value_string(
	    known ? arena_str(s->arena, text_span(&name)) : NULL);

	text_fini(&name);
	return v;
}

static struct value
answer(const struct subject *s, const struct fact *f)
{
	const struct sample_record *r = sample_of(s);

	(void)f;
	if (r == NULL)
		return value_absent();
	if (r->answer == SAMPLE_NOTHING && !r->closed)
		return value_unknown();
	return value_string(answer_values[r->answer]);
}

static struct value
closed_by(const struct subject *s, const struct fact *f)
{
	const struct sample_record *r = sample_of(s);

	(void)f;
	if (r == NULL || !r->closed)
		return value_absent();
	return value_string(side_values[r->closed_by_server]);
}

static struct value
is_known_proxy(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (sample_of(s) == NULL || s->capture == NULL ||
	    s->capture->sides == NULL)
		return value_absent();
	return value_bool(sides_is_proxy(s->capture->sides,
	    &s->witness->server, s->witness->server_port));
}

/* clang-format off */
const struct fact facts_of_stray[] = {
	{ "stray.socks", FACT_STRING, SOURCE_WITNESS,
	    "the version of SOCKS that the client greets with", NULL, "none",
	    .compute = socks },
	{ "stray.application", FACT_STRING, SOURCE_WITNESS,
	    "what libndpi takes these bytes for", "run with --applications",
	    "something that is no HTTP", .compute = application },
	{ "stray.answer", FACT_STRING, SOURCE_WITNESS,
	    "what came back", SEE_BOTH, NULL, .compute = answer,
	    .values = answer_values },
	{ "stray.closed_by", FACT_STRING, SOURCE_WITNESS,
	    "who ended the connection", SEE_BOTH, "nobody",
	    .compute = closed_by, .values = side_values },
	{ "stray.is_known_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "clients use this address and port as an HTTP proxy", NULL, NULL,
	    .compute = is_known_proxy },
};
/* clang-format on */

const size_t facts_of_stray_count =
    sizeof(facts_of_stray) / sizeof(facts_of_stray[0]);
