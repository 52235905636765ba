/* SPDX-License-Identifier: BSD-2-Clause */
#include "live_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"
#include "rulebook.h"

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

		/* What is written at the end shows now if it can be. */
		if (out->path != NULL) {
			fd = open(out->path,
			    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
			if (fd < 0) {
				message_error("%s: cannot write: %s (choose "
				              "another place)",
				    out->path, strerror(errno));
				return false;
			}
		}
		if (out->stream)
			sink_to_fd(&out->sink, fd, out->path);
		else if (fd >= 0)
			close(fd);
	}
	return true;
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
	if (f->opener != NULL && o->ring != NULL)
		f->ring = evidence_ring_new(o, readers, f->opener, ring);
	return f->opener != NULL;
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
			              "was open is written to)",
			    out->path, strerror(errno));
			continue;
		}
		sink_close(&out->sink);
		sink_to_fd(&out->sink, fd, out->path);
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
		out->lost = !sink_flush(&out->sink) && out->path == NULL;
		read += !out->lost;
	}
	return read > 0 || streams == 0;
}

/* The whole of it into a file that gets its name afterwards. */
static bool
replace(struct live_files *f, size_t at, const char *path, struct span bytes)
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
	if (!ok)
		message_error("%s: cannot write: %s (make room, or choose "
		              "another place)", path, strerror(errno));
	if (fd >= 0)
		close(fd);
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
		sink_to_fd(&sink, -1, NULL);
		out->format->write(&sink, r);
		return sink_close(&sink);
	}
	sink_to_text(&sink, &whole);
	out->format->write(&sink, r);
	ok = replace(f, out->at, out->path, text_span(&whole));
	text_fini(&whole);
	return ok;
}

bool
live_files_metrics(struct live_files *f, const char *path, struct span bytes)
{
	return replace(f, f->metrics, path, bytes);
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
	ssize_t got;

	while (n < RULES_MOST &&
	    (got = read(fd, bytes + n, RULES_MOST - n)) > 0)
		n += (size_t)got;
	r->ok &= rules_load_text(r->rules, name, span_of(bytes, n),
	    &r->errors);
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
			ok &= sink_close(&f->outputs[i].sink);
	evidence_ring_free(f->ring);
	f->ring = NULL;
	opener_end(f->opener);
	f->opener = NULL;
	return ok;
}
