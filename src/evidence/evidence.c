/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/sha256.h"
#include "evidence/choice.h"
#include "evidence/pcapng.h"
#include "evidence/recheck.h"
#include "evidence/rewrite.h"
#include "report/sink.h"

/* An interface of the evidence: a link type of an input. */
struct origin {
	uint16_t file;
	uint32_t link;
	uint64_t frames;
	when_ns first, last;
};

struct evidence {
	const struct evidence_job *job;
	struct names *names;
	struct mask *mask;
	struct choice *choice;
	struct talks *talks;
	struct pcapng pcapng;
	struct origin *origins; /* in the order of the interfaces */
	size_t n_origins;
	uint64_t frames; /* written */
};

static bool listen_to(struct evidence *e);
static bool write_frames(struct evidence *e);
static void take_frame(void *context, const struct frame *f);
static void write_section(struct evidence *e);
static void write_statistics(struct evidence *e);
static bool write_to(struct evidence *e, const char *path);

/* The first reading, after which it is known what goes in. */
static bool
begin(struct evidence *e, const struct evidence_job *job)
{
	bool ok;

	*e = (struct evidence){ .job = job, .names = job->names };
	/* What is wrong with the inputs was said when they were read. */
	message_mute(true);
	e->mask = mask_new(e->names);
	e->choice = choice_new(job->report);
	e->talks = talks_new(e->mask, job->limit_bytes);
	ok = listen_to(e);
	message_mute(false);
	return ok;
}

static void
end(struct evidence *e)
{
	free(e->origins);
	talks_free(e->talks);
	choice_free(e->choice);
	mask_free(e->mask);
}

bool
evidence_write(const struct evidence_job *job, const char *path)
{
	struct evidence e;
	bool ok = begin(&e, job);

	if (ok)
		ok = write_to(&e, path);
	else
		message_error("evidence: the input cannot be read again "
		              "(save it to a file first)");
	if (ok && choice_left_out(e.choice) > 0)
		message_note("evidence: %zu conversations left out, %zu are in "
		             "it (--evidence-limit)",
		    choice_left_out(e.choice), choice_taken(e.choice));
	if (ok && choice_taken(e.choice) == 0 && choice_left_out(e.choice) == 0)
		message_note("evidence: it is empty, as there are no "
		             "findings");
	end(&e);
	return ok;
}

/* -- where the frames come from -- */

struct reading {
	const struct evidence_source *source; /* NULL: files */
	struct capture *files;
};

/* Standard input is a file by now; it begins at its beginning. */
static bool
reading_begin(struct reading *r, const struct evidence_job *job)
{
	*r = (struct reading){ .source = job->source };
	if (r->source != NULL) {
		r->source->rewind(r->source->context);
		return true;
	}
	for (size_t i = 0; i < job->n_files; i++)
		if (strcmp(job->files[i], "-") == 0 &&
		    lseek(STDIN_FILENO, 0, SEEK_SET) != 0)
			return false;
	r->files = capture_open(job->files, job->n_files, job->filter);
	return r->files != NULL;
}

static bool
reading_next(struct reading *r, struct frame *f)
{
	return r->source != NULL ? r->source->next(r->source->context, f)
	                         : capture_next(r->files, f);
}

/* The first reading: which conversations, how long, and what they say. */
static bool
listen_to(struct evidence *e)
{
	struct reading in;
	struct net *net = net_new();
	struct frame f;
	struct packet p;
	bool ok = reading_begin(&in, e->job);

	for (uint64_t n = 0; ok && n < e->job->frames && reading_next(&in, &f);
	     n++) {
		if (!net_decode(net, &f, &p) ||
		    !choice_consider(e->choice, &p, f.bytes.len))
			continue;
		if (p.protocol == PROTOCOL_TCP)
			talks_listen(e->talks, &p);
	}
	talks_finish(e->talks);
	choice_settle(e->choice, e->job->limit_bytes);
	net_free(net);
	capture_close(in.files);
	return ok;
}

/* The second reading. */
static bool
write_frames(struct evidence *e)
{
	struct reading in;
	struct rewrite *r =
	    rewrite_new(e->choice, e->talks, e->mask, take_frame, e);
	struct frame f;
	bool ok = reading_begin(&in, e->job);

	for (uint64_t n = 0; ok && n < e->job->frames &&
	     e->pcapng.error == 0 && reading_next(&in, &f); n++)
		rewrite_frame(r, &f);
	rewrite_finish(r);
	rewrite_free(r);
	capture_close(in.files);
	return ok;
}

/* The input's name without its folders, which are nobody's business. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
is_hidden(const struct evidence *e)
{
	return names_hidden(e->names);
}

/* "capture.pcapng", or "input 1" where names of files may tell too much. */
static void
add_input(const struct evidence *e, struct text *t, size_t i)
{
	if (is_hidden(e))
		text_fmt(t, "input %zu", i + 1);
	else if (strcmp(e->job->report->inputs[i].name, "-") == 0)
		text_str(t, "standard input");
	else
		text_str(t, base_name(e->job->report->inputs[i].name));
}

