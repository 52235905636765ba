/* SPDX-License-Identifier: BSD-2-Clause */
/* options_take.c - what an argument says */
#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "options/options_parts.h"

static bool
read_number(struct options *o, const char *option, const char *text,
    uint64_t most, uint64_t *out)
{
	struct text remedy = { 0 };
	bool ok = span_decimal(span_of_str(text), out) && *out > 0 &&
	    *out <= most;

	if (most == UINT64_MAX)
		text_str(&remedy, "give a whole number from 1 on");
	else
		text_fmt(&remedy, "give a whole number from 1 to %llu",
		    (unsigned long long)most);
	if (!ok)
		options_bad(o, option, text, text_get(&remedy));
	text_fini(&remedy);
	return ok;
}

/* "500k", "64M", "2G": powers of 1024. */
static bool
read_size(struct options *o, const char *option, const char *text,
    uint64_t *out)
{
	static const char units[] = "kMGT";
	struct span s = span_of_str(text);
	uint64_t factor = 1;

	for (size_t i = 0; s.len > 0 && i < sizeof(units) - 1; i++)
		if ((s.at[s.len - 1] | 0x20) == (units[i] | 0x20)) {
			factor = UINT64_C(1) << (10 * (i + 1));
			s.len--;
			break;
		}
	if (!span_decimal(s, out) || *out == 0 || *out > INT64_MAX / factor)
		return options_bad(o, option, text, "give a size as 64M or 2G");
	*out *= factor;
	return true;
}

static bool
read_time(struct options *o, const char *option, const char *text,
    when_ns *out)
{
	*out = when_of_iso(span_of_str(text));
	if (*out == WHEN_NONE)
		return options_bad(o, option, text,
		    "write a time as 2026-11-23T10:31:07Z");
	return true;
}

/* "10.0.0.1", "10.0.0.1:3128", "[fd77::1]:3128", "fd77::1" */
static bool
read_endpoint(struct options *o, const char *option, char *text,
    struct address *address, uint16_t *port)
{
	struct span s = span_of_str(text);
	char *host = memory_strdup(text), *begin = host, *colon = NULL;
	uint64_t number = 0;

	if (s.len > 0 && text[0] == '[') {
		char *close = strchr(host, ']');

		begin = host + 1;
		if (close != NULL) {
			*close = '\0';
			colon = close[1] == ':' ? close + 1 : NULL;
		}
	} else if (strchr(host, ':') == strrchr(host, ':')) {
		colon = strchr(host, ':');
	}
	if (colon != NULL)
		*colon = '\0';

	bool named = address_parse(begin, address);
	bool ok = named &&
	    (colon == NULL ||
	        (port != NULL && span_decimal(span_of_str(colon + 1),
	                             &number) && number <= 65535));

	if (ok && port != NULL)
		*port = (uint16_t)number;
	free(host);
	return ok ||
	    options_bad(o, option, text,
	        named ? "a port is a number up to 65535"
	              : "give an address, not a name");
}

/* -- those that are like no other -- */

bool
take_file(struct options *o, const char *said, char *arg)
{
	(void)said;
	if (o->n_files == o->files_room) {
		o->files_room = 2 * o->files_room + 16;
		o->files = memory_grow(o->files, o->files_room,
		    sizeof(*o->files));
	}
	o->files[o->n_files++] = arg;
	return true;
}

/* One more of several. */
static bool
add(struct options *o, const char *said, const char **all, size_t *n,
    char *arg, const char *remedy)
{
	if (*n == OPTIONS_MANY)
		return options_bad(o, said, arg, remedy);
	all[(*n)++] = arg;
	return true;
}

bool
take_interface(struct options *o, const char *said, char *arg)
{
	return add(o, said, o->interfaces, &o->n_interfaces, arg,
	    "too many: try -i any");
}

bool
take_rules(struct options *o, const char *said, char *arg)
{
	return add(o, said, o->rules, &o->n_rules, arg,
	    "too many: give a folder");
}

bool
take_from_events(struct options *o, const char *said, char *arg)
{
	return add(o, said, o->from_events, &o->n_from_events, arg,
	    "too many: put them into one file");
}

bool
take_output(struct options *o, const char *said, char *arg)
{
	char *equals = strchr(arg, '=');

	if (o->n_outputs == OPTIONS_MANY)
		return options_bad(o, said, arg, "too many outputs");
	if (equals != NULL)
		*equals = '\0';
	o->outputs[o->n_outputs++] = (struct output){ arg,
		equals != NULL && equals[1] != '\0' &&
		        strcmp(equals + 1, "-") != 0
		    ? equals + 1
		    : NULL };
	return true;
}

