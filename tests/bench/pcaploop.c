/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcaploop FILE - read a capture with libpcap and count; nothing else
 *
 * What reading costs by itself: the floor under every other figure.
 */
#include <pcap/pcap.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
	unsigned long long frames = 0, bytes = 0;
	struct pcap_pkthdr *header;
	const unsigned char *data;

	if (p == NULL) {
		fprintf(stderr, "usage: pcaploop FILE\n");
		return 2;
	}
	while (pcap_next_ex(p, &header, &data) == 1) {
		frames++;
		bytes += header->caplen;
	}
	pcap_close(p);
	printf("%llu frames, %llu bytes\n", frames, bytes);
	return 0;
}
