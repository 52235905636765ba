/* SPDX-License-Identifier: BSD-2-Clause */
/* options_rows.c - every option there is */
#include <stddef.h>

#include "base/text.h"
#include "options/options_parts.h"

#define AT(member)          offsetof(struct options, member)
#define NOTHING             KIND_NOTHING, 0, 0, NULL, false
#define FLAG(member)        KIND_FLAG, AT(member), 0, NULL, false
#define DOES(action)        KIND_ACTION, 0, action, NULL, false
#define TEXT(member)        KIND_TEXT, AT(member), 0, NULL, false
#define SMALL(member, most) KIND_SMALL, AT(member), most, NULL, false
#define COUNT(member, most) KIND_COUNT, AT(member), most, NULL, false
#define SIZE(member)        KIND_SIZE, AT(member), 0, NULL, false
#define TIME(member)        KIND_TIME, AT(member), 0, NULL, false
#define OWN(take)           KIND_OWN, 0, 0, take, false
#define REPEATS(take)       KIND_OWN, 0, 0, take, true

/* clang-format off */
const struct option_row option_rows[] = {
	{ 'r', "read", "FILE",
	    "read a capture; - is standard input", REPEATS(take_file) },
	{ 'i', "interface", "IFACE",
	    "capture live; repeatable; any: all of them",
	    REPEATS(take_interface) },
	{ 'D', "list-interfaces", NULL,
	    "list the interfaces and stop", DOES(ACTION_LIST_INTERFACES) },
	{ 'f', "filter", "FILTER",
	    "only frames that pass (pcap-filter(7))", TEXT(filter) },
	{ 'c', "count", "N",
	    "stop after N frames", COUNT(packet_count, UINT64_MAX) },
	{ 'a', "autostop", "duration:N",
	    "live: stop after N seconds", OWN(take_autostop) },
	{ 's', "snapshot-length", "N",
	    "live: bytes of each frame (all)", OWN(take_snaplen) },
	{ 'B', "buffer-size", "MIB",
	    "live: buffer of the kernel, of each thread (16)",
	    SMALL(buffer_mib, 2047) },
	{ 'p', "no-promiscuous-mode", NULL,
	    "live: not promiscuous", FLAG(modest) },
	{ 'Z', "relinquish-privileges", "USER",
	    "live: become USER once all is open (p407)", TEXT(account) },
	{ 0, "metrics", "FILE",
	    "live: counts for Prometheus, written anew every 15 s",
	    TEXT(metrics) },
	{ 0, "listen", "ADDRESS:PORT",
	    "live: a status page, /metrics and /healthz over HTTP",
	    OWN(take_listen) },
	{ 0, "state", "FILE",
	    "remember there who got in, and what was found", TEXT(state) },
	{ 'w', "evidence-ring", "DIR",
	    "keep a small masked capture of each finding there", TEXT(ring) },
	{ 'C', "file-size", "MIB",
	    "-w: the most that one takes (1)", COUNT(ring_mib, 4095) },
	{ 'W', "file-count", "N",
	    "-w: so many; the oldest goes first (64)",
	    COUNT(ring_files, 99999) },
	{ 'j', "threads", "N",
	    "worker threads; live: that capture (1)", SMALL(threads, 256) },
	{ 'o', "output", "FORMAT[=PATH]",
	    "text (default), json, html, markdown, or pcapng: evidence; "
	    "repeatable", REPEATS(take_output) },
	{ 0, "memory", "SIZE",
	    "let all that grows fit into so much: 256M, 1G (default)",
	    OWN(take_memory) },
	{ 0, "ticket", "DIR",
	    "all of these in a new folder, to be handed on", TEXT(ticket) },
	{ 0, "evidence-limit", "SIZE",
	    "bytes of packets in evidence: 64M (default), 1G",
	    SIZE(evidence_limit) },
	{ 0, "since", "TIME", "only attempts from TIME on (UTC)", TIME(since) },
	{ 0, "until", "TIME", "only attempts before TIME", TIME(until) },
	{ 0, "client", "ADDRESS",
	    "only attempts of this client", OWN(take_client) },
	{ 0, "proxy", "ADDRESS[:PORT]",
	    "only attempts at this proxy", OWN(take_proxy) },
	{ 0, "user", "NAME", "only attempts of this user", TEXT(user) },
	{ 0, "config", "FILE",
	    "options from a YAML file; the command line wins",
	    TEXT(config_file) },
	{ 0, "check-config", NULL,
	    "check that file, and the rules, and stop",
	    DOES(ACTION_CHECK_CONFIG) },
	{ 0, "rules", "PATH", "more rules: a file or folder",
	    REPEATS(take_rules) },
	{ 0, "no-default-rules", NULL,
	    "without the built-in rules", FLAG(no_default_rules) },
	{ 0, "check-rules", NULL,
	    "check the rules and stop", DOES(ACTION_CHECK_RULES) },
	{ 0, "list-rules", NULL,
	    "list the rules and stop", DOES(ACTION_LIST_RULES) },
	{ 0, "list-facts", NULL,
	    "list what rules can ask", DOES(ACTION_LIST_FACTS) },
	{ 0, "explain", "RULE", "all that a rule says", OWN(take_explain) },
	{ 0, "redact", "LEVEL",
	    "secrets (default) or identities: also users, hosts, addresses",
	    OWN(take_redact) },
	{ 0, "inventory", NULL,
	    "also list who uses which scheme", OWN(take_inventory) },
	{ 0, "applications", NULL,
	    "name the applications of destinations (libndpi)",
	    FLAG(applications) },
	{ 0, "redact-map", "FILE",
	    "keep what pseudonyms stand for there (mode 0600)",
	    TEXT(redact_map) },
	{ 0, "verify", "FILE",
	    "known-good credentials: say of each attempt if it used them",
	    TEXT(verify) },
	{ 0, "from-events", "FILE",
	    "report what -o json wrote, without the capture; repeatable",
	    REPEATS(take_from_events) },
	{ 0, "keytab", "FILE",
	    "of the proxy: say of each Kerberos ticket if it opens it",
	    TEXT(keytab) },
	{ 0, "compare", "BEFORE",
	    "what a fix changed: an earlier capture, or its -o json",
	    TEXT(compare) },
	{ 0, "proxy-log", "FILE",
	    "lay the proxy's access log beside the capture", TEXT(proxy_log) },
	{ 0, "proxy-log-format", "FORMAT",
	    "how it is written, as squid's logformat (default: guess)",
	    TEXT(proxy_log_format) },
	{ 0, "exit-code", NULL,
	    "exit 1 if a client could not authenticate", FLAG(exit_code) },
	{ 'n', "numeric", NULL, "no names for addresses (always so)", NOTHING },
	{ 'q', "quiet", NULL, "no remarks on standard error", FLAG(quiet) },
	{ 'v', "verbose", NULL, "more detail", REPEATS(take_verbose) },
	{ 0, "color", "WHEN",
	    "auto (default), always or never", OWN(take_color) },
	{ 'V', "version", NULL, "print the version", DOES(ACTION_VERSION) },
	{ 'h', "help", NULL, "print this", DOES(ACTION_HELP) },
};
/* clang-format on */