/* "duration:60", of dumpcap's conditions. */
bool
take_autostop(struct options *o, const char *said, char *arg)
{
	struct span s = span_of_str(arg);
	uint64_t n = 0;

	if (!span_starts(s, SPAN("duration:")) ||
	    !span_decimal(span_from(s, strlen("duration:")), &n) || n == 0 ||
	    n > UINT32_MAX)
		return options_bad(o, said, arg,
		    "duration:60 stops after a minute");
	o->duration_s = (unsigned)n;
	return true;
}

/* 0 is all of it, as for tcpdump. */
bool
take_snaplen(struct options *o, const char *said, char *arg)
{
	uint64_t n = 0;

	if (strcmp(arg, "0") == 0)
		return true;
	if (!read_number(o, said, arg, 262144, &n))
		return false;
	o->snaplen = (unsigned)n;
	return true;
}

bool
take_listen(struct options *o, const char *said, char *arg)
{
	return read_endpoint(o, said, arg, &o->listen, &o->listen_port) &&
	    (o->listen_port != 0 ||
	        options_bad(o, said, arg,
	            "give a port, too: 127.0.0.1:9407"));
}

bool
take_client(struct options *o, const char *said, char *arg)
{
	return read_endpoint(o, said, arg, &o->client, NULL);
}

bool
take_proxy(struct options *o, const char *said, char *arg)
{
	return read_endpoint(o, said, arg, &o->proxy, &o->proxy_port);
}

bool
take_explain(struct options *o, const char *said, char *arg)
{
	(void)said;
	o->action = ACTION_EXPLAIN;
	o->explain = arg;
	return true;
}

bool
take_memory(struct options *o, const char *said, char *arg)
{
	if (!read_size(o, said, arg, &o->memory))
		return false;
	return o->memory >= BUDGET_LEAST ||
	    options_bad(o, said, arg, "give 32M or more");
}

bool
take_redact(struct options *o, const char *said, char *arg)
{
	o->redact_identities = strcmp(arg, "identities") == 0;
	return o->redact_identities || strcmp(arg, "secrets") == 0 ||
	    options_bad(o, said, arg, "secrets or identities");
}

bool
take_inventory(struct options *o, const char *said, char *arg)
{
	(void)said;
	(void)arg;
	o->inventory = o->applications = true;
	return true;
}

bool
take_verbose(struct options *o, const char *said, char *arg)
{
	(void)said;
	(void)arg;
	o->verbose++;
	return true;
}

bool
take_color(struct options *o, const char *said, char *arg)
{
	o->color = strcmp(arg, "always") == 0 ? COLOR_ALWAYS
	    : strcmp(arg, "never") == 0       ? COLOR_NEVER
	                                      : COLOR_AUTO;
	return o->color != COLOR_AUTO || strcmp(arg, "auto") == 0 ||
	    options_bad(o, said, arg, "auto, always or never");
}

/* -- the others -- */

static bool
take_as(struct options *o, const struct option_row *row, const char *said,
    char *arg)
{
	void *at = (char *)o + row->at;
	uint64_t n = 0;

	switch (row->kind) {
	case KIND_NOTHING:
		return true;
	case KIND_FLAG:
		*(bool *)at = true;
		return true;
	case KIND_ACTION:
		o->action = (enum options_action)row->most;
		return true;
	case KIND_TEXT:
		*(const char **)at = arg;
		return true;
	case KIND_SMALL:
		if (!read_number(o, said, arg, row->most, &n))
			return false;
		*(unsigned *)at = (unsigned)n;
		return true;
	case KIND_COUNT:
		return read_number(o, said, arg, row->most, at);
	case KIND_SIZE:
		return read_size(o, said, arg, at);
	case KIND_TIME:
		return read_time(o, said, arg, at);
	case KIND_OWN:
		return row->take(o, said, arg);
	}
	return false;
}

bool
options_take(struct options *o, const struct option_row *row, char *arg)
{
	struct text said = { 0 };

	if (row->letter != 0)
		text_fmt(&said, "-%c", row->letter);
	else
		text_fmt(&said, "--%s", row->name);

	bool ok = take_as(o, row, text_get(&said), arg);

	text_fini(&said);
	return ok;
}
