/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/ticket.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/sha256.h"
#include "report/formats.h"
#include "report/sink.h"
#include "report/words.h"

#define TITLES_MAX 20

/* A format that this p407 does not have is passed over. */
static const struct {
	const char *format; /* NULL: not a report */
	const char *file;
	const char *what;
} files[] = {
	{ "html", "report.html",
	    "the report to look at, in any browser; nothing else is loaded" },
	{ "text", "report.txt", "the same report as plain text" },
	{ "markdown", "report.md",
	    "the same for Jira, ServiceNow or GitHub: paste it" },
	{ "json", "report.jsonl",
	    "the same for programs: JSON Lines, Elastic Common Schema names" },
	{ NULL, "evidence.pcapng",
	    "the packets that show it, for Wireshark; see below" },
};

#define N_FILES (sizeof(files) / sizeof(files[0]))

bool
ticket_prepare(const char *folder)
{
	DIR *d;
	struct dirent *e;
	bool empty = true;

	if (mkdir(folder, 0777) == 0)
		return true;
	if (errno != EEXIST) {
		message_error("%s: cannot make the folder: %s%s", folder,
		    strerror(errno),
		    errno == ENOENT ? " (make the one it is to be in first)"
		                    : sink_remedy(errno));
		return false;
	}
	d = opendir(folder);
	if (d == NULL) {
		message_error("%s: is no folder that can be used: %s (name a "
		              "new one)", folder, strerror(errno));
		return false;
	}
	while ((e = readdir(d)) != NULL)
		empty &= strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0;
	closedir(d);
	if (!empty)
		message_error("%s: is not empty (name a new folder)", folder);
	else if (access(folder, W_OK | X_OK) != 0)
		message_error("%s: cannot be written to (choose another "
		              "folder)", folder);
	else
		return true;
	return false;
}

static void
path_of(struct text *t, const char *folder, const char *file)
{
	text_clear(t);
	text_fmt(t, "%s/%s", folder, file);
}

static bool
write_text(const char *path, const struct text *t)
{
	struct sink sink;

	if (!sink_open(&sink, path, NULL, 0))
		return false;
	sink_add(&sink, text_span(t));
	return sink_close(&sink);
}

static void
add_findings(struct text *t, const struct report *r)
{
	const struct finding **list =
	    memory_new(r->n_findings + 1, sizeof(const struct finding *));
	size_t n = report_pick(r, true, list);

	words_count(t, n, "fault", "faults");
	text_str(t, " in ");
	words_count(t, r->n_attempts, "attempt", "attempts");
	text_str(t, n > 1 ? ", the gravest first:\n" : n == 1 ? ":\n" : ".\n");
	for (size_t i = 0; i < n && i < TITLES_MAX; i++)
		text_fmt(t, "  %zu. %s (%s)\n", i + 1,
		    redact_words(r->redact, list[i]->title), list[i]->id);
	n = report_pick(r, false, list);
	if (n > 0)
		text_str(t, "Remarks:\n");
	for (size_t i = 0; i < n && i < TITLES_MAX; i++)
		text_fmt(t, "  -  %s (%s)\n",
		    redact_words(r->redact, list[i]->title), list[i]->id);
	text_char(t, '\n');
	free(list);
}

static bool
write_readme(const struct evidence_job *job, const char *folder)
{
	const struct report *r = job->report;
	bool hidden = redact_level_of(r->redact) == REDACT_IDENTITIES;
	struct text t = { 0 }, path = { 0 };
	bool ok;

	text_str(&t, "Failed authentication at an HTTP proxy: what was seen, "
	             "and why\n\n");
	add_findings(&t, r);
	for (size_t i = 0; i < N_FILES; i++)
		if (files[i].format == NULL ||
		    formats_find(span_of_str(files[i].format)) != NULL)
			text_fmt(&t, "%-16s %s\n", files[i].file,
			    files[i].what);
	text_str(&t,
	    "MANIFEST         SHA-256 of each file: sha256sum -c MANIFEST\n\n"
	    "evidence.pcapng holds the connections of the findings and those\n"
	    "they are compared with, frame for frame. The comment of a frame\n"
	    "gives its number in the original capture and says what it is;\n"
	    "the comment of the file gives the SHA-256 of the original.\n"
	    "p407 -r evidence.pcapng comes to the same verdicts.\n\n"
	    "Masked in it, at the same length: passwords, Digest responses,\n"
	    "NTLM responses, keys and MICs, Kerberos ciphers, bearer tokens,\n"
	    "cookies, user information and queries of URLs, fields that are\n"
	    "not known; bodies and what went through tunnels are zero, but\n"
	    "for the title of a 407's page and what PAC files return. Equal\n"
	    "secrets are masked alike, so that it can be seen whether the\n"
	    "same was sent again; nothing else can be learnt from the masks.\n"
	    "Lengths of secrets can be seen.\n\n");
	if (hidden)
		text_str(&t, "Users, hosts, domains and addresses are "
		    "pseudonyms throughout. Whoever\nmade this has the list "
		    "if it was kept (--redact-map).\n");
	else
		text_str(&t, "Users, hosts, domains and addresses are shown "
		    "as they are; with\n--redact identities they are "
		    "pseudonyms.\n");
	text_fmt(&t, "\nMade by p407 %s.\n", r->version);
	path_of(&path, folder, "README.txt");
	ok = write_text(text_get(&path), &t);
	text_fini(&t);
	text_fini(&path);
	return ok;
}

static void
add_line(struct text *t, const char *folder, const char *file)
{
	struct text path = { 0 }, sum = { 0 };

	path_of(&path, folder, file);
	if (sha256_file(text_get(&path), &sum))
		text_fmt(t, "%s  %s\n", text_get(&sum), file);
	text_fini(&path);
	text_fini(&sum);
}

static bool
write_manifest(const char *folder)
{
	struct text t = { 0 }, path = { 0 };
	bool ok;

	add_line(&t, folder, "README.txt");
	for (size_t i = 0; i < N_FILES; i++)
		add_line(&t, folder, files[i].file);
	path_of(&path, folder, "MANIFEST");
	ok = write_text(text_get(&path), &t);
	text_fini(&t);
	text_fini(&path);
	return ok;
}

bool
ticket_write(const struct evidence_job *job, const char *folder)
{
	struct report plain = *job->report;
	struct text path = { 0 };
	bool ok = true;

	plain.options.color = false;
	for (size_t i = 0; i < N_FILES; i++) {
		const struct format *f = files[i].format != NULL
		    ? formats_find(span_of_str(files[i].format))
		    : NULL;

		path_of(&path, folder, files[i].file);
		if (files[i].format == NULL)
			ok &= evidence_write(job, text_get(&path));
		else if (f != NULL)
			ok &= formats_write(f, &plain, text_get(&path));
	}
	text_fini(&path);
	ok &= write_readme(job, folder);
	/* The last of all: where it is missing, the rest is not whole. */
	return ok && write_manifest(folder);
}
