/* SPDX-License-Identifier: BSD-2-Clause */
/* Options that exclude or need each other. */
#include "base/message.h"
#include "options/options_parts.h"

bool
options_bad(struct options *o, const char *what, const char *value,
    const char *remedy)
{
	struct options_place place =
	    o->place.file != NULL ? o->place : options_place_of(o, what);
	struct text at = { 0 };

	if (place.file != NULL)
		text_fmt(&at, "%s:%zu:%zu: ", place.file, place.line,
		    place.column);
	message_error("%s%s%s%s (%s)", text_get(&at), what,
	    value != NULL ? " " : "", value != NULL ? value : "", remedy);
	text_fini(&at);
	o->action = ACTION_BAD;
	return false;
}

static bool
wants_packets(const struct options *o)
{
	for (size_t i = 0; i < o->n_outputs; i++)
		if (strcmp(o->outputs[i].format, "pcapng") == 0)
			return true;
	return false;
}

/* Each of these works on what goes through the workers. */
static void
check_events(struct options *o)
{
	const struct {
		bool given;
		const char *name;
	} rows[] = {
		{ o->n_files > 0, "a capture" },
		{ o->n_interfaces > 0, "-i" },
		{ o->ticket != NULL, "--ticket" },
		{ wants_packets(o), "-o pcapng" },
		{ o->filter != NULL, "-f" },
		{ o->packet_count > 0, "-c" },
		{ o->since != WHEN_NONE, "--since" },
		{ o->until != WHEN_NONE, "--until" },
		{ o->client.len > 0, "--client" },
		{ o->proxy.len > 0, "--proxy" },
		{ o->user != NULL, "--user" },
		{ o->verify != NULL, "--verify" },
		{ o->keytab != NULL, "--keytab" },
		{ o->proxy_log != NULL, "--proxy-log" },
		{ o->state != NULL, "--state" },
		{ o->ring != NULL, "-w" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].given) {
			options_bad(o, "--from-events together with",
			    rows[i].name,
			    "events are told as they were: give it when the "
			    "capture is read");
			return;
		}
}

/* Each frame would come twice. */
static void
check_interfaces(struct options *o)
{
	for (size_t i = 0; i < o->n_interfaces; i++) {
		bool any = strcmp(o->interfaces[i], "any") == 0;

		if (any && o->n_interfaces > 1) {
			options_bad(o, "-i any", NULL,
			    "it is all of them: give it alone");
			return;
		}
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->interfaces[i], o->interfaces[k]) == 0) {
				options_bad(o, "-i", o->interfaces[i],
				    "is there already");
				return;
			}
	}
}

/* One would write over the other. */
static void
check_outputs(struct options *o)
{
	struct {
		const char *name, *path;
	} all[OPTIONS_MANY + 3];
	size_t n = 0;

	for (; n < o->n_outputs; n++) {
		all[n].name = "-o";
		all[n].path = o->outputs[n].path;
	}
	all[n].name = "--metrics";
	all[n++].path = o->metrics;
	all[n].name = "--state";
	all[n++].path = o->state;
	all[n].name = "--redact-map";
	all[n++].path = o->redact_map;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (all[i].path != NULL && all[k].path != NULL &&
			    strcmp(all[i].path, all[k].path) == 0)
				options_bad(o, all[i].name, all[i].path,
				    "is written by another option already");
}

/* Each of these is of a capture that has an end. */
static void
check_live(struct options *o)
{
	const struct {
		bool given;
		const char *name;
	} rows[] = {
		{ o->ticket != NULL, "--ticket" },
		{ o->compare != NULL, "--compare" },
		{ o->proxy_log != NULL, "--proxy-log" },
		{ o->redact_map != NULL, "--redact-map" },
		{ wants_packets(o), "-o pcapng" },
	};

	check_interfaces(o);
	if (o->n_files > 0)
		options_bad(o, "-i together with the file", o->files[0],
		    "one or the other");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].given) {
			options_bad(o, rows[i].name, NULL,
			    "it needs a saved capture: -r FILE");
			return;
		}
}

static void
check_map(struct options *o)
{
	if (!o->redact_identities)
		options_bad(o, "--redact-map", o->redact_map,
		    "there are pseudonyms only with --redact identities");
	else if (o->ticket != NULL &&
	    span_starts(span_of_str(o->redact_map),
	        span_of_str(o->ticket)) &&
	    o->redact_map[strlen(o->ticket)] == '/')
		options_bad(o, "--redact-map", o->redact_map,
		    "it must not go out with the ticket: name another place");
}

void
options_together(struct options *o)
{
	/* Of a file alone: what is to be read may come on a command line. */
	bool open = o->action == ACTION_CHECK_CONFIG && o->n_files == 0 &&
	    o->n_interfaces == 0;

	if (o->redact_map != NULL)
		check_map(o);
	check_outputs(o);
	if (o->n_interfaces > 0)
		check_live(o);
	else if (o->metrics != NULL && !open)
		options_bad(o, "--metrics", o->metrics,
		    "it is for live capture: give -i");
	else if (o->listen.len > 0 && !open)
		options_bad(o, "--listen", NULL,
		    "it is for live capture: give -i");
	if (o->proxy_log_format != NULL && o->proxy_log == NULL)
		options_bad(o, "--proxy-log-format", o->proxy_log_format,
		    "it says how a log is written: give --proxy-log FILE");
	if (o->ring == NULL && (o->ring_mib > 0 || o->ring_files > 0))
		options_bad(o, o->ring_mib > 0 ? "-C" : "-W", NULL,
		    "it is of the evidence of -w DIR");
	if (o->n_from_events > 0)
		check_events(o);
	else if (o->n_files == 0 && o->n_interfaces == 0 && !open)
		options_bad(o, "no capture given", NULL,
		    "p407 -r FILE, or -i IFACE; see p407 -h");
}
