/* SPDX-License-Identifier: BSD-2-Clause */
#include "options/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/message.h"
#include "options/config.h"

enum {
	OPT_RULES = 256,
	OPT_NO_DEFAULT_RULES,
	OPT_CHECK_RULES,
	OPT_LIST_RULES,
	OPT_LIST_FACTS,
	OPT_EXPLAIN,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_CLIENT,
	OPT_PROXY,
	OPT_USER,
	OPT_REDACT,
	OPT_REDACT_MAP,
	OPT_TICKET,
	OPT_EVIDENCE_LIMIT,
	OPT_MEMORY,
	OPT_EXIT_CODE,
	OPT_INVENTORY,
	OPT_APPLICATIONS,
	OPT_VERIFY,
	OPT_KEYTAB,
	OPT_FROM_EVENTS,
	OPT_COMPARE,
	OPT_PROXY_LOG,
	OPT_PROXY_LOG_FORMAT,
	OPT_COLOR,
	OPT_METRICS,
	OPT_LISTEN,
	OPT_STATE,
	OPT_CONFIG,
	OPT_CHECK_CONFIG,
};

/* A row an option: --help, getopt_long() and the completion come from it. */
static const struct row {
	int value; /* a letter, or OPT_ */
	const char *name;
	const char *argument; /* NULL: none */
	const char *meaning;
} rows[] = {
	{ 'r', "read", "FILE", "read a capture; - is standard input" },
	{ 'i', "interface", "IFACE",
	    "capture live; repeatable; any: all of them" },
	{ 'D', "list-interfaces", NULL, "list the interfaces and stop" },
	{ 'f', "filter", "FILTER", "only frames that pass (pcap-filter(7))" },
	{ 'c', "count", "N", "stop after N frames" },
	{ 'a', "autostop", "duration:N", "live: stop after N seconds" },
	{ 's', "snapshot-length", "N", "live: bytes of each frame (all)" },
	{ 'B', "buffer-size", "MIB",
	    "live: buffer of the kernel, of each thread (16)" },
	{ 'p', "no-promiscuous-mode", NULL, "live: not promiscuous" },
	{ 'Z', "relinquish-privileges", "USER",
	    "live: become USER once all is open (p407)" },
	{ OPT_METRICS, "metrics", "FILE",
	    "live: counts for Prometheus, written anew every 15 s" },
	{ OPT_LISTEN, "listen", "ADDRESS:PORT",
	    "live: a status page, /metrics and /healthz over HTTP" },
	{ OPT_STATE, "state", "FILE",
	    "remember there who got in, and what was found" },
	{ 'w', "evidence-ring", "DIR",
	    "keep a small masked capture of each finding there" },
	{ 'C', "file-size", "MIB", "-w: the most that one takes (1)" },
	{ 'W', "file-count", "N", "-w: so many; the oldest goes first (64)" },
	{ 'j', "threads", "N", "worker threads; live: that capture (1)" },
	{ 'o', "output", "FORMAT[=PATH]",
	    "text (default), json, html, markdown, or pcapng: evidence; "
	    "repeatable" },
	{ OPT_MEMORY, "memory", "SIZE",
	    "let all that grows fit into so much: 256M, 1G (default)" },
	{ OPT_TICKET, "ticket", "DIR",
	    "all of these in a new folder, to be handed on" },
	{ OPT_EVIDENCE_LIMIT, "evidence-limit", "SIZE",
	    "bytes of packets in evidence: 64M (default), 1G" },
	{ OPT_SINCE, "since", "TIME", "only attempts from TIME on (UTC)" },
	{ OPT_UNTIL, "until", "TIME", "only attempts before TIME" },
	{ OPT_CLIENT, "client", "ADDRESS", "only attempts of this client" },
	{ OPT_PROXY, "proxy", "ADDRESS[:PORT]", "only attempts at this proxy" },
	{ OPT_USER, "user", "NAME", "only attempts of this user" },
	{ OPT_CONFIG, "config", "FILE",
	    "options from a YAML file; the command line wins" },
	{ OPT_CHECK_CONFIG, "check-config", NULL,
	    "check that file, and the rules, and stop" },
	{ OPT_RULES, "rules", "PATH", "more rules: a file or folder" },
	{ OPT_NO_DEFAULT_RULES, "no-default-rules", NULL,
	    "without the built-in rules" },
	{ OPT_CHECK_RULES, "check-rules", NULL, "check the rules and stop" },
	{ OPT_LIST_RULES, "list-rules", NULL, "list the rules and stop" },
	{ OPT_LIST_FACTS, "list-facts", NULL, "list what rules can ask" },
	{ OPT_EXPLAIN, "explain", "RULE", "all that a rule says" },
	{ OPT_REDACT, "redact", "LEVEL",
	    "secrets (default) or identities: also users, hosts, addresses" },
	{ OPT_INVENTORY, "inventory", NULL,
	    "also list who uses which scheme" },
	{ OPT_APPLICATIONS, "applications", NULL,
	    "name the applications of destinations (libndpi)" },
	{ OPT_REDACT_MAP, "redact-map", "FILE",
	    "keep what pseudonyms stand for there (mode 0600)" },
	{ OPT_VERIFY, "verify", "FILE",
	    "known-good credentials: say of each attempt if it used them" },
	{ OPT_FROM_EVENTS, "from-events", "FILE",
	    "report what -o json wrote, without the capture; repeatable" },
	{ OPT_KEYTAB, "keytab", "FILE",
	    "of the proxy: say of each Kerberos ticket if it opens it" },
	{ OPT_COMPARE, "compare", "BEFORE",
	    "what a fix changed: an earlier capture, or its -o json" },
	{ OPT_PROXY_LOG, "proxy-log", "FILE",
	    "lay the proxy's access log beside the capture" },
	{ OPT_PROXY_LOG_FORMAT, "proxy-log-format", "FORMAT",
	    "how it is written, as squid's logformat (default: guess)" },
	{ OPT_EXIT_CODE, "exit-code", NULL,
	    "exit 1 if a client could not authenticate" },
	{ 'n', "numeric", NULL, "no names for addresses (always so)" },
	{ 'q', "quiet", NULL, "no remarks on standard error" },
	{ 'v', "verbose", NULL, "more detail" },
	{ OPT_COLOR, "color", "WHEN", "auto (default), always or never" },
	{ 'V', "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(N_ROWS <= OPTIONS_MOST, "each row has a place in given[]");

void
options_help(struct text *t)
{
	text_str(t, "usage: p407 [OPTIONS] [-r] FILE...\n"
	            "       p407 [OPTIONS] -i IFACE\n\n"
	            "Says which clients could not authenticate at an HTTP "
	            "proxy (status 407), at\nwhich step it broke, why, what "
	            "it is not, and who must act.\n\n");
	for (size_t i = 0; i < N_ROWS; i++) {
		size_t before = t->len;

		if (rows[i].value < 256)
			text_fmt(t, "  -%c, --%s", rows[i].value, rows[i].name);
		else
			text_fmt(t, "      --%s", rows[i].name);
		if (rows[i].argument != NULL)
			text_fmt(t, " %s", rows[i].argument);
		if (t->len - before > 32) {
			text_char(t, '\n');
			before = t->len;
		}
		text_pad(t, ' ', 33 - (t->len - before));
		text_fmt(t, "%s\n", rows[i].meaning);
	}
	text_str(t, "\nFILE is pcap or pcapng, plain, gzip, zstd or lz4; "
	            "several are merged by time.\nExit status: 0 done; 1 with "
	            "--exit-code, a failure was found; 2 bad usage, or\ninput "
	            "that could not be read or was damaged.\n");
}

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

	bool ok = address_parse(begin, address) &&
	    (colon == NULL ||
	        (port != NULL && span_decimal(span_of_str(colon + 1),
	                             &number) && number <= 65535));

	if (ok && port != NULL)
		*port = (uint16_t)number;
	free(host);
	return ok ||
	    options_bad(o, option, text, "give an address, not a name");
}

static bool
add_output(struct options *o, char *text)
{
	char *equals = strchr(text, '=');

	if (o->n_outputs == OPTIONS_MANY)
		return options_bad(o, "-o", text, "too many outputs");
	if (equals != NULL)
		*equals = '\0';
	o->outputs[o->n_outputs++] = (struct output){ text,
		equals != NULL && equals[1] != '\0' &&
		        strcmp(equals + 1, "-") != 0
		    ? equals + 1
		    : NULL };
	return true;
}

/* "duration:60", of dumpcap's conditions. */
static bool
read_autostop(struct options *o, char *text)
{
	struct span s = span_of_str(text);
	uint64_t n = 0;

	if (!span_starts(s, SPAN("duration:")) ||
	    !span_decimal(span_from(s, strlen("duration:")), &n) || n == 0 ||
	    n > UINT32_MAX)
		return options_bad(o, "-a", text,
		    "duration:60 stops after a minute");
	o->duration_s = (unsigned)n;
	return true;
}

static bool
take_live_option(struct options *o, int value, char *arg)
{
	uint64_t n = 0;

	switch (value) {
	case 'i':
		if (o->n_interfaces == OPTIONS_MANY)
			return options_bad(o, "-i", arg,
			    "too many: try -i any");
		o->interfaces[o->n_interfaces++] = arg;
		return true;
	case 'D':
		o->action = ACTION_LIST_INTERFACES;
		return true;
	case 'a':
		return read_autostop(o, arg);
	case 's':
		/* 0 is all of it, as for tcpdump. */
		if (strcmp(arg, "0") == 0)
			return true;
		if (!read_number(o, "-s", arg, 262144, &n))
			return false;
		o->snaplen = (unsigned)n;
		return true;
	case 'B':
		if (!read_number(o, "-B", arg, 2047, &n))
			return false;
		o->buffer_mib = (unsigned)n;
		return true;
	case 'p':
		o->modest = true;
		return true;
	case 'Z':
		o->account = arg;
		return true;
	case OPT_METRICS:
		o->metrics = arg;
		return true;
	case OPT_LISTEN:
		return read_endpoint(o, "--listen", arg, &o->listen,
		           &o->listen_port) &&
		    (o->listen_port != 0 ||
		        options_bad(o, "--listen", arg,
		            "give a port, too: 127.0.0.1:9407"));
	default:
		return false;
	}
}

static void
add_file(struct options *o, const char *path)
{
	if (o->n_files == o->files_room) {
		o->files_room = 2 * o->files_room + 16;
		o->files = memory_grow(o->files, o->files_room,
		    sizeof(*o->files));
	}
	o->files[o->n_files++] = path;
}

static bool
take_option(struct options *o, int value, char *arg)
{
	uint64_t n = 0;

	switch (value) {
	case 'r':
		add_file(o, arg);
		return true;
	case 'f':
		o->filter = arg;
		return true;
	case 'c':
		return read_number(o, "-c", arg, UINT64_MAX, &o->packet_count);
	case 'j':
		if (!read_number(o, "-j", arg, 256, &n))
			return false;
		o->threads = (unsigned)n;
		return true;
	case 'o':
		return add_output(o, arg);
	case OPT_SINCE:
		return read_time(o, "--since", arg, &o->since);
	case OPT_UNTIL:
		return read_time(o, "--until", arg, &o->until);
	case OPT_CLIENT:
		return read_endpoint(o, "--client", arg, &o->client, NULL);
	case OPT_PROXY:
		return read_endpoint(o, "--proxy", arg, &o->proxy,
		    &o->proxy_port);
	case OPT_USER:
		o->user = arg;
		return true;
	case OPT_RULES:
		if (o->n_rules == OPTIONS_MANY)
			return options_bad(o, "--rules", arg,
			    "too many: give a "
			    "folder");
		o->rules[o->n_rules++] = arg;
		return true;
	case OPT_NO_DEFAULT_RULES:
		o->no_default_rules = true;
		return true;
	case OPT_CONFIG:
		o->config_file = arg;
		return true;
	case OPT_CHECK_CONFIG:
		o->action = ACTION_CHECK_CONFIG;
		return true;
	case OPT_CHECK_RULES:
		o->action = ACTION_CHECK_RULES;
		return true;
	case OPT_LIST_RULES:
		o->action = ACTION_LIST_RULES;
		return true;
	case OPT_LIST_FACTS:
		o->action = ACTION_LIST_FACTS;
		return true;
	case OPT_EXPLAIN:
		o->action = ACTION_EXPLAIN;
		o->explain = arg;
		return true;
	case OPT_REDACT:
		o->redact_identities = strcmp(arg, "identities") == 0;
		return o->redact_identities || strcmp(arg, "secrets") == 0 ||
		    options_bad(o, "--redact", arg, "secrets or identities");
	case OPT_INVENTORY:
		o->inventory = o->applications = true;
		return true;
	case OPT_APPLICATIONS:
		o->applications = true;
		return true;
	case OPT_REDACT_MAP:
		o->redact_map = arg;
		return true;
	case OPT_TICKET:
		o->ticket = arg;
		return true;
	case OPT_EVIDENCE_LIMIT:
		return read_size(o, "--evidence-limit", arg,
		    &o->evidence_limit);
	case OPT_MEMORY:
		if (!read_size(o, "--memory", arg, &o->memory))
			return false;
		return o->memory >= BUDGET_LEAST ||
		    options_bad(o, "--memory", arg, "give 32M or more");
	case OPT_VERIFY:
		o->verify = arg;
		return true;
	case OPT_FROM_EVENTS:
		if (o->n_from_events == OPTIONS_MANY)
			return options_bad(o, "--from-events", arg,
			    "too many: put them into one file");
		o->from_events[o->n_from_events++] = arg;
		return true;
	case OPT_KEYTAB:
		o->keytab = arg;
		return true;
	case OPT_COMPARE:
		o->compare = arg;
		return true;
	case OPT_PROXY_LOG:
		o->proxy_log = arg;
		return true;
	case OPT_PROXY_LOG_FORMAT:
		o->proxy_log_format = arg;
		return true;
	case OPT_STATE:
		o->state = arg;
		return true;
	case 'w':
		o->ring = arg;
		return true;
	case 'C':
		return read_number(o, "-C", arg, 4095, &o->ring_mib);
	case 'W':
		return read_number(o, "-W", arg, 99999, &o->ring_files);
	case OPT_EXIT_CODE:
		o->exit_code = true;
		return true;
	case 'n':
		return true;
	case 'q':
		o->quiet = true;
		return true;
	case 'v':
		o->verbose++;
		return true;
	case OPT_COLOR:
		o->color = strcmp(arg, "always") == 0 ? COLOR_ALWAYS
		    : strcmp(arg, "never") == 0       ? COLOR_NEVER
		                                      : COLOR_AUTO;
		return o->color != COLOR_AUTO || strcmp(arg, "auto") == 0 ||
		    options_bad(o, "--color", arg, "auto, always or never");
	case 'V':
		o->action = ACTION_VERSION;
		return true;
	case 'h':
		o->action = ACTION_HELP;
		return true;
	default:
		return take_live_option(o, value, arg);
	}
}

static const struct row *
row_of(int value)
{
	const struct row *row = rows;

	while (row->value != value)
		row++;
	return row;
}

/* NULL if there is none. */
static const struct row *
row_named(const char *name)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

bool
options_known(struct options *o, const char *name)
{
	return row_named(name) != NULL ||
	    options_bad(o, name, NULL, "no such option: see p407 -h");
}

bool
options_set(struct options *o, const char *name, char *value)
{
	const struct row *row = row_named(name);
	enum options_action action = o->action;

	if (row->value == OPT_CONFIG)
		return options_bad(o, name, NULL,
		    "only on the command line");
	if (o->given[row - rows])
		return true;
	if (row->argument == NULL) {
		if (strcmp(value, "false") == 0)
			return true;
		if (strcmp(value, "true") != 0)
			return options_bad(o, name, value, "true or false");
	}
	if (!take_option(o, row->value, value))
		return false;
	return o->action == action ||
	    options_bad(o, name, NULL, "only on the command line");
}

bool
options_color(const struct options *o)
{
	return o->color == COLOR_ALWAYS ||
	    (o->color == COLOR_AUTO && isatty(STDOUT_FILENO) &&
	        getenv("NO_COLOR") == NULL);
}

void
options_read(int argc, char **argv, struct options *o)
{
	struct option table[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
	size_t k = 0;
	int value;

	*o = (struct options){ .since = WHEN_NONE, .until = WHEN_NONE };
	letters[k++] = ':'; /* our own messages */
	for (size_t i = 0; i < N_ROWS; i++) {
		table[i] = (struct option){ rows[i].name,
			rows[i].argument != NULL ? required_argument
			                         : no_argument,
			NULL, rows[i].value };
		if (rows[i].value < 256) {
			letters[k++] = (char)rows[i].value;
			if (rows[i].argument != NULL)
				letters[k++] = ':';
		}
	}
	table[N_ROWS] = (struct option){ 0 };
	letters[k] = '\0';

	while (o->action != ACTION_BAD && (value = getopt_long(argc, argv,
	                                       letters, table, NULL)) != -1) {
		char name[] = { '-', (char)optopt, '\0' };
		const char *said = optopt != 0 && optopt < 256
		    ? name
		    : argv[optind - 1];

		if (value == ':')
			options_bad(o, said, NULL,
			    "needs an argument: see p407 -h");
		else if (value == '?')
			options_bad(o, "unknown option", said, "see p407 -h");
		else if (optarg != NULL && optarg[0] == '\0' && value != 'f')
			options_bad(o, said[0] != '\0' ? said
			                                : argv[optind - 2],
			    NULL, "its argument is empty");
		else if (take_option(o, value, optarg))
			o->given[row_of(value) - rows] = true;
	}
	for (; o->action != ACTION_BAD && optind < argc; optind++)
		add_file(o, argv[optind]);
	if (o->action != ACTION_BAD && o->config_file != NULL)
		o->config = config_load(o, o->config_file);
	else if (o->action == ACTION_CHECK_CONFIG)
		options_bad(o, "--check-config", NULL,
		    "which one? give --config FILE");
	if (o->action == ACTION_RUN || o->action == ACTION_CHECK_CONFIG)
		options_together(o);
}

void
options_fini(struct options *o)
{
	free(o->files);
	config_free(o->config);
}
