/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/evidence_ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/message.h"
#include "diagnose/rules.h"
#include "report/sink.h"
#include "sandbox/folder.h"

/* Of a file too long, so often half of it is tried. */
#define HALVES 12

struct evidence_ring {
	const struct options *options;
	struct opener *opener; /* NULL: none is needed */
	size_t path;           /* of the opener's paths */
	struct lookback **lookbacks; /* one a reader */
	unsigned readers;
	bool troubled; /* it was said, and is so still */
};

uint64_t
evidence_ring_bytes(const struct options *o)
{
	return (o->ring_mib > 0 ? o->ring_mib : RING_MIB) << 20;
}

size_t
evidence_ring_files(const struct options *o)
{
	return o->ring_files > 0 ? o->ring_files : RING_FILES;
}

/* -- the folder, by ourselves or through the opener; false with errno -- */

static int
open_file(struct evidence_ring *r)
{
	return r->opener != NULL ? opener_open(r->opener, r->path)
	                         : folder_open(r->options->ring);
}

static bool
make_room(struct evidence_ring *r)
{
	if (r->opener != NULL)
		return opener_make_room(r->opener, r->path);
	errno = folder_make_room(r->options->ring,
	    evidence_ring_files(r->options));
	return errno == 0;
}

static bool
keep_file(struct evidence_ring *r, const char *label,
    char name[static FOLDER_NAME])
{
	if (r->opener != NULL)
		return opener_keep_as(r->opener, r->path, label, name);
	errno = folder_keep(r->options->ring, label, name);
	return errno == 0;
}

static void
discard_file(struct evidence_ring *r)
{
	if (r->opener != NULL)
		opener_discard(r->opener, r->path);
	else
		folder_discard(r->options->ring);
}

static const char *
remedy(int error)
{
	return error == ENOENT || error == ENOTDIR
	    ? " (make that folder and start again, or name another: -w "
	      "DIR)"
	    : error == EACCES || error == EPERM || error == EROFS
	    ? " (let the user p407 runs as write there, or name another "
	      "folder: -w DIR)"
	    : sink_remedy(error);
}

static void
say_trouble(struct evidence_ring *r, int error)
{
	if (!r->troubled)
		message_trouble("%s: evidence cannot be written: %s%s",
		    r->options->ring, strerror(error), remedy(error));
	r->troubled = true;
}

static void
say_good(struct evidence_ring *r)
{
	if (r->troubled)
		message_trouble_over("%s: evidence is written again",
		    r->options->ring);
	r->troubled = false;
}

struct evidence_ring *
evidence_ring_new(const struct options *o, unsigned readers,
    struct opener *opener, size_t path)
{
	struct evidence_ring *r = memory_new(1, sizeof(*r));
	int fd;

	r->options = o;
	r->opener = opener;
	r->path = path;
	r->readers = readers;
	r->lookbacks = memory_new(readers, sizeof(struct lookback *));
	for (unsigned i = 0; i < readers; i++)
		r->lookbacks[i] = lookback_new(readers);
	fd = open_file(r);
	if (fd < 0) {
		say_trouble(r, errno);
		return r;
	}
	close(fd);
	discard_file(r);
	return r;
}

void
evidence_ring_free(struct evidence_ring *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < r->readers; i++)
		lookback_free(r->lookbacks[i]);
	free(r->lookbacks);
	free(r);
}

void
evidence_ring_frame(struct evidence_ring *r, unsigned reader,
    const struct frame *f)
{
	lookback_frame(r->lookbacks[reader], f);
}

/* Masked, and of one file's length; NULL if there is nothing. */
static char *
make_evidence(struct evidence_ring *r, const struct report *report,
    const struct finding *f, size_t *len)
{
	struct report of_one = *report;
	struct names *names = names_new(report->redact);
	struct lookback_view *view = lookback_view(r->lookbacks, r->readers);
	struct evidence_job job = {
		.report = &of_one,
		.names = names,
		.filter = r->options->filter,
		.frames = UINT64_MAX,
		.limit_bytes = evidence_ring_bytes(r->options),
		.source = lookback_source(view),
	};
	char *bytes = NULL;

	of_one.findings = &f;
	of_one.n_findings = 1;
	/* Blocks and comments are longer than the frames in them. */
	for (int i = 0; i < HALVES; i++, job.limit_bytes /= 2) {
		bytes = evidence_memory(&job, len);
		if (bytes == NULL || *len <= evidence_ring_bytes(r->options))
			break;
		free(bytes);
		bytes = NULL;
	}
	lookback_view_free(view);
	names_free(names);
	return bytes;
}

static bool
write_whole(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.at, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = span_from(bytes, (size_t)n);
	}
	return fsync(fd) == 0;
}

void
evidence_ring_keep(struct evidence_ring *r, const struct report *report,
    struct finding *f)
{
	char name[FOLDER_NAME];
	size_t len;
	char *bytes = make_evidence(r, report, f, &len);
	int fd;
	bool ok;

	if (bytes == NULL)
		return;
	fd = open_file(r);
	ok = fd >= 0 && make_room(r) && write_whole(fd, span_of(bytes, len)) &&
	    keep_file(r, f->rule != NULL ? report_rule(f) : "finding",
	        name);
	if (ok) {
		snprintf(f->evidence_file, sizeof(f->evidence_file), "%s",
		    name);
		say_good(r);
	} else {
		say_trouble(r, errno);
	}
	if (fd >= 0) {
		close(fd);
		if (!ok)
			discard_file(r);
	}
	free(bytes);
}
