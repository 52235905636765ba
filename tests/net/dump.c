/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump.c - the packets of captures in the fields of tshark
 *
 * For crosscheck.sh.  One line a frame, tab-separated: frame number, time,
 * source, destination, source port, destination port, sequence number (TCP),
 * length of the payload on the wire (TCP).  Frames without IP have only the
 * first two.  More lines follow with -c: what was counted, on stderr.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/message.h"
#include "capture/capture.h"
#include "net/packet.h"

static void
print_packet(const struct packet *p, struct text *line)
{
	bool ports = p->protocol == PROTOCOL_TCP || p->protocol == PROTOCOL_UDP;

	text_char(line, '\t');
	address_add(line, &p->src);
	text_char(line, '\t');
	address_add(line, &p->dst);
	text_char(line, '\t');
	if (ports)
		text_fmt(line, "%u\t%u", p->sport, p->dport);
	else
		text_char(line, '\t');
	text_char(line, '\t');
	if (p->protocol == PROTOCOL_TCP)
		text_fmt(line, "%" PRIu32 "\t%" PRIu32, p->seq,
		    p->payload_len);
	else
		text_char(line, '\t');
}

int
main(int argc, char **argv)
{
	const char *filter = NULL;
	int first = 1;

	if (argc > 2 && strcmp(argv[1], "-f") == 0) {
		filter = argv[2];
		first = 3;
	}
	if (first >= argc) {
		fputs("usage: dump [-f FILTER] FILE...\n", stderr);
		return 2;
	}

	struct capture *c = capture_open((const char *const *)&argv[first],
	    (size_t)(argc - first), filter);

	if (c == NULL)
		return 2;

	struct net *net = net_new();
	struct frame frame;
	struct packet packet;
	struct text line;

	text_init(&line);
	while (capture_next(c, &frame)) {
		text_clear(&line);
		text_fmt(&line, "%" PRIu64 "\t%" PRId64 ".%09" PRId64,
		    frame.number, frame.time / WHEN_SECOND,
		    frame.time % WHEN_SECOND);
		if (net_decode(net, &frame, &packet) && packet.arp == 0)
			print_packet(&packet, &line);
		else
			text_str(&line, "\t\t\t\t\t\t");
		puts(text_get(&line));
	}
	text_fini(&line);
	net_free(net);
	capture_close(c);
	return message_errors() > 0 ? 2 : 0;
}
