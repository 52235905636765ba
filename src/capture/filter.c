/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/memory.h"

/* More link types than this are in no capture that was not made up. */
#define PROGRAMS_MOST 16

/* The snaplen of tcpdump: a filter that passes keeps the whole frame. */
#define SNAPLEN 262144

struct program {
	uint32_t link;
	bool fits; /* the expression makes sense on this link type */
	struct bpf_program code;
};

struct filter {
	char *expression;
	struct program programs[PROGRAMS_MOST];
	size_t n, last; /* `last` was used last */
	uint32_t misfit_link;
	struct problem misfit;
};

static bool compile(const char *expression, uint32_t link,
    struct bpf_program *code, struct problem *problem);
static struct program *program_for(struct filter *f, uint32_t link);

struct filter *
filter_new(const char *expression, struct problem *problem)
{
	/*
	 * Ethernet, and those with words of their own: what none of them
	 * takes is wrong, and Ethernet's reason is the one to give.
	 */
	static const uint32_t links[] = { 1, 113, 276, 101, 105 };
	struct problem first = { .what = "" };
	struct bpf_program code;

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (!compile(expression, links[i], &code, &first))
			continue;

		struct filter *f = memory_new(1, sizeof(*f));

		f->expression = memory_strdup(expression);
		f->programs[0] = (struct program){ links[i], true, code };
		f->n = 1;
		return f;
	}
	*problem = first;
	return NULL;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		if (f->programs[i].fits)
			pcap_freecode(&f->programs[i].code);
	free(f->expression);
	free(f);
}

bool
filter_passes(struct filter *f, const struct frame *frame)
{
	struct program *p = &f->programs[f->last];

	if (p->link != frame->link) {
		p = program_for(f, frame->link);
		if (p == NULL)
			return false;
		f->last = (size_t)(p - f->programs);
	}
	/* It checks each load against the bytes that are there. */
	return p->fits &&
	    bpf_filter(p->code.bf_insns, frame->bytes.at, frame->wire_len,
	        (u_int)frame->bytes.len) != 0;
}

const char *
filter_misfit(const struct filter *f, uint32_t *link)
{
	if (!problem_is_set(&f->misfit))
		return NULL;
	*link = f->misfit_link;
	return f->misfit.what;
}

/* NULL only if there is no room for one more. */
static struct program *
program_for(struct filter *f, uint32_t link)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->programs[i].link == link)
			return &f->programs[i];
	if (f->n == PROGRAMS_MOST)
		return NULL;

	struct program *p = &f->programs[f->n++];
	bool had_misfit = problem_is_set(&f->misfit);

	p->link = link;
	p->fits = compile(f->expression, link, &p->code, &f->misfit);
	if (!p->fits && !had_misfit)
		f->misfit_link = link;
	return p;
}

/* Files have LINKTYPE numbers, libpcap's calls DLT ones: mostly equal. */
static int
dlt_of(uint32_t link)
{
	switch (link) {
	case 101:
		return DLT_RAW;
	case 104:
		return DLT_C_HDLC;
	case 108:
		return DLT_LOOP;
	default:
		return (int)link;
	}
}

static bool
compile(const char *expression, uint32_t link, struct bpf_program *code,
    struct problem *problem)
{
	pcap_t *p = pcap_open_dead(dlt_of(link), SNAPLEN);

	if (p == NULL) {
		problem_set(problem, "see pcap-filter(7)",
		    "libpcap has no memory");
		return false;
	}

	bool ok = pcap_compile(p, code, expression, 1,
	    PCAP_NETMASK_UNKNOWN) == 0;

	if (!ok)
		problem_set(problem, "see pcap-filter(7)", "%s",
		    pcap_geterr(p));
	pcap_close(p);
	return ok;
}
