/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/merge.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

/* A source, and the frame that it would give out next. */
struct lane {
	struct merge_source source;
	struct frame frame;
};

struct merge {
	struct lane *lanes; /* in the order in which they were added */
	size_t n, room;
	/* A binary heap of indexes; its first has the earliest frame. */
	size_t *heap;
	size_t waiting;
	uint64_t number;
	bool begun;
};

static void begin(struct merge *m);
static void sift_down(struct merge *m, size_t at);

struct merge *
merge_new(size_t n)
{
	struct merge *m = memory_new(1, sizeof(*m));

	m->lanes = memory_new(n, sizeof(*m->lanes));
	m->heap = memory_new(n, sizeof(*m->heap));
	m->room = n;
	return m;
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	free(m->lanes);
	free(m->heap);
	free(m);
}

void
merge_add(struct merge *m, struct merge_source source)
{
	assert(m->n < m->room && !m->begun);
	m->lanes[m->n++].source = source;
}

bool
merge_next(struct merge *m, struct frame *out)
{
	/* The common case: nothing to compare, nothing to copy. */
	if (m->n == 1)
		return m->lanes[0].source.next(m->lanes[0].source.context,
		    out);

	if (!m->begun) {
		begin(m);
	} else if (m->waiting > 0) {
		/* The frame given out last has been dealt with by now. */
		struct lane *l = &m->lanes[m->heap[0]];

		if (!l->source.next(l->source.context, &l->frame))
			m->heap[0] = m->heap[--m->waiting];
		sift_down(m, 0);
	}
	if (m->waiting == 0)
		return false;
	*out = m->lanes[m->heap[0]].frame;
	out->number = ++m->number;
	return true;
}

/* Not before the first frame is wanted, so that opening reads no frames. */
static void
begin(struct merge *m)
{
	m->begun = true;
	for (size_t i = 0; i < m->n; i++) {
		struct lane *l = &m->lanes[i];

		if (l->source.next(l->source.context, &l->frame))
			m->heap[m->waiting++] = i;
	}
	for (size_t i = m->waiting / 2; i-- > 0;)
		sift_down(m, i);
}

static bool
is_before(const struct merge *m, size_t a, size_t b)
{
	when_ns ta = m->lanes[m->heap[a]].frame.time;
	when_ns tb = m->lanes[m->heap[b]].frame.time;

	return ta < tb || (ta == tb && m->heap[a] < m->heap[b]);
}

static void
sift_down(struct merge *m, size_t at)
{
	for (;;) {
		size_t first = at;

		for (size_t child = 2 * at + 1;
		     child <= 2 * at + 2 && child < m->waiting; child++)
			if (is_before(m, child, first))
				first = child;
		if (first == at)
			return;

		size_t swap = m->heap[at];

		m->heap[at] = m->heap[first];
		m->heap[first] = swap;
		at = first;
	}
}
