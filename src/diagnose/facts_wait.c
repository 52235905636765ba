/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one waits for in vain: the proxy, what that asks, or the site.  The
 * wire shows it by who does not wait meanwhile.
 */
#include "diagnose/lookback.h"

#define SEE_ALL_CLIENTS                                                        \
	"capture beside the proxy, so that its other clients are seen, too"

static bool
same_host(const struct event *e, const struct event *o)
{
	return lookback_same_text(e->attempt->authority,
	    o->attempt->authority);
}

/* While e waited for its answer. */
static bool
meanwhile(const struct event *e, when_ns time)
{
	when_ns asked = e->attempt->request->time;

	return time > asked &&
	    when_between(asked, time) <= e->attempt->in_vain_ns;
}

static bool
got_in_elsewhere(const struct event *e, const struct event *o)
{
	return meanwhile(e, o->time) && !same_host(e, o);
}

static bool
got_in_here(const struct event *e, const struct event *o)
{
	return meanwhile(e, o->time) && same_host(e, o);
}

static bool
waits_elsewhere(const struct event *e, const struct event *o)
{
	return o->attempt->in_vain_ns >= 0 && o->attempt->request != NULL &&
	    !same_host(e, o) &&
	    (meanwhile(e, o->attempt->request->time) ||
	        meanwhile(o, e->attempt->request->time));
}

/* Where some get in and some wait, whatever the host, the proxy is short of
 * what checks logins. */
static struct value
only_this_host_waits(const struct subject *s, const struct fact *f)
{
	const struct history *h = s->history;
	const struct event *e = s->event;

	(void)f;
	if (e == NULL || e->kin[KIN_LANE] == 0)
		return value_unknown();
	if (e->attempt->in_vain_ns < 0 || e->attempt->request == NULL)
		return value_absent();
	return history_near(h, e, KIN_LANE, WHICH_OK, got_in_elsewhere) !=
	            NULL &&
	        history_near(h, e, KIN_LANE, WHICH_OK, got_in_here) == NULL &&
	        history_near(h, e, KIN_LANE, WHICH_ALL, waits_elsewhere) == NULL
	    ? value_bool(true)
	    : value_unknown();
}

static bool
was_unproven(const struct event *e, const struct event *o)
{
	(void)e;
	return o->attempt->unproven &&
	    o->attempt->outcome == OUTCOME_AUTHENTICATED;
}

static struct value
passes_unasked(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->event != NULL &&
	        history_near(s->history, s->event, KIN_PROXY, WHICH_ALL,
	            was_unproven) != NULL
	    ? value_bool(true)
	    : value_unknown();
}

/* clang-format off */
const struct fact facts_of_wait[] = {
	{ "proxy.only_this_host_waits", FACT_BOOL, SOURCE_HISTORY,
	    "while this one waits in vain, logins with the same scheme pass "
	    "for other hosts, and for no other host does one wait",
	    SEE_ALL_CLIENTS, NULL, .compute = only_this_host_waits },
	{ "proxy.passes_unasked", FACT_BOOL, SOURCE_HISTORY,
	    "it lets type 1 messages through, and nobody need have looked at "
	    "them", SEE_ALL_CLIENTS, NULL, .compute = passes_unasked },
};
/* clang-format on */

const size_t facts_of_wait_count =
    sizeof(facts_of_wait) / sizeof(facts_of_wait[0]);
