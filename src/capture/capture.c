/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/capture.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/memory.h"
#include "base/message.h"
#include "capture/filter.h"
#include "capture/merge.h"
#include "capture/savefile.h"

/* Of the files that come first; many are merged, and wait in turn. */
#define THREADS_MOST 4

/* One file; those that could not be opened have no savefile. */
struct source {
	char *name;
	uint16_t index;
	struct savefile *file;
	bool said; /* what is wrong with it */
};

struct capture {
	struct source *sources;
	size_t n;
	struct merge *merge;
	struct filter *filter; /* NULL: all pass */
	bool misfit_said;
};

static void open_source(struct source *s, size_t room);
static bool next_of_source(void *context, struct frame *out);
static void say(const char *name, const struct problem *p);
static void say_misfit(struct capture *c);

/* A folder of a ring has more than the thousand that is usual at first. */
static void
make_room_for(size_t n)
{
	enum { OTHERS = 64 };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= n + OTHERS)
		return;
	limit.rlim_cur = limit.rlim_max < n + OTHERS ? limit.rlim_max
	                                             : n + OTHERS;
	setrlimit(RLIMIT_NOFILE, &limit); /* what is too many is said then */
}

struct capture *
capture_open(const char *const *paths, size_t n, const char *filter)
{
	struct capture *c = memory_new(1, sizeof(*c));

	if (filter != NULL) {
		struct problem problem = { .what = "" };

		c->filter = filter_new(filter, &problem);
		if (c->filter == NULL) {
			message_error("filter '%s': %s (%s)", filter,
			    problem.what, problem.remedy);
			free(c);
			return NULL;
		}
	}
	/* frame.h has 16 bits for the index; no system opens more files. */
	if (n > UINT16_MAX) {
		message_error("%zu files are too many (merge them first)", n);
		n = UINT16_MAX;
	}

	make_room_for(n);

	/* Many files share what memory one would get. */
	size_t room = INPUT_ROOM / (n > 0 ? n : 1);

	if (room < INPUT_ROOM_LEAST)
		room = INPUT_ROOM_LEAST;
	c->n = n;
	c->sources = memory_new(n, sizeof(*c->sources));
	c->merge = merge_new(n);
	for (size_t i = 0; i < n; i++) {
		struct source *s = &c->sources[i];

		s->name = memory_strdup(paths[i]);
		s->index = (uint16_t)i;
		open_source(s, room);
		if (s->file != NULL)
			merge_add(c->merge,
			    (struct merge_source){ next_of_source, s });
	}
	return c;
}

bool
capture_next(struct capture *c, struct frame *out)
{
	while (merge_next(c->merge, out)) {
		if (c->filter == NULL || filter_passes(c->filter, out))
			return true;
		if (!c->misfit_said)
			say_misfit(c);
	}
	return false;
}

size_t
capture_inputs(const struct capture *c)
{
	return c->n;
}

struct capture_input
capture_input(const struct capture *c, size_t i)
{
	const struct source *s = &c->sources[i];

	if (s->file != NULL)
		return *savefile_facts(s->file);
	return (struct capture_input){ .name = s->name,
		.format = "unreadable", .first = WHEN_NONE,
		.last = WHEN_NONE, .damaged = true };
}

void
capture_lend(struct capture *c, struct input_blocks *blocks)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->sources[i].file != NULL)
			savefile_lend(c->sources[i].file, blocks);
}

void
capture_ahead(struct capture *c)
{
	for (size_t i = 0; i < c->n && i < THREADS_MOST; i++)
		if (c->sources[i].file != NULL)
			savefile_ahead(c->sources[i].file);
}

uint64_t
capture_size(const struct capture *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct savefile *f = c->sources[i].file;

		if (f == NULL)
			continue;
		if (savefile_size(f) == 0)
			return 0;
		sum += savefile_size(f);
	}
	return sum;
}

double
capture_progress(const struct capture *c)
{
	uint64_t taken = 0, size = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct savefile *f = c->sources[i].file;

		if (f == NULL)
			continue;
		if (savefile_size(f) == 0)
			return -1;
		taken += savefile_taken(f);
		size += savefile_size(f);
	}
	/* A file that is still written to may be longer than it was. */
	return taken >= size ? 1 : (double)taken / (double)size;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		savefile_free(c->sources[i].file);
		free(c->sources[i].name);
	}
	merge_free(c->merge);
	filter_free(c->filter);
	free(c->sources);
	free(c);
}

static void
open_source(struct source *s, size_t room)
{
	struct problem problem = { .what = "" };
	struct input *in = input_open(s->name, room, &problem);

	if (in != NULL)
		s->file = savefile_new(s->name, in, &problem);
	if (s->file == NULL)
		say(s->name, &problem);
}

static bool
next_of_source(void *context, struct frame *out)
{
	struct source *s = context;

	if (savefile_next(s->file, out)) {
		out->file = s->index;
		return true;
	}
	if (!s->said && savefile_problem(s->file) != NULL) {
		s->said = true;
		say(s->name, savefile_problem(s->file));
	}
	return false;
}

static void
say(const char *name, const struct problem *p)
{
	message_error("%s: %s (%s)", name, p->what, p->remedy);
}

static void
say_misfit(struct capture *c)
{
	uint32_t link;
	const char *why = filter_misfit(c->filter, &link);

	if (why == NULL)
		return;
	c->misfit_said = true;
	message_note("the filter does not fit link type %lu: %s (its frames "
	             "are left out)", (unsigned long)link, why);
}
