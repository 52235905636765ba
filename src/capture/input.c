/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "capture/ahead.h"
#include "capture/inflate.h"

/* Compressed bytes that are read at a time. */
#define PACKED_BYTES 65536

struct input_source {
	int fd;             /* -1: from memory */
	struct span memory; /* what is left of it */
	size_t room;        /* of the buffer */
	atomic_uint_fast64_t taken; /* by whichever thread reads */
	uint64_t size;
	bool over; /* no more bytes will come */
	struct inflate *z;
	struct ahead *ahead; /* the thread that unpacks; NULL: we do */
	uint8_t *packed;
	struct span packed_left; /* of `packed`, not yet unpacked */
	struct problem problem;
	struct input_blocks *blocks; /* NULL: the buffer is from malloc */
};

static struct input *start(int fd, struct span memory, uint64_t size,
    size_t room);
static void find_packing(struct input *in);
static size_t read_some(struct input_source *s, uint8_t *to, size_t n);
static size_t read_file(struct input_source *s, uint8_t *to, size_t n);
static size_t read_unpacked(struct input_source *s, uint8_t *to, size_t n);
static void give_back(const struct input_source *s, uint8_t *buffer);
static void cannot_open(struct problem *problem, int error);

struct input *
input_open(const char *path, size_t room, struct problem *problem)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO
	                  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		cannot_open(problem, errno);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		problem_set(problem, "name the files in it",
		    "is a directory, not a file");
		if (!standard)
			close(fd);
		return NULL;
	}
	if (standard && isatty(fd)) {
		problem_set(problem, "redirect a capture into it",
		    "standard input is a terminal");
		return NULL;
	}

	uint64_t size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;

	/* From a disk: let the kernel read ahead farther. */
	if (size > INPUT_MOST)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return start(fd, SPAN(""), size, room);
}

struct input *
input_of(struct span bytes, size_t room)
{
	return start(-1, bytes, bytes.len, room);
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	ahead_free(in->source->ahead);
	if (in->source->fd > STDIN_FILENO)
		close(in->source->fd);
	inflate_free(in->source->z);
	free(in->source->packed);
	give_back(in->source, in->buffer);
	free(in->source);
	free(in);
}

static void
give_back(const struct input_source *s, uint8_t *buffer)
{
	if (s->blocks != NULL)
		s->blocks->retire(s->blocks->context, buffer);
	else
		free(buffer);
}

void
input_lend(struct input *in, struct input_blocks *blocks)
{
	uint8_t *old = in->buffer;

	in->buffer = blocks->take(blocks->context, in->source->room);
	memcpy(in->buffer, old, in->end);
	give_back(in->source, old);
	in->source->blocks = blocks;
	blocks->used = true;
}

/*
 * What is left, less than one frame, goes to the front: of the buffer, or of
 * another one if this one is still in use.
 */
static void
make_room(struct input *in, size_t n)
{
	struct input_source *s = in->source;
	size_t have = in->end - in->begin;
	uint8_t *old = in->buffer;

	if (s->blocks != NULL) {
		if (in->begin + n <= s->room)
			return;
		if (n > s->room)
			s->room = INPUT_MOST;
		in->buffer = s->blocks->take(s->blocks->context, s->room);
		memcpy(in->buffer, old + in->begin, have);
		s->blocks->retire(s->blocks->context, old);
	} else {
		if (have > 0)
			memmove(old, old + in->begin, have);
		if (n > s->room) {
			s->room = INPUT_MOST;
			in->buffer = memory_grow(old, s->room, 1);
		}
	}
	in->passed += in->begin;
	in->begin = 0;
	in->end = have;
}

size_t
input_fill(struct input *in, size_t n)
{
	struct input_source *s = in->source;
	size_t have = in->end - in->begin;

	if (n > INPUT_MOST)
		n = INPUT_MOST;
	if (have >= n || s->over)
		return have < n ? have : n;
	make_room(in, n);
	while (in->end - in->begin < n && !s->over) {
		size_t got = read_some(s, in->buffer + in->end,
		    s->room - in->end);

		in->end += got;
		s->over = got == 0;
	}
	have = in->end - in->begin;
	return have < n ? have : n;
}

bool
input_skip(struct input *in, uint64_t n)
{
	while (n > 0) {
		size_t have = in->end - in->begin;
		size_t step = n < have ? (size_t)n : have;

		in->begin += step;
		n -= step;
		if (n > 0 && input_fill(in, 1) == 0)
			return false;
	}
	return true;
}

