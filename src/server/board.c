/* SPDX-License-Identifier: BSD-2-Clause */
#include "server/board.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

/* A reader that is overtaken so often does without. */
#define TRIES 8

struct entry {
	char path[BOARD_PATH];
	enum board_type type;
	bool good;
	size_t at, len;
};

struct half {
	size_t n, used;
	struct entry entries[BOARD_PAGES];
	char bytes[BOARD_BYTES];
};

struct board {
	_Atomic uint64_t turn; /* its lowest bit: the half that is shown */
	_Atomic int64_t turned;
	struct half halves[2];
};

struct board *
board_new(void)
{
	void *p = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void
board_free(struct board *b)
{
	if (b != NULL)
		munmap(b, sizeof(*b));
}

bool
board_read_only(struct board *b)
{
	return mprotect(b, sizeof(*b), PROT_READ) == 0;
}

static struct half *
hidden(struct board *b)
{
	return &b->halves[(atomic_load(&b->turn) + 1) & 1];
}

void
board_begin(struct board *b)
{
	struct half *h = hidden(b);

	/* No word of what follows is written before the last turn is seen. */
	atomic_thread_fence(memory_order_seq_cst);
	h->n = h->used = 0;
}

bool
board_add(struct board *b, const char *path, enum board_type type, bool good,
    struct span bytes)
{
	struct half *h = hidden(b);
	size_t len = strlen(path);

	if (h->n == BOARD_PAGES || len >= BOARD_PATH ||
	    bytes.len > BOARD_BYTES - h->used)
		return false;

	struct entry *e = &h->entries[h->n++];

	memcpy(e->path, path, len + 1);
	e->type = type;
	e->good = good;
	e->at = h->used;
	e->len = bytes.len;
	if (bytes.len > 0)
		memcpy(h->bytes + h->used, bytes.at, bytes.len);
	h->used += bytes.len;
	return true;
}

void
board_end(struct board *b, int64_t now)
{
	atomic_store(&b->turned, now);
	atomic_fetch_add(&b->turn, 1);
}

int64_t
board_turned(const struct board *b)
{
	return atomic_load(&b->turned);
}

/* What it finds may be of two times, and is believed in nothing. */
static bool
find(const struct half *h, const char *path, struct entry *found,
    struct text *bytes)
{
	size_t n = h->n < BOARD_PAGES ? h->n : BOARD_PAGES;

	for (size_t i = 0; i < n; i++) {
		struct entry e = h->entries[i];

		e.path[BOARD_PATH - 1] = '\0';
		if (strcmp(e.path, path) != 0 || e.at > BOARD_BYTES ||
		    e.len > BOARD_BYTES - e.at)
			continue;
		text_clear(bytes);
		text_add(bytes, span_of((const uint8_t *)h->bytes + e.at,
		    e.len));
		*found = e;
		return true;
	}
	return false;
}

bool
board_find(const struct board *b, const char *path, enum board_type *type,
    bool *good, struct text *bytes)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t turn = atomic_load(&b->turn);
		struct entry e;
		bool found = turn > 0 &&
		    find(&b->halves[turn & 1], path, &e, bytes);

		atomic_thread_fence(memory_order_seq_cst);
		if (atomic_load(&b->turn) != turn)
			continue;
		if (found) {
			*type = e.type;
			*good = e.good;
		}
		return found;
	}
	return false;
}