const size_t n_option_rows = sizeof(option_rows) / sizeof(option_rows[0]);

_Static_assert(sizeof(option_rows) / sizeof(option_rows[0]) <= OPTIONS_MOST,
    "each row has a place in given[]");

void
options_help(struct text *t)
{
	text_str(t, "usage: p407 [OPTIONS] [-r] FILE...\n"
	            "       p407 [OPTIONS] -i IFACE\n\n"
	            "Says which clients could not authenticate at an HTTP "
	            "proxy (status 407), at\nwhich step it broke, why, what "
	            "it is not, and who must act.\n\n");
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];
		size_t before = t->len;

		if (row->letter != 0)
			text_fmt(t, "  -%c, --%s", row->letter, row->name);
		else
			text_fmt(t, "      --%s", row->name);
		if (row->argument != NULL)
			text_fmt(t, " %s", row->argument);
		if (t->len - before > 32) {
			text_char(t, '\n');
			before = t->len;
		}
		text_pad(t, ' ', 33 - (t->len - before));
		text_fmt(t, "%s\n", row->meaning);
	}
	text_str(t, "\nFILE is pcap or pcapng, plain, gzip, zstd or lz4; "
	            "several are merged by time.\nExit status: 0 done; 1 with "
	            "--exit-code, a failure was found; 2 bad usage, or\ninput "
	            "that could not be read or was damaged.\n");
}