static uint32_t
interface_of(struct evidence *e, const struct frame *f)
{
	struct text name = { 0 };

	for (size_t i = 0; i < e->n_origins; i++)
		if (e->origins[i].file == f->file &&
		    e->origins[i].link == f->link)
			return (uint32_t)i;
	e->origins = memory_grow(e->origins, e->n_origins + 1,
	    sizeof(*e->origins));
	e->origins[e->n_origins] = (struct origin){ .file = f->file,
		.link = f->link, .first = WHEN_NONE, .last = WHEN_NONE };
	if (f->file < e->job->report->n_inputs)
		add_input(e, &name, f->file);
	pcapng_interface(&e->pcapng, f->link, text_get(&name),
	    is_hidden(e) ? NULL : e->job->filter);
	text_fini(&name);
	return (uint32_t)e->n_origins++;
}

static void
take_frame(void *context, const struct frame *f)
{
	struct evidence *e = context;
	uint32_t interface = interface_of(e, f);
	struct origin *o = &e->origins[interface];
	struct text comments = { 0 };

	text_fmt(&comments, "original frame %llu",
	    (unsigned long long)f->number);
	if (e->job->report->n_inputs > 1) {
		text_fmt(&comments, ", %llu of ",
		    (unsigned long long)f->file_number);
		add_input(e, &comments, f->file);
	}
	text_char(&comments, '\n');
	choice_remark(e->choice, f->number, &comments);
	pcapng_frame(&e->pcapng, interface, f->time, f->bytes, f->wire_len,
	    text_span(&comments));
	text_fini(&comments);
	o->frames++;
	if (o->first == WHEN_NONE || f->time < o->first)
		o->first = f->time;
	if (o->last == WHEN_NONE || f->time > o->last)
		o->last = f->time;
	e->frames++;
}

static void
write_section(struct evidence *e)
{
	const struct report *r = e->job->report;
	struct text comments = { 0 }, application = { 0 };

	text_fmt(&application, "p407 %s", r->version);
	text_str(&comments, "Evidence: the conversations of the findings of "
	    "p407, with every secret masked inside the packets at the same "
	    "length");
	text_str(&comments, is_hidden(e) ? "; names and addresses are "
	                                   "pseudonyms\n"
	                                 : "\n");
	for (size_t i = 0; i < r->n_inputs && e->job->source == NULL; i++) {
		add_input(e, &comments, i);
		text_str(&comments, ": SHA-256 ");
		if (!sha256_file(r->inputs[i].name, &comments))
			text_str(&comments, "not known");
		text_char(&comments, '\n');
	}
	pcapng_section(&e->pcapng, text_get(&application),
	    text_span(&comments));
	text_fini(&comments);
	text_fini(&application);
}

static void
write_statistics(struct evidence *e)
{
	const struct report *r = e->job->report;

	for (size_t i = 0; i < e->n_origins; i++) {
		const struct origin *o = &e->origins[i];
		const struct capture_input *in =
		    o->file < r->n_inputs ? &r->inputs[o->file] : NULL;
		struct pcapng_counts counts = {
			.first = o->first,
			.last = o->last,
			.received = in != NULL ? in->frames : UINT64_MAX,
			.dropped = in != NULL && in->drops_known
			    ? in->dropped
			    : UINT64_MAX,
		};

		pcapng_statistics(&e->pcapng, (uint32_t)i, &counts);
	}
}

static void
say_error(const char *path, int error)
{
	message_error("%s: cannot write: %s%s",
	    path != NULL ? path : "standard output", strerror(error),
	    sink_remedy(error));
}