const struct problem *
input_problem(const struct input *in)
{
	return problem_is_set(&in->source->problem) ? &in->source->problem
	                                            : NULL;
}

const char *
input_packing(const struct input *in)
{
	return in->source->z != NULL ? inflate_name(in->source->z) : NULL;
}

uint64_t
input_taken(const struct input *in)
{
	return in->source->taken;
}

uint64_t
input_size(const struct input *in)
{
	return in->source->size;
}

static struct input *
start(int fd, struct span memory, uint64_t size, size_t room)
{
	struct input *in = memory_new(1, sizeof(*in));
	struct input_source *s = memory_new(1, sizeof(*s));

	s->fd = fd;
	s->memory = memory;
	s->size = size;
	/* Start-up is part of the product: a small file, a small buffer. */
	s->room = size > 0 && size < room ? (size_t)size : room;
	if (s->room < INFLATE_MAGIC)
		s->room = INFLATE_MAGIC;
	in->source = s;
	in->buffer = memory_grow(NULL, s->room, 1);
	find_packing(in);
	return in;
}

/* Look at the first bytes, and put the decompressor in front if needed. */
static void
find_packing(struct input *in)
{
	struct input_source *s = in->source;
	struct span first = input_peek(in, INFLATE_MAGIC);

	s->z = inflate_new(first);
	if (s->z == NULL)
		return;

	/* All that was read so far is packed. */
	size_t have = in->end - in->begin;

	s->packed = memory_grow(NULL, PACKED_BYTES + have, 1);
	memcpy(s->packed, in->buffer + in->begin, have);
	s->packed_left = span_of(s->packed, have);
	in->begin = in->end = 0;
	s->over = false;
	if (s->room < INPUT_ROOM_LEAST) {
		s->room = INPUT_ROOM_LEAST;
		in->buffer = memory_grow(in->buffer, s->room, 1);
	}
}

/* At least one byte, unless there are no more. */
static size_t
read_some(struct input_source *s, uint8_t *to, size_t n)
{
	return s->ahead != NULL ? ahead_read(s->ahead, to, n)
	    : s->z != NULL      ? read_unpacked(s, to, n)
	                        : read_file(s, to, n);
}

static size_t
read_file(struct input_source *s, uint8_t *to, size_t n)
{
	size_t got;

	if (s->fd < 0) {
		struct span part = span_first(s->memory, n);

		got = part.len;
		if (got > 0)
			memcpy(to, part.at, got);
		s->memory = span_from(s->memory, got);
	} else {
		ssize_t r;

		do
			r = read(s->fd, to, n);
		while (r < 0 && errno == EINTR);
		if (r < 0)
			problem_set(&s->problem, "check the disk or network",
			    "cannot be read any further: %s",
			    strerror(errno));
		got = r > 0 ? (size_t)r : 0;
	}
	s->taken += got;
	return got;
}

static size_t
make_ahead(void *source, uint8_t *to, size_t n)
{
	return read_unpacked(source, to, n);
}

void
input_ahead(struct input *in)
{
	struct input_source *s = in->source;

	if (s->z != NULL && !s->over && !problem_is_set(&s->problem))
		s->ahead = ahead_new(make_ahead, s);
}

static size_t
read_unpacked(struct input_source *s, uint8_t *to, size_t n)
{
	while (!problem_is_set(&s->problem)) {
		size_t made = inflate_run(s->z, &s->packed_left, to, n,
		    &s->problem);

		if (made > 0)
			return made;
		if (s->packed_left.len > 0)
			continue;

		size_t got = read_file(s, s->packed, PACKED_BYTES);

		if (got == 0) {
			inflate_end(s->z, &s->problem);
			return 0;
		}
		s->packed_left = span_of(s->packed, got);
	}
	return 0;
}

static void
cannot_open(struct problem *problem, int error)
{
	switch (error) {
	case ENOENT:
		problem_set(problem, "check the name", "no such file");
		break;
	case EACCES:
	case EPERM:
		problem_set(problem, "ask its owner, or use sudo",
		    "permission denied");
		break;
	case EMFILE:
	case ENFILE:
		problem_set(problem, "raise ulimit -n, or merge them first",
		    "too many files are open");
		break;
	default:
		problem_set(problem, "check the name and the file system",
		    "cannot be opened: %s", strerror(error));
		break;
	}
}
