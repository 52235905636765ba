/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"

#define LINKS 16

struct filter {
	char *expression;
	struct {
		uint32_t link;
		bool usable; /* the filter makes sense on this link type */
		struct bpf_program program;
	} links[LINKS];
	size_t n;
};

/* LINKTYPE_ numbers are those of files, DLT_ those of libpcap's calls. */
static int
dlt_of(uint32_t link)
{
	static const struct {
		uint32_t link;
		int dlt;
	} differ[] = {
		{ 101, DLT_RAW },
		{ 108, DLT_LOOP },
		{ 104, DLT_C_HDLC },
		{ 51, DLT_PPP_ETHER },
	};

	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++)
		if (differ[i].link == link)
			return differ[i].dlt;
	return (int)link;
}

/* True if it compiles; else the reason is in `why`. */
static bool
compile(const char *expression, uint32_t link, struct bpf_program *program,
    char why[PCAP_ERRBUF_SIZE])
{
	pcap_t *p = pcap_open_dead(dlt_of(link), 262144);
	bool ok = p != NULL && pcap_compile(p, program, expression, 1,
	    PCAP_NETMASK_UNKNOWN) == 0;

	if (!ok && p != NULL)
		strncpy(why, pcap_geterr(p), PCAP_ERRBUF_SIZE - 1);
	if (p != NULL)
		pcap_close(p);
	return ok;
}

struct filter *
filter_new(const char *expression)
{
	struct filter *f = memory_new(1, sizeof(*f));
	char why[PCAP_ERRBUF_SIZE] = "libpcap cannot compile it";

	f->expression = memory_strdup(expression);
	f->links[0].link = 1;
	f->links[0].usable = true;
	f->n = 1;
	if (!compile(expression, 1, &f->links[0].program, why)) {
		message_error("-f %s: %s (see pcap-filter(7))", expression,
		    why);
		f->n = 0;
		filter_free(f);
		return NULL;
	}
	return f;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n; i++)
		if (f->links[i].usable)
			pcap_freecode(&f->links[i].program);
	free(f->expression);
	free(f);
}

bool
filter_passes(struct filter *f, const struct frame *frame)
{
	struct pcap_pkthdr h = { .caplen = (bpf_u_int32)frame->bytes.len,
		.len = frame->wire_len };
	size_t i = 0;

	while (i < f->n && f->links[i].link != frame->link)
		i++;
	if (i == f->n) {
		char why[PCAP_ERRBUF_SIZE] = "";

		if (f->n == LINKS)
			return false;
		f->links[i].link = frame->link;
		f->links[i].usable = compile(f->expression, frame->link,
		    &f->links[i].program, why);
		if (!f->links[i].usable)
			message_note("-f %s: does not apply to link type %u: "
			             "%s (its frames are left out)",
			    f->expression, (unsigned)frame->link, why);
		f->n++;
	}
	return f->links[i].usable &&
	    pcap_offline_filter(&f->links[i].program, &h, frame->bytes.at);
}
