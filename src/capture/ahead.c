/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/ahead.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/ring.h"

#define PIECES 4
#define PIECE_BYTES (128u << 10)

struct piece {
	size_t len; /* 0: the end */
	uint8_t bytes[PIECE_BYTES];
};

struct ahead {
	ahead_make *make;
	void *context;
	pthread_t thread;
	struct ring ring;
	atomic_bool stop;
	/* Of the reader alone. */
	uint64_t number; /* of the piece that is being read */
	size_t used;     /* of it */
	bool open;       /* it is full, and not read to its end */
	bool over;
	struct piece pieces[PIECES];
};

static void *run(void *ahead);

struct ahead *
ahead_new(ahead_make *make, void *context)
{
	struct ahead *a = memory_grow(NULL, 1, sizeof(*a));

	/* The pieces are left as they are: much memory, soon written. */
	memset(a, 0, offsetof(struct ahead, pieces));
	a->make = make;
	a->context = context;
	ring_init(&a->ring);
	if (pthread_create(&a->thread, NULL, run, a) != 0) {
		ring_fini(&a->ring);
		free(a);
		return NULL;
	}
	return a;
}

size_t
ahead_read(struct ahead *a, uint8_t *to, size_t n)
{
	if (a->over)
		return 0;
	if (!a->open) {
		ring_wait_filled(&a->ring, a->number + 1);
		a->open = true;
		a->used = 0;
	}

	const struct piece *p = &a->pieces[a->number % PIECES];

	if (p->len == 0) {
		a->over = true;
		return 0;
	}
	if (n > p->len - a->used)
		n = p->len - a->used;
	memcpy(to, p->bytes + a->used, n);
	a->used += n;
	if (a->used == p->len) {
		a->open = false;
		a->number++;
		ring_empty(&a->ring);
	}
	return n;
}

void
ahead_free(struct ahead *a)
{
	if (a == NULL)
		return;
	/* It may wait for room: there is some, whatever it does. */
	atomic_store(&a->stop, true);
	for (int i = 0; i < PIECES; i++)
		ring_empty(&a->ring);
	pthread_join(a->thread, NULL);
	ring_fini(&a->ring);
	free(a);
}

/* Fill a piece; false at the end. */
static bool
fill(struct ahead *a, struct piece *p)
{
	p->len = 0;
	while (p->len < PIECE_BYTES) {
		size_t made = a->make(a->context, p->bytes + p->len,
		    PIECE_BYTES - p->len);

		if (made == 0)
			return false;
		p->len += made;
	}
	return true;
}

static void *
run(void *ahead)
{
	struct ahead *a = ahead;
	bool more = true;

	for (uint64_t number = 0;; number++) {
		struct piece *p = &a->pieces[number % PIECES];

		if (number >= PIECES)
			ring_wait_emptied(&a->ring, number - PIECES + 1);
		if (atomic_load(&a->stop))
			return NULL;
		if (more)
			more = fill(a, p);
		else
			p->len = 0;

		bool end = p->len == 0;

		ring_fill(&a->ring);
		if (end)
			return NULL;
	}
}
