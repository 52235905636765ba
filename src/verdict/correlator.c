/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/correlator.h"

#include <stdlib.h>
#include <strings.h>

#include "attempt/applications.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/message.h"
#include "witness/apps.h"
#include "witness/sample.h"

struct correlator {
	const struct options *options;
	struct tracker *tracker;
	struct testimony *testimony;
	struct places *places;
	struct applications *applications; /* NULL: nobody asked for them */
	struct state *state; /* NULL: none is kept */
	struct diagnosis *diagnosis;
	struct attempt **chosen;
	size_t n_chosen, n_passed_over;
	when_ns now;
	bool news; /* of a witness, since the last look */
};

static void diagnose(struct correlator *c, const struct rules *rules,
    const struct capture_facts *capture);
static void remember(struct correlator *c, bool all);

struct correlator *
correlator_new(const struct options *o)
{
	struct correlator *c = memory_new(1, sizeof(*c));

	c->options = o;
	c->now = WHEN_NONE;
	c->tracker = tracker_new();
	c->testimony = testimony_new();
	c->places = places_new();
	if (o->applications)
		c->applications = applications_new();
	/* Who asks for the inventory only gets what there is. */
	if (o->applications && !o->inventory &&
	    !apps_open(applications_apps(c->applications)))
		message_note("libndpi is not here, so applications have no "
		             "names (Debian: apt-get install libndpi-dev, and "
		             "build p407 again)");
	return c;
}

void
correlator_free(struct correlator *c)
{
	if (c == NULL)
		return;
	diagnosis_free(c->diagnosis);
	tracker_free(c->tracker);
	testimony_free(c->testimony);
	places_free(c->places);
	applications_free(c->applications);
	free(c->chosen);
	free(c);
}

void
correlator_take(void *correlator, struct observation *o)
{
	struct correlator *c = correlator;

	places_take(c->places, o);
	if (o->time > c->now)
		c->now = o->time;
	if (o->kind != OBSERVE_WITNESS) {
		tracker_take(c->tracker, o);
		return;
	}
	if (o->witness->kind == WITNESS_SAMPLE &&
	    o->witness->saw.sample->authority != NULL) {
		if (c->applications != NULL)
			applications_take(c->applications, o);
		else
			observation_free(o);
		return;
	}
	/* Findings may rest on these alone. */
	c->news |= o->witness->kind == WITNESS_TLS ||
	    o->witness->kind == WITNESS_PAC ||
	    o->witness->kind == WITNESS_SAMPLE;
	testimony_take(c->testimony, o);
}

void
correlator_now(struct correlator *c, when_ns now)
{
	bool back = now != WHEN_NONE && c->now != WHEN_NONE &&
	    when_between(now, c->now) > WHEN_SET_BACK;

	if (now == WHEN_NONE)
		return;
	if (now > c->now || back)
		c->now = now;
	if (back)
		tracker_back(c->tracker, now);
	tracker_now(c->tracker, now);
}

void
correlator_deaf(struct correlator *c)
{
	tracker_deaf(c->tracker);
}

/*
 * "bob", "LAB\bob" or "bob@lab.test", as it is printed, in any case, as
 * directories have it.
 */
static bool
is_user(const struct attempt *a, const char *wanted)
{
	const char *slash = strchr(wanted, '\\');
	const char *at = strrchr(wanted, '@');

	if (a->user == NULL)
		return false;
	if (slash == NULL && at != NULL && a->domain != NULL &&
	    strcasecmp(a->domain, at + 1) == 0)
		return strlen(a->user) == (size_t)(at - wanted) &&
		    strncasecmp(a->user, wanted, (size_t)(at - wanted)) == 0;
	if (slash == NULL)
		return strcasecmp(a->user, wanted) == 0;
	return strcasecmp(a->user, slash + 1) == 0 && a->domain != NULL &&
	    strlen(a->domain) == (size_t)(slash - wanted) &&
	    strncasecmp(a->domain, wanted, (size_t)(slash - wanted)) == 0;
}

/* What is outside is as if it were not there. */
static bool
in_time(const struct options *o, const struct attempt *a)
{
	return (o->since == WHEN_NONE || a->start >= o->since) &&
	    (o->until == WHEN_NONE || a->start < o->until);
}

