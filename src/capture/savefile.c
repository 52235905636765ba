/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/savefile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "capture/savefile_parts.h"

static void not_a_capture(struct span head, const char *packing,
    struct problem *problem);

struct savefile *
savefile_new(const char *name, struct input *in, struct problem *problem)
{
	struct savefile *s = memory_new(1, sizeof(*s));
	struct span head = input_peek(in, SAVEFILE_HEAD);

	s->in = in;
	s->facts = (struct capture_input){ .name = name, .first = WHEN_NONE,
		.last = WHEN_NONE };
	if (!savefile_pcap_begin(s, head) &&
	    !savefile_pcapng_begin(s, head)) {
		if (input_problem(in) != NULL)
			*problem = *input_problem(in);
		else
			not_a_capture(input_peek(in, 512), input_packing(in),
			    problem);
		savefile_free(s);
		return NULL;
	}
	snprintf(s->format, sizeof(s->format), "%s%s%s",
	    s->record > 0 ? "pcap" : "pcapng",
	    input_packing(in) != NULL ? ", " : "",
	    input_packing(in) != NULL ? input_packing(in) : "");
	s->facts.format = s->format;
	return s;
}

void
savefile_free(struct savefile *s)
{
	if (s == NULL)
		return;
	input_close(s->in);
	free(s->interfaces);
	free(s);
}

bool
savefile_next(struct savefile *s, struct frame *out)
{
	if (s->done)
		return false;
	if (!s->next(s, out)) {
		s->done = true;
		s->facts.damaged = problem_is_set(&s->problem);
		return false;
	}

	struct capture_input *f = &s->facts;

	s->last = out->time;
	out->number = out->file_number = ++s->number;
	out->file = 0;
	f->frames++;
	f->bytes += out->bytes.len;
	if (out->bytes.len < out->wire_len)
		f->cut_frames++;
	if (out->time < f->first || f->first == WHEN_NONE)
		f->first = out->time;
	if (out->time > f->last)
		f->last = out->time;
	return true;
}

void
savefile_lend(struct savefile *s, struct input_blocks *blocks)
{
	input_lend(s->in, blocks);
}

void
savefile_ahead(struct savefile *s)
{
	input_ahead(s->in);
}

const struct problem *
savefile_problem(const struct savefile *s)
{
	return problem_is_set(&s->problem) ? &s->problem : NULL;
}

const struct capture_input *
savefile_facts(const struct savefile *s)
{
	return &s->facts;
}

uint64_t
savefile_taken(const struct savefile *s)
{
	return input_taken(s->in);
}

uint64_t
savefile_size(const struct savefile *s)
{
	return input_size(s->in);
}

/* The file ends inside of something, which began where we are. */
bool
savefile_cut(struct savefile *s, const char *inside)
{
	const struct problem *p = input_problem(s->in);

	if (p != NULL)
		problem_set(&s->problem, p->remedy,
		    "%s, after %llu unpacked bytes and frame %llu", p->what,
		    (unsigned long long)input_end(s->in),
		    (unsigned long long)s->number);
	else
		problem_set(&s->problem,
		    "it was cut short: what came before is reported",
		    "ends at byte %llu in the middle of a %s, after frame "
		    "%llu",
		    (unsigned long long)input_end(s->in), inside,
		    (unsigned long long)s->number);
	return false;
}

/* What begins here cannot be. */
bool
savefile_bad(struct savefile *s, const char *format, ...)
{
	char what[80];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	problem_set(&s->problem,
	    "the file is damaged: what came before is reported",
	    "%s at byte %llu, after frame %llu", what,
	    (unsigned long long)input_at(s->in),
	    (unsigned long long)s->number);
	return false;
}

struct interface *
savefile_interface(struct savefile *s, uint32_t link, uint32_t snaplen)
{
	if (s->n_interfaces == s->room) {
		s->room = s->room > 0 ? s->room * 2 : 2;
		s->interfaces = memory_grow(s->interfaces, s->room,
		    sizeof(*s->interfaces));
	}

	struct interface *i = &s->interfaces[s->n_interfaces++];

	*i = (struct interface){ .link = link, .snaplen = snaplen,
		.ticks = 1000000 };
	return i;
}

/* Ticks can be finer than nanoseconds: the product needs the room. */
__extension__ typedef __int128 wide;

