/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/capture.h"

#include <stdlib.h>

#include "base/memory.h"
#include "capture/filter.h"
#include "capture/savefile.h"

/* One file of the merge: its next frame waits in `frame`. */
struct lane {
	struct savefile *file;
	struct frame frame;
	bool full;
	struct capture_input facts; /* of a file that could not be opened */
};

struct capture {
	struct lane *lanes;
	size_t n;
	uint64_t number;
	struct filter *filter;
	struct lane *last; /* whose frame is out; it may be advanced now */
};

struct capture *
capture_open(const char *const *paths, size_t n, const char *filter)
{
	struct capture *c = memory_new(1, sizeof(*c));

	if (filter != NULL) {
		c->filter = filter_new(filter);
		if (c->filter == NULL) {
			free(c);
			return NULL;
		}
	}
	c->n = n;
	c->lanes = memory_new(n, sizeof(*c->lanes));
	for (size_t i = 0; i < n; i++) {
		struct lane *l = &c->lanes[i];
		struct input *in = input_open(paths[i]);

		if (in != NULL)
			l->file = savefile_new(paths[i], in);
		if (l->file == NULL) {
			l->facts = (struct capture_input){ .name = paths[i],
				.format = "unreadable", .first = WHEN_NONE,
				.last = WHEN_NONE, .damaged = true };
			continue;
		}
		l->full = savefile_next(l->file, &l->frame);
	}
	return c;
}

/*
 * The earliest waiting frame; ties go to the file named first.  A frame's
 * bytes live in its own file's buffer, so the lane that was given out last
 * is advanced only now.
 */
static bool
next_in_time(struct capture *c, struct frame *out)
{
	struct lane *best = NULL;

	if (c->last != NULL)
		c->last->full = savefile_next(c->last->file, &c->last->frame);
	c->last = NULL;
	for (size_t i = 0; i < c->n; i++) {
		struct lane *l = &c->lanes[i];

		if (l->full &&
		    (best == NULL || l->frame.time < best->frame.time))
			best = l;
	}
	if (best == NULL)
		return false;
	*out = best->frame;
	out->file = (uint16_t)(best - c->lanes);
	out->number = ++c->number;
	c->last = best;
	return true;
}

bool
capture_next(struct capture *c, struct frame *out)
{
	while (next_in_time(c, out))
		if (c->filter == NULL || filter_passes(c->filter, out))
			return true;
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
	const struct lane *l = &c->lanes[i];

	return l->file != NULL ? *savefile_facts(l->file) : l->facts;
}

double
capture_progress(const struct capture *c)
{
	double sum = 0;

	for (size_t i = 0; i < c->n; i++) {
		double p = c->lanes[i].file != NULL
		    ? savefile_progress(c->lanes[i].file)
		    : 1;

		if (p < 0)
			return -1;
		sum += p;
	}
	return c->n > 0 ? sum / (double)c->n : 1;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		savefile_free(c->lanes[i].file);
	filter_free(c->filter);
	free(c->lanes);
	free(c);
}
