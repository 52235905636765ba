/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/live_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/append.h"
#include "base/memory.h"
#include "base/message.h"
#include "verdict/rulebook.h"

/* No file of rules is longer. */
#define RULES_MOST (4u << 20)

static bool
is_stream(const char *format)
{
	return strcmp(format, "text") == 0 || strcmp(format, "json") == 0;
}

static void
add_output(struct live_files *f, const struct output *out,
    struct opener_path *paths, size_t *n)
{
	struct live_output *to = &f->outputs[f->n_outputs++];

	to->format = formats_find(span_of_str(out->format));
	to->path = out->path;
	to->stream = is_stream(out->format);
	to->at = *n;
	if (to->path != NULL)
		paths[(*n)++] = (struct opener_path){
			to->stream ? OPENER_APPEND : OPENER_REPLACE,
			to->path, 0 };
}

static bool
open_streams(struct live_files *f)
{
	for (size_t i = 0; i < f->n_outputs; i++) {
		struct live_output *out = &f->outputs[i];
		int fd = -1;

		if (!out->stream)
			continue;
		if (out->path != NULL &&
		    (fd = append_open(out->path, 0)) < 0) {
			message_error("%s: cannot write: %s%s", out->path,
			    strerror(errno), sink_remedy(errno));
			return false;
		}
		stream_init(&out->lines, fd, out->path);
	}
	return true;
}

/* What is written later shows now if it can be, by whom we become. */
static bool
can_replace(struct live_files *f, size_t at, const char *path)
{
	int fd = opener_open(f->opener, at);

	if (fd < 0) {
		message_error("%s: cannot write: %s%s", path, strerror(errno),
		    errno == EACCES || errno == EPERM
		        ? " (name a folder that the user p407 runs as may "
		          "write to; see -Z)"
		        : sink_remedy(errno));
		return false;
	}
	close(fd);
	return opener_discard(f->opener, at);
}

static bool
can_replace_all(struct live_files *f, const struct options *o)
{
	bool ok = true;

	for (size_t i = 0; ok && i < f->n_outputs; i++)
		if (!f->outputs[i].stream && f->outputs[i].path != NULL)
			ok = can_replace(f, f->outputs[i].at,
			    f->outputs[i].path);
	return ok && (o->metrics == NULL ||
	                 can_replace(f, f->metrics, o->metrics));
}

bool
live_files_open(struct live_files *f, const struct options *o,
    unsigned readers)
{
	static const struct output text = { "text", NULL };
	struct opener_path paths[2 * OPTIONS_MANY + 3];
	size_t n = 0, ring;

	*f = (struct live_files){ 0 };
	for (size_t i = 0; i < o->n_outputs; i++)
		add_output(f, &o->outputs[i], paths, &n);
	if (o->n_outputs == 0)
		add_output(f, &text, paths, &n);
	f->metrics = n;
	if (o->metrics != NULL)
		paths[n++] = (struct opener_path){ OPENER_REPLACE,
			o->metrics, 0 };
	ring = n;
	if (o->ring != NULL)
		paths[n++] = (struct opener_path){ OPENER_RING, o->ring,
			evidence_ring_files(o) };
	f->rules = n;
	for (size_t i = 0; i < o->n_rules; i++)
		paths[n++] = (struct opener_path){ OPENER_RULES, o->rules[i],
			0 };
	if (!open_streams(f))
		return false;
	f->opener = opener_start(paths, n, o->account);
	if (f->opener == NULL || !can_replace_all(f, o))
		return false;
	if (o->ring != NULL)
		f->ring = evidence_ring_new(o, readers, f->opener, ring);
	return true;
}

void
live_files_reopen(struct live_files *f)
{
	for (size_t i = 0; i < f->n_outputs; i++) {
		struct live_output *out = &f->outputs[i];
		int fd;

		if (!out->stream || out->path == NULL)
			continue;
		fd = opener_open(f->opener, out->at);
		if (fd < 0) {
			message_error("%s: cannot be opened again: %s (what "
			              "was open is written to; if its "
			              "folder is another one, start again)",
			    out->path, strerror(errno));
			continue;
		}
		stream_renew(&out->lines, fd);
	}
}