when_ns
savefile_time(const struct savefile *s, const struct interface *i,
    uint32_t seconds, uint64_t ticks)
{
	int64_t offset;

	/* The two that nearly every file has, where nothing can overflow. */
	if (i->offset == 0 && ticks < INT64_MAX / 2000) {
		if (i->ticks == 1000000)
			return seconds * WHEN_SECOND + (int64_t)ticks * 1000;
		if (i->ticks == 1000000000)
			return seconds * WHEN_SECOND + (int64_t)ticks;
	}
	if (__builtin_add_overflow(i->offset, (int64_t)seconds, &offset))
		return s->last;

	wide ns = i->ticks > 0 ? (wide)ticks * WHEN_SECOND / i->ticks : 0;

	ns += (wide)offset * WHEN_SECOND;
	/* INT64_MIN is WHEN_NONE. */
	return ns > INT64_MIN && ns <= INT64_MAX ? (when_ns)ns : s->last;
}

/* What a file that is no capture looks like, as far as that is easy. */
/* clang-format off */
static const struct likeness {
	struct span magic;
	const char *what, *remedy;
} likenesses[] = {
	{ SPAN_INIT("\xfd" "7zXZ"), "is packed with xz", "unpack it first" },
	{ SPAN_INIT("BZh"), "is packed with bzip2", "unpack it first" },
	{ SPAN_INIT("PK\3\4"), "is a zip archive", "unpack it first" },
	{ SPAN_INIT("7z\xbc\xaf"), "is a 7z archive", "unpack it first" },
	{ SPAN_INIT("\x1f\x8b"), "is packed with gzip twice",
	    "unpack it first" },
	{ SPAN_INIT("\x28\xb5\x2f\xfd"), "is packed with zstd twice",
	    "unpack it first" },
	{ SPAN_INIT("\x02\x21\x4c\x18"), "is packed with lz4 -l",
	    "unpack it first" },
	{ SPAN_INIT("\x04\x22\x4d\x18"), "is packed with lz4 twice",
	    "unpack it first" },
	{ SPAN_INIT("snoop\0\0\0"), "is a snoop capture",
	    "convert it with editcap -F pcapng" },
	{ SPAN_INIT("GMBU"), "is a Network Monitor capture",
	    "convert it with editcap -F pcapng" },
	{ SPAN_INIT("RTSS"), "is a Network Monitor capture",
	    "convert it with editcap -F pcapng" },
	{ SPAN_INIT("TRSNIFF data"), "is a Sniffer capture",
	    "convert it with editcap -F pcapng" },
	{ SPAN_INIT("\x7f" "ELF"), "is a program",
	    "give a pcap or pcapng file" },
};
/* clang-format on */

static bool
is_text(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' && s.at[i] != '\n' && s.at[i] != '\r' &&
		    s.at[i] != '\t')
			return false;
	return s.len >= 4;
}

/* The magic numbers of pcap, and the block type of pcapng. */
static bool
is_beginning(struct span s)
{
	return span_starts(s, SPAN("\xd4\xc3\xb2\xa1")) ||
	    span_starts(s, SPAN("\xa1\xb2\xc3\xd4")) ||
	    span_starts(s, SPAN("\x4d\x3c\xb2\xa1")) ||
	    span_starts(s, SPAN("\xa1\xb2\x3c\x4d")) ||
	    span_starts(s, SPAN("\x34\xcd\xb2\xa1")) ||
	    span_starts(s, SPAN("\xa1\xb2\xcd\x34")) ||
	    span_starts(s, SPAN("\x0a\x0d\x0d\x0a"));
}

static void
not_a_capture(struct span head, const char *packing, struct problem *problem)
{
	const char *what = "is not a capture";
	const char *remedy = "give a pcap or pcapng file";

	if (head.len == 0) {
		what = "is empty";
	} else if (is_beginning(head)) {
		what = head.len < SAVEFILE_HEAD ? "ends inside its file header"
		                                : "has a damaged file header";
		remedy = "the capture has to be taken again";
	} else if (is_text(head)) {
		what = "is text, not a capture";
	}
	for (size_t i = 0; i < sizeof(likenesses) / sizeof(likenesses[0]); i++)
		if (span_starts(head, likenesses[i].magic)) {
			what = likenesses[i].what;
			remedy = likenesses[i].remedy;
		}
	if (packing != NULL)
		problem_set(problem, remedy, "unpacked from %s, it %s",
		    packing, what);
	else
		problem_set(problem, remedy, "%s", what);
}