/* How others fare is of use for those that are asked for. */
static bool
wanted(const struct options *o, const struct attempt *a)
{
	return (o->client.len == 0 ||
	        address_eq(&o->client, &a->connection.client)) &&
	    (o->proxy.len == 0 ||
	        address_eq(&o->proxy, &a->connection.proxy)) &&
	    (o->proxy_port == 0 ||
	        o->proxy_port == a->connection.proxy_port) &&
	    (o->user == NULL || is_user(a, o->user));
}

void
correlator_finish(struct correlator *c, const struct rules *rules,
    const struct capture_facts *capture)
{
	correlator_look_away(c);
	tracker_finish(c->tracker);
	diagnose(c, rules, capture);
	remember(c, true);
}

void
correlator_look_away(struct correlator *c)
{
	diagnosis_free(c->diagnosis);
	free(c->chosen);
	c->diagnosis = NULL;
	c->chosen = NULL;
	c->n_chosen = 0;
}

bool
correlator_look(struct correlator *c, const struct rules *rules,
    const struct capture_facts *capture, bool always)
{
	when_ns before = when_after(c->now != WHEN_NONE ? c->now : 0,
	    -(int64_t)limit_of(LIMIT_WINDOW_SECONDS) * WHEN_SECOND);

	correlator_look_away(c);
	if (!tracker_settle(c->tracker) && !c->news && !always)
		return false;
	tracker_forget(c->tracker, before, limit_of(LIMIT_WINDOW));
	testimony_forget(c->testimony, before,
	    limit_of(LIMIT_WITNESSES) / 2);
	tracker_window(c->tracker);
	c->news = false;
	diagnose(c, rules, capture);
	remember(c, false);
	return true;
}

void
correlator_remember(struct correlator *c, struct state *s)
{
	const struct options *o = c->options;

	c->state = s;
	if (s != NULL && (o->client.len > 0 || o->proxy.len > 0 ||
	        o->proxy_port != 0 || o->user != NULL))
		state_partial(s);
}

/* Those that are decided, each once. */
static void
remember(struct correlator *c, bool all)
{
	struct attempt **fresh = memory_new(c->n_chosen, sizeof(*fresh));
	size_t n = 0;

	for (size_t i = 0; c->state != NULL && i < c->n_chosen; i++)
		if ((all || c->chosen[i]->settled) &&
		    !c->chosen[i]->remembered) {
			c->chosen[i]->remembered = true;
			fresh[n++] = c->chosen[i];
		}
	if (n > 0)
		state_take(c->state, fresh, n);
	if (c->state != NULL)
		state_take_findings(c->state, c->diagnosis);
	free(fresh);
}

static void
diagnose(struct correlator *c, const struct rules *rules,
    const struct capture_facts *capture)
{
	size_t n, n_refused;

	struct capture_facts facts = *capture;
	const struct options *o = c->options;
	struct only only = {
		.client = o->client,
		.proxy = o->proxy,
		.proxy_port = o->proxy_port,
		.since = o->since,
		.until = o->until,
		.attempts = o->user != NULL,
	};

	facts.past = c->state != NULL ? state_past(c->state) : NULL;
	facts.witnesses = c->testimony;
	facts.places = c->places;
	testimony_finish(c->testimony);
	facts.only = &only;

	struct attempt **all = tracker_attempts(c->tracker, &n);
	const struct observation **refused =
	    tracker_refused(c->tracker, &n_refused);

	facts.all = memory_new(n + 1, sizeof(*facts.all));
	c->chosen = memory_new(n, sizeof(*c->chosen));
	c->n_passed_over = n;
	for (size_t i = 0; i < n; i++) {
		if (!in_time(o, all[i]))
			continue;
		facts.all[facts.n_all++] = all[i];
		if (wanted(o, all[i]))
			c->chosen[c->n_chosen++] = all[i];
	}
	c->n_passed_over -= c->n_chosen;
	if (c->applications != NULL) {
		applications_name(c->applications, c->chosen, c->n_chosen);
		facts.apps = applications_apps(c->applications);
	}
	c->diagnosis = diagnosis_run(rules, c->chosen, c->n_chosen, refused,
	    n_refused, &facts);
	free(facts.all);
}

struct attempt **
correlator_attempts(struct correlator *c, size_t *n)
{
	*n = c->n_chosen;
	return c->chosen;
}

size_t
correlator_passed_over(const struct correlator *c)
{
	return c->n_passed_over;
}

const struct testimony *
correlator_witnesses(const struct correlator *c)
{
	return c->testimony;
}

const struct diagnosis *
correlator_diagnosis(const struct correlator *c)
{
	return c->diagnosis;
}