/* To standard output, or to what is there and is no file: a pipe, a device. */
static bool
copy_out(FILE *file, const char *path)
{
	FILE *out = path != NULL ? fopen(path, "we") : stdout;
	char buffer[65536];
	size_t n;
	bool ok = out != NULL;

	rewind(file);
	while (ok && (n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		ok = fwrite(buffer, 1, n, out) == n;
	ok = ok && !ferror(file) && fflush(out) == 0;
	if (out != NULL && out != stdout)
		ok = fclose(out) == 0 && ok;
	return ok;
}

/* Would a new file not do, as what is there is none? */
static bool
is_special(const char *path)
{
	struct stat st;

	return path == NULL ||
	    (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

/* A file beside `path`, which does not get that name before it is good. */
static FILE *
open_beside(const char *path, char **name)
{
	struct text t = { 0 };
	const char *folder = getenv("TMPDIR");
	FILE *file = NULL;

	if (!is_special(path))
		text_fmt(&t, "%s.XXXXXX", path);
	else
		text_fmt(&t, "%s/p407.XXXXXX",
		    folder != NULL ? folder : "/tmp");
	*name = text_steal(&t);

	int fd = mkstemp(*name);

	if (fd >= 0)
		file = fdopen(fd, "w+");
	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}

static bool
is_input(const struct evidence_job *job, const char *path)
{
	struct stat out, in;

	if (path == NULL || stat(path, &out) != 0)
		return false;
	for (size_t i = 0; i < job->n_files; i++)
		if ((strcmp(job->files[i], "-") == 0
		            ? fstat(STDIN_FILENO, &in)
		            : stat(job->files[i], &in)) == 0 &&
		    in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return true;
	return false;
}

/* Give it its name, or its bytes to standard output. */
static bool
publish(struct evidence *e, const char *name, const char *path)
{
	uint64_t frame = 0;
	bool clean, ok;

	message_mute(true);
	clean = recheck_file(name, e->mask, &frame);
	message_mute(false);
	if (!clean) {
		message_error("%s: a secret was left in it at frame %llu: it "
		              "is deleted (please report this)",
		    path != NULL ? path : "evidence",
		    (unsigned long long)frame);
		return false;
	}
	if (is_special(path)) {
		ok = copy_out(e->pcapng.file, path);
	} else {
		mode_t mask = umask(0);

		umask(mask);
		ok = chmod(name, 0666 & ~mask) == 0 && rename(name, path) == 0;
	}
	if (!ok && errno != EPIPE)
		say_error(path, errno);
	return ok;
}

/* False if the input could not be read; pcapng.error is of the writing. */
static bool
write_all(struct evidence *e)
{
	bool ok;

	message_mute(true);
	write_section(e);
	ok = write_frames(e);
	write_statistics(e);
	message_mute(false);
	if (fflush(e->pcapng.file) != 0 && e->pcapng.error == 0)
		e->pcapng.error = errno;
	return ok;
}

static bool
write_to(struct evidence *e, const char *path)
{
	char *name;
	bool ok;

	if (path == NULL && isatty(STDOUT_FILENO)) {
		message_error("-o pcapng: packets are not for a terminal "
		              "(name a file: -o pcapng=FILE)");
		return false;
	}
	if (is_input(e->job, path)) {
		message_error("%s: is an input, and evidence would overwrite "
		              "it (choose another name)", path);
		return false;
	}
	e->pcapng.file = open_beside(path, &name);
	if (e->pcapng.file == NULL) {
		say_error(path, errno);
		free(name);
		return false;
	}
	ok = write_all(e);
	if (e->pcapng.error != 0) {
		say_error(path, e->pcapng.error);
		ok = false;
	}
	ok = ok && publish(e, name, path);
	if (!ok || is_special(path))
		unlink(name);
	fclose(e->pcapng.file);
	free(name);
	return ok;
}

/* Each frame goes to the second look as it is written. */
static bool
is_clean(const struct evidence *e, const char *bytes, size_t len)
{
	struct recheck *r = recheck_new(e->mask);
	struct pcapng_walk walk = { span_of(bytes, len), 0 };
	struct frame f;
	uint64_t frame;
	bool clean;

	message_mute(true);
	while (pcapng_next(&walk, &f)) {
		if (f.file < e->n_origins)
			f.link = e->origins[f.file].link;
		recheck_frame(r, &f);
	}
	clean = recheck_end(r, &frame) && walk.frames == e->frames;
	message_mute(false);
	if (!clean)
		message_error("evidence: a secret was left in it at frame "
		              "%llu: it is not kept (please report this)",
		    (unsigned long long)frame);
	return clean;
}

char *
evidence_memory(const struct evidence_job *job, size_t *len)
{
	struct evidence e;
	char *bytes = NULL;
	bool ok = begin(&e, job) && choice_taken(e.choice) > 0;

	*len = 0;
	if (ok)
		e.pcapng.file = open_memstream(&bytes, len);
	ok = e.pcapng.file != NULL && write_all(&e) && e.pcapng.error == 0 &&
	    e.frames > 0 && is_clean(&e, bytes, *len);
	if (e.pcapng.file != NULL)
		fclose(e.pcapng.file);
	if (!ok) {
		free(bytes);
		bytes = NULL;
	}
	end(&e);
	return bytes;
}

bool
evidence_spool_stdin(void)
{
	char buffer[65536];
	struct stat st;
	FILE *spool;
	ssize_t n;
	bool ok = true;

	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		return true;
	spool = tmpfile();
	while (spool != NULL && ok &&
	    (n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		ok = fwrite(buffer, 1, (size_t)n, spool) == (size_t)n;
	ok = spool != NULL && ok && fflush(spool) == 0 &&
	    lseek(fileno(spool), 0, SEEK_SET) == 0 &&
	    dup2(fileno(spool), STDIN_FILENO) >= 0;
	if (!ok)
		message_error("-: cannot be kept to be read twice: %s (save "
		              "it to a file first)", strerror(errno));
	if (spool != NULL)
		fclose(spool);
	return ok;
}
