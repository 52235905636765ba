/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/live_parts.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/message.h"

/* The first of a group: the kernel finds a number that is free. */
static bool
begin_group(int fd, unsigned *group)
{
	unsigned how = (PACKET_FANOUT_CBPF | PACKET_FANOUT_FLAG_UNIQUEID)
	    << 16;
	socklen_t len = sizeof(*group);

	if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &how, sizeof(how)) != 0 ||
	    getsockopt(fd, SOL_PACKET, PACKET_FANOUT, group, &len) != 0)
		return false;
	*group &= 0xffff;
	return true;
}

static bool
join_group(int fd, unsigned group)
{
	unsigned how = (unsigned)PACKET_FANOUT_CBPF << 16 | group;

	return setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &how, sizeof(how)) ==
	    0;
}

static bool
share_interface(struct live_set *s, size_t i, const struct sock_fprog *program)
{
	int fd = pcap_fileno(s->lives[0].interfaces[i].pcap);
	unsigned group = 0;
	bool ok = begin_group(fd, &group);

	for (size_t k = 1; k < s->n && ok; k++)
		ok = join_group(pcap_fileno(s->lives[k].interfaces[i].pcap),
		    group);
	/* Until there is one, the first has all. */
	return ok &&
	    setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, program,
	        sizeof(*program)) == 0;
}

bool
live_share(struct live_set *s, const struct sock_fprog *program)
{
	for (size_t i = 0; i < s->n_interfaces; i++)
		if (!share_interface(s, i, program)) {
			message_error("%s: its frames cannot be shared among "
			              "threads: %s (use -j 1)",
			    s->lives[0].interfaces[i].name, strerror(errno));
			return false;
		}
	return true;
}
