/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/metrics.h"

#include "base/limits.h"

static void
family(struct text *t, const char *name, const char *type, const char *help)
{
	text_fmt(t, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
number(struct text *t, const char *name, const char *type, const char *help,
    uint64_t value)
{
	family(t, name, type, help);
	text_fmt(t, "%s %llu\n", name, (unsigned long long)value);
}

static void
seconds(struct text *t, const char *name, const char *help, double value)
{
	family(t, name, "gauge", help);
	text_fmt(t, "%s %.3f\n", name, value);
}

/* A label of the command line: quotes and backslashes are escaped. */
static void
add_label(struct text *t, const char *value)
{
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			text_char(t, '\\');
		text_char(t, *c == '\n' ? ' ' : *c);
	}
}

static void
attempts(struct text *t, const struct teller *teller)
{
	family(t, "p407_attempts_total", "counter",
	    "Attempts to authenticate at a proxy that came to an end.");
	for (unsigned s = 0; s <= ATTEMPT_OTHER; s++)
		for (unsigned o = OUTCOME_AUTHENTICATED;
		     o <= OUTCOME_INCOMPLETE; o++) {
			const char *scheme =
			    attempt_scheme_name((enum attempt_scheme)s);

			text_fmt(t, "p407_attempts_total{scheme=\"%s\","
			    "outcome=\"%s\"} %llu\n",
			    scheme != NULL ? scheme : "other",
			    outcome_name((enum outcome)o),
			    (unsigned long long)teller_attempts(teller,
			        (enum attempt_scheme)s, (enum outcome)o));
		}
}

static void
findings(struct text *t, const struct told_list *told)
{
	family(t, "p407_findings_open", "gauge",
	    "Faults that are open now, by severity.");
	for (unsigned l = LEVEL_LOW; l <= LEVEL_HIGH; l++)
		text_fmt(t, "p407_findings_open{severity=\"%s\"} %zu\n",
		    level_name((enum level)l),
		    told_open(told, (enum level)l));
	family(t, "p407_findings_total", "counter",
	    "Findings that were made, by family of causes.");
	for (unsigned c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++)
		text_fmt(t, "p407_findings_total{cause=\"%s\"} %llu\n",
		    cause_name((enum cause)c),
		    (unsigned long long)told_count(told, (enum cause)c));
}

static void
interface_family(struct text *t, const struct live_set *live, const char *name,
    const char *type, const char *help,
    uint64_t (*value)(const struct live_set *live, size_t i))
{
	family(t, name, type, help);
	for (size_t i = 0; i < live_inputs(live); i++) {
		text_fmt(t, "%s{interface=\"", name);
		add_label(t, live_input(live, i).name);
		text_fmt(t, "\"} %llu\n",
		    (unsigned long long)value(live, i));
	}
}

static uint64_t
frames_of(const struct live_set *live, size_t i)
{
	return live_input(live, i).frames;
}

static uint64_t
bytes_of(const struct live_set *live, size_t i)
{
	return live_input(live, i).bytes;
}

static uint64_t
dropped_of(const struct live_set *live, size_t i)
{
	return live_input(live, i).dropped;
}

static uint64_t
is_up(const struct live_set *live, size_t i)
{
	return !live_input(live, i).deaf;
}

static void
capture(struct text *t, const struct metrics_source *m)
{
	when_ns last = WHEN_NONE;

	interface_family(t, m->live, "p407_capture_interface_up", "gauge",
	    "1: it is up and connected, as far as can be seen; 0: it is not.",
	    is_up);
	interface_family(t, m->live, "p407_capture_frames_total", "counter",
	    "Frames that were read.", frames_of);
	interface_family(t, m->live, "p407_capture_bytes_total", "counter",
	    "Bytes of these frames.", bytes_of);
	interface_family(t, m->live, "p407_capture_dropped_total", "counter",
	    "Frames that the kernel had no room for.", dropped_of);
	interface_family(t, m->live, "p407_capture_interface_dropped_total",
	    "counter",
	    "Of these, frames that the interface had no room for.",
	    live_interface_dropped);
	for (size_t i = 0; i < live_inputs(m->live); i++)
		if (live_input(m->live, i).last > last)
			last = live_input(m->live, i).last;
	seconds(t, "p407_capture_last_frame_timestamp_seconds",
	    "Capture time of the last frame; 0: none yet.",
	    last != WHEN_NONE ? (double)last / 1e9 : 0);
}

void
metrics_write(struct text *t, const struct metrics_source *m)
{
	uint64_t hits = 0;

	for (size_t i = 0; i < LIMIT_COUNT; i++)
		hits += limit_hits((enum limit)i);
	family(t, "p407_build_info", "gauge", "What runs here.");
	text_fmt(t, "p407_build_info{version=\"%s\"} 1\n", m->version);
	seconds(t, "p407_start_time_seconds", "When it began.", m->start_s);
	attempts(t, m->teller);
	findings(t, teller_told(m->teller));
	capture(t, m);
	number(t, "p407_connections_total", "counter",
	    "TCP connections that were seen.", m->counts.flow.connections);
	number(t, "p407_http_connections_total", "counter",
	    "Of these, those that carried HTTP.", m->counts.flow.followed);
	number(t, "p407_connections_open", "gauge",
	    "TCP connections that are followed now.", m->counts.flow.open);
	number(t, "p407_http_missing_bytes_total", "counter",
	    "Bytes of HTTP that were acknowledged and not seen.",
	    m->counts.flow.missing);
	number(t, "p407_damaged_packets_total", "counter",
	    "Packets whose headers make no sense.", m->counts.net.damaged);
	number(t, "p407_limit_hits_total", "counter",
	    "How often a bound kept something out.", hits);
	number(t, "p407_reload_failures_total", "counter",
	    "Rules that were wrong when they were read anew.",
	    m->reload_failures);
	seconds(t, "p407_look_seconds",
	    "How long the last look at the window took.", m->look_s);
	number(t, "p407_resident_memory_bytes", "gauge",
	    "Memory in use; 0: not known.", m->resident);
}
