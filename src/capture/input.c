/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/message.h"
#include "capture/inflate.h"

/* Small files get a small buffer: start-up is part of the product. */
#define BUFFER_MOST  (INPUT_MOST + 65536)
#define PACKED_BYTES 65536
/* A compressed file may grow to this whatever its ratio. */
#define INFLATE_FLOOR (UINT64_C(256) << 20)

struct input {
	int fd; /* -1: from memory */
	struct span memory;
	uint8_t *buffer;
	size_t room, begin, end; /* buffer[begin..end) is unread */
	uint64_t at;             /* of buffer[begin] */
	uint64_t raw;            /* bytes taken from the file */
	uint64_t size;           /* of the file; 0: not known */
	struct inflate *z;
	uint8_t *packed; /* compressed bytes not yet unpacked */
	struct span packed_left;
	uint64_t unpacked;
	const char *problem;
	bool eof;
};

static size_t
read_raw(struct input *in, uint8_t *to, size_t n)
{
	size_t got = 0;

	if (in->fd < 0) {
		got = n < in->memory.len ? n : in->memory.len;
		if (got > 0)
			memcpy(to, in->memory.at, got);
		in->memory = span_from(in->memory, got);
	} else {
		ssize_t r;

		do
			r = read(in->fd, to, n);
		while (r < 0 && errno == EINTR);
		if (r < 0)
			in->problem = "cannot be read any further";
		got = r > 0 ? (size_t)r : 0;
	}
	in->raw += got;
	return got;
}

/* Fill from the decompressor; 0 at the end or when it is broken. */
static size_t
read_unpacked(struct input *in, uint8_t *to, size_t n)
{
	for (;;) {
		if (in->packed_left.len == 0) {
			size_t got = read_raw(in, in->packed, PACKED_BYTES);

			if (got == 0) {
				if (!inflate_whole(in->z) &&
				    in->problem == NULL)
					in->problem = "compressed data ends "
					              "too early";
				return 0;
			}
			in->packed_left = span_of(in->packed, got);
		}

		size_t made = inflate_run(in->z, &in->packed_left, to, n,
		    &in->problem);

		in->unpacked += made;
		if (in->unpacked > INFLATE_FLOOR &&
		    in->unpacked / limit_of(LIMIT_INFLATE_RATIO) > in->raw) {
			limit_hit(LIMIT_INFLATE_RATIO);
			in->problem = "grows too much when decompressed";
		}
		if (made > 0 || in->problem != NULL)
			return made;
	}
}

static size_t
fill(struct input *in, uint8_t *to, size_t n)
{
	return in->z != NULL ? read_unpacked(in, to, n) : read_raw(in, to, n);
}

/* Look at the first bytes; put the decompressor in front if needed. */
static void
find_packing(struct input *in)
{
	struct span first = input_peek(in, 4);

	in->z = inflate_new(first);
	if (in->z == NULL)
		return;
	in->packed = memory_new(PACKED_BYTES + BUFFER_MOST, 1);
	memcpy(in->packed, in->buffer + in->begin, in->end - in->begin);
	in->packed_left = span_of(in->packed, in->end - in->begin);
	in->begin = in->end = 0;
	in->eof = false;
}

static struct input *
start(int fd, struct span memory, uint64_t size)
{
	struct input *in = memory_new(1, sizeof(*in));

	in->fd = fd;
	in->memory = memory;
	in->size = size;
	in->room = size > 0 && size < 65536 ? 65536 : 262144;
	in->buffer = memory_grow(NULL, in->room, 1);
	find_packing(in);
	return in;
}

struct input *
input_of(struct span bytes)
{
	return start(-1, bytes, bytes.len);
}

struct input *
input_open(const char *path)
{
	struct stat st;
	bool std = strcmp(path, "-") == 0;
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		message_error("%s: %s (%s)", path,
		    errno == ENOENT      ? "no such file"
		        : errno == EACCES ? "you may not read it"
		                          : strerror(errno),
		    errno == ENOENT      ? "check the name"
		        : errno == EACCES ? "ask its owner, or use sudo"
		                          : "check the file system");
		return NULL;
	}
	if (fstat(fd, &st) != 0)
		st = (struct stat){ 0 };
	if (S_ISDIR(st.st_mode)) {
		message_error("%s: is a folder, not a capture (name the files "
		              "in it)", path);
		close(fd);
		return NULL;
	}
	if (std && isatty(fd)) {
		message_error("-: standard input is a terminal (redirect a "
		              "capture into it)");
		return NULL;
	}
	return start(fd, SPAN(""),
	    S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	inflate_free(in->z);
	free(in->packed);
	free(in->buffer);
	free(in);
}

struct span
input_peek(struct input *in, size_t n)
{
	if (in->end - in->begin < n && !in->eof) {
		if (n > in->room) {
			in->room = BUFFER_MOST;
			in->buffer = memory_grow(in->buffer, in->room, 1);
		}
		if (in->room - in->begin < n || in->begin == in->end) {
			memmove(in->buffer, in->buffer + in->begin,
			    in->end - in->begin);
			in->end -= in->begin;
			in->begin = 0;
		}
		while (in->end - in->begin < n) {
			size_t got = fill(in, in->buffer + in->end,
			    in->room - in->end);

			if (got == 0) {
				in->eof = true;
				break;
			}
			in->end += got;
		}
	}

	size_t have = in->end - in->begin;

	return span_of(in->buffer + in->begin, have < n ? have : n);
}

bool
input_skip(struct input *in, uint64_t n)
{
	while (n > 0) {
		size_t have = in->end - in->begin;
		size_t k = n < have ? (size_t)n : have;

		in->begin += k;
		in->at += k;
		n -= k;
		if (n > 0 && input_peek(in, 1).len == 0)
			return false;
	}
	return true;
}

uint64_t
input_at(const struct input *in)
{
	return in->at;
}

const char *
input_problem(const struct input *in)
{
	return in->problem;
}

const char *
input_packing(const struct input *in)
{
	return in->z != NULL ? inflate_name(in->z) : NULL;
}

double
input_progress(const struct input *in)
{
	return in->size > 0 ? (double)in->raw / (double)in->size : -1;
}