bool
live_files_flush(struct live_files *f)
{
	size_t read = 0, streams = 0;

	for (size_t i = 0; i < f->n_outputs; i++) {
		struct live_output *out = &f->outputs[i];

		streams += out->stream;
		if (!out->stream || out->lost)
			continue;
		out->lost = !stream_flush(&out->lines) && out->path == NULL;
		read += !out->lost;
	}
	return read > 0 || streams == 0;
}

/* The whole of it into a file that gets its name afterwards; else errno. */
static bool
replace(struct live_files *f, size_t at, struct span bytes)
{
	int fd = opener_open(f->opener, at);
	bool ok = fd >= 0;

	while (ok && bytes.len > 0) {
		ssize_t n = write(fd, bytes.at, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		if (ok)
			bytes = span_from(bytes, (size_t)n);
	}
	if (ok)
		ok = fsync(fd) == 0 || errno == EINVAL;
	ok = ok && opener_keep(f->opener, at);
	if (fd >= 0) {
		int error = errno;

		close(fd);
		if (!ok)
			opener_discard(f->opener, at);
		errno = error;
	}
	return ok;
}

bool
live_files_report(struct live_files *f, struct live_output *out,
    const struct report *r)
{
	struct text whole = { 0 };
	struct sink sink;
	bool ok;

	if (out->path == NULL) {
		sink_open(&sink, NULL, NULL, 0);
		out->format->write(&sink, r);
		return sink_close(&sink);
	}
	sink_to_text(&sink, &whole);
	out->format->write(&sink, r);
	ok = replace(f, out->at, text_span(&whole));
	if (!ok)
		message_error("%s: cannot write: %s%s", out->path,
		    strerror(errno), sink_remedy(errno));
	text_fini(&whole);
	return ok;
}

void
live_files_metrics(struct live_files *f, const char *path, struct span bytes)
{
	bool ok = replace(f, f->metrics, bytes);

	if (!ok && !f->metrics_troubled)
		message_trouble("%s: cannot write: %s%s", path,
		    strerror(errno), sink_remedy(errno));
	else if (ok && f->metrics_troubled)
		message_trouble_over("%s: is written again", path);
	f->metrics_troubled = !ok;
}

struct reading {
	struct rules *rules;
	struct text errors;
	bool ok;
};

static void
take_rules(void *context, const char *name, int fd)
{
	struct reading *r = context;
	uint8_t *bytes = memory_new(1, RULES_MOST);
	size_t n = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0 && n < RULES_MOST) {
		got = read(fd, bytes + n, RULES_MOST - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		text_fmt(&r->errors, "%s: %s\n", name, errno == EINVAL
		        ? "is no file (move it elsewhere)"
		        : strerror(errno));
		r->ok = false;
	} else {
		r->ok &= rules_load_text(r->rules, name, span_of(bytes, n),
		    &r->errors);
	}
	free(bytes);
}

struct rules *
live_files_rules(struct live_files *f, const struct options *o)
{
	struct reading r = { .rules = rules_new(), .ok = true };

	if (!o->no_default_rules)
		rules_default(r.rules);
	for (size_t i = 0; i < o->n_rules; i++)
		if (!opener_rules(f->opener, f->rules + i, take_rules, &r)) {
			message_error("%s: cannot be read: %s (see who may)",
			    o->rules[i], strerror(errno));
			r.ok = false;
		}
	rulebook_complain(&r.errors);
	text_fini(&r.errors);
	if (r.ok)
		return r.rules;
	rules_free(r.rules);
	return NULL;
}

bool
live_files_close(struct live_files *f)
{
	bool ok = true;

	for (size_t i = 0; i < f->n_outputs; i++)
		if (f->outputs[i].stream)
			ok &= stream_end(&f->outputs[i].lines);
	/* What is left is of the metrics and the ring. */
	ok &= message_troubles() == 0;
	evidence_ring_free(f->ring);
	f->ring = NULL;
	opener_end(f->opener);
	f->opener = NULL;
	return ok;
}
