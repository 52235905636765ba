/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "report/sink.h"

/* More than this is not left to be written later. */
#define AT_ONCE 65536
/* A slow reader is waited for at the end. */
#define PATIENCE_MS 1000

void
stream_init(struct stream *s, int fd, const char *path)
{
	struct stat st;

	*s = (struct stream){ .fd = path != NULL ? fd : STDOUT_FILENO,
		.path = path };
	s->whole = fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode);
}

static const char *
name_of(const struct stream *s)
{
	return s->path != NULL ? s->path : "standard output";
}

static uint64_t
count_lines(struct span bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes.len; i++)
		n += bytes.at[i] == '\n';
	return n;
}

static void
drop_first(struct stream *s, size_t n)
{
	if (n == 0)
		return;
	s->inside = s->held.at[n - 1] != '\n';
	s->held.len -= n;
	memmove(s->held.at, s->held.at + n, s->held.len + 1);
}

/* Can so much be written without a wait for who reads? */
static bool
has_room(const struct stream *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	if (s->whole || poll(&p, 1, 0) != 0)
		return true;
	errno = EAGAIN;
	return false;
}

/* How much could be written; errno is of the rest. */
static size_t
write_some(const struct stream *s)
{
	size_t done = 0;

	while (done < s->held.len && has_room(s)) {
		size_t rest = s->held.len - done;
		ssize_t n = write(s->fd, s->held.at + done,
		    s->whole || rest < PIPE_BUF ? rest : PIPE_BUF);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	return done;
}

static void
say_trouble(struct stream *s, int error)
{
	if (!s->troubled)
		message_trouble("%s: cannot write: %s%s; what comes is kept "
		                "for a time",
		    name_of(s), strerror(error), sink_remedy(error));
	s->troubled = true;
}

static void
say_good(struct stream *s)
{
	if (s->troubled)
		message_trouble_over("%s: is written again%s", name_of(s),
		    s->lost == 0 ? ", nothing is lost" : "");
	if (s->lost > 0)
		message_error("%s: there was no room for %llu lines: they are "
		              "lost", name_of(s),
		    (unsigned long long)s->lost);
	s->troubled = false;
	s->lost = 0;
}

bool
stream_flush(struct stream *s)
{
	int error;

	if (s->held.len == 0)
		return true;
	errno = 0;
	drop_first(s, write_some(s));
	error = errno;
	s->gone = error == EPIPE;
	if (s->held.len == 0)
		say_good(s);
	else if (error != EAGAIN && !s->gone)
		say_trouble(s, error);
	return !s->gone;
}

void
stream_add(struct stream *s, struct span lines)
{
	if (lines.len > STREAM_HELD - s->held.len)
		stream_flush(s);
	if (lines.len > STREAM_HELD - s->held.len) {
		s->lost += count_lines(lines);
		return;
	}
	text_add(&s->held, lines);
	if (s->held.len >= AT_ONCE && !s->troubled)
		stream_flush(s);
}

void
stream_renew(struct stream *s, int fd)
{
	stream_flush(s);
	if (s->held.len > 0 && s->inside) {
		s->lost++;
		drop_first(s, span_find(text_span(&s->held), '\n') + 1);
	}
	close(s->fd);
	s->fd = fd;
}

/* Where a pipe is full. */
static void
wait_for_reader(struct stream *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	while (s->held.len > 0 && !s->troubled && !s->gone &&
	    poll(&p, 1, PATIENCE_MS) > 0)
		stream_flush(s);
}

bool
stream_end(struct stream *s)
{
	bool good;

	stream_flush(s);
	wait_for_reader(s);
	s->lost += count_lines(text_span(&s->held));
	good = s->lost == 0 && !s->gone;
	if (s->troubled || (s->lost > 0 && !s->gone))
		(s->troubled ? message_trouble_over : message_error)(
		    "%s: the last %llu lines could not be written and are lost",
		    name_of(s), (unsigned long long)s->lost);
	if (s->path != NULL && close(s->fd) != 0 && good) {
		message_error("%s: cannot write: %s%s", name_of(s),
		    strerror(errno), sink_remedy(errno));
		good = false;
	}
	text_fini(&s->held);
	return good;
}
