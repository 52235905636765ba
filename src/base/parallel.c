/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/parallel.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/ring.h"

#define AHEAD 2

/* A thread, and what it has made and nobody has taken. */
struct maker {
	const struct parallel *work;
	unsigned index, of;
	size_t n;
	pthread_t thread;
	bool runs;
	struct ring ring;
	void *made[AHEAD];
};

static void *
run(void *maker)
{
	struct maker *m = maker;
	uint64_t done = 0;

	for (size_t i = m->index; i < m->n; i += m->of) {
		if (done >= AHEAD)
			ring_wait_emptied(&m->ring, done - AHEAD + 1);
		m->made[done++ % AHEAD] =
		    m->work->make(m->work->context, m->index, i);
		ring_fill(&m->ring);
	}
	return NULL;
}

static void
take(struct maker *m, size_t piece)
{
	const struct parallel *w = m->work;
	size_t nth = piece / m->of;

	/* A thread that could not be started is done without. */
	if (!m->runs) {
		w->take(w->context, piece,
		    w->make(w->context, m->index, piece));
		return;
	}
	ring_wait_filled(&m->ring, nth + 1);
	w->take(w->context, piece, m->made[nth % AHEAD]);
	ring_empty(&m->ring);
}

void
parallel_do(const struct parallel *p, size_t n)
{
	unsigned threads = p->threads > 1 && n > 1 ? p->threads : 1;
	struct maker *makers = memory_new(threads, sizeof(*makers));

	for (unsigned i = 0; i < threads; i++) {
		struct maker *m = &makers[i];

		*m = (struct maker){ .work = p, .index = i, .of = threads,
			.n = n };
		ring_init(&m->ring);
		m->runs = threads > 1 &&
		    pthread_create(&m->thread, NULL, run, m) == 0;
	}
	for (size_t i = 0; i < n; i++)
		take(&makers[i % threads], i);
	for (unsigned i = 0; i < threads; i++) {
		if (makers[i].runs)
			pthread_join(makers[i].thread, NULL);
		ring_fini(&makers[i].ring);
	}
	free(makers);
}
