/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/live_parts.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/message.h"

#define SNAPLEN     262144
#define BUFFER_MIB  16
#define NAMES_SHOWN 20

static const char *const counter_files[LIVE_COUNTERS] = {
	"rx_missed_errors",
	"rx_fifo_errors",
};

/* "eth0, eth1, any": what could be listened to instead. */
static void
add_names(struct text *t)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL;
	size_t n = 0;

	if (pcap_findalldevs(&all, error) != 0)
		return;
	for (pcap_if_t *d = all; d != NULL && n < NAMES_SHOWN; d = d->next)
		if (d->flags & PCAP_IF_UP)
			text_fmt(t, "%s%s", n++ > 0 ? ", " : "", d->name);
	pcap_freealldevs(all);
}

static void
say_no_interface(const char *name)
{
	struct text names = { .limit = 600 };

	add_names(&names);
	message_error("%s: no such interface (there %s; see p407 -D)", name,
	    names.len > 0 ? text_get(&names) : "is none to be seen");
	text_fini(&names);
}

static void
say_not_allowed(const char *name)
{
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	message_error("%s: no permission to capture (run as root; or give the "
	              "program CAP_NET_RAW: setcap cap_net_raw+ep %s, and a "
	              "group of your own the right to run it)",
	    name, n > 0 ? self : "p407");
}

static bool
say_why_not(const char *name, int status, pcap_t *p)
{
	const char *words = pcap_geterr(p);

	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		say_no_interface(name);
		break;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		say_not_allowed(name);
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		message_error("%s: is down (ip link set %s up)", name, name);
		break;
	default:
		message_error("%s: cannot capture: %s (see p407 -D)", name,
		    words[0] != '\0' ? words : pcap_statustostr(status));
		break;
	}
	return false;
}

/* -- an interface that is there, by its socket -- */

static bool
name_of(const struct live_interface *i, struct ifreq *r)
{
	*r = (struct ifreq){ .ifr_ifindex = (int)i->index };
	return i->index != 0 && ioctl(i->fd, SIOCGIFNAME, r) == 0;
}

/* A cable that is not plugged in is no error, but worth a word. */
void
live_interface_watch(struct live_interface *i)
{
	struct ifreq r;
	bool up, down, was = i->deaf;

	if (!i->first || !name_of(i, &r) || ioctl(i->fd, SIOCGIFFLAGS, &r) != 0)
		return;
	up = r.ifr_flags & IFF_UP;
	down = !up || !(r.ifr_flags & IFF_RUNNING);
	if (down && !was)
		message_note("%s: %s (nothing is seen before it is %s)",
		    i->name, up ? "has no link" : "is down",
		    up ? "connected" : "up");
	else if (was && !down)
		message_note("%s: is up", i->name);
	if (down != was)
		i->changed = true;
	i->deaf = down;
}

bool
live_interface_renamed(struct live_interface *i)
{
	struct ifreq r;

	if (!name_of(i, &r) || strcmp(r.ifr_name, i->name) == 0)
		return false;
	if (i->first && strcmp(r.ifr_name, i->other_name) != 0)
		message_note("%s: is named %s now (it is listened to on)",
		    i->name, r.ifr_name);
	snprintf(i->other_name, sizeof(i->other_name), "%s", r.ifr_name);
	return true;
}

/* Files have LINKTYPE numbers, libpcap's calls DLT ones: mostly equal. */
static uint32_t
link_of(int dlt)
{
	switch (dlt) {
	case DLT_RAW:
		return 101;
	case DLT_C_HDLC:
		return 104;
	case DLT_LOOP:
		return 108;
	default:
		return (uint32_t)dlt;
	}
}

static bool
set_filter(pcap_t *p, const char *name, const char *filter)
{
	struct bpf_program code;

	if (filter == NULL)
		return true;
	if (pcap_compile(p, &code, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		message_error("%s: filter '%s': %s (see pcap-filter(7))",
		    name, filter, pcap_geterr(p));
		return false;
	}

	bool ok = pcap_setfilter(p, &code) == 0;

	if (!ok)
		message_error("%s: filter '%s': %s (try a simpler one)", name,
		    filter, pcap_geterr(p));
	pcap_freecode(&code);
	return ok;
}

uint64_t
live_counter_read(int fd)
{
	char digits[32];
	uint64_t value = 0;
	ssize_t n = fd < 0 ? -1 : pread(fd, digits, sizeof(digits), 0);
	size_t len = 0;

	while (n > 0 && len < (size_t)n && digits[len] >= '0' &&
	    digits[len] <= '9')
		len++;
	return span_decimal(span_of((uint8_t *)digits, len), &value) ? value
	                                                             : 0;
}

/*
 * The interface's own counters.  sysfs may be that of another network
 * namespace: then the one of this name there is another one.
 */
static void
open_counters(struct live_interface *i)
{
	char path[128];
	int index;

	snprintf(path, sizeof(path), "/sys/class/net/%s/ifindex", i->name);
	index = open(path, O_RDONLY | O_CLOEXEC);

	bool same = index >= 0 &&
	    live_counter_read(index) == i->index;

	if (index >= 0)
		close(index);
	for (size_t k = 0; k < LIVE_COUNTERS; k++) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s",
		    i->name, counter_files[k]);
		i->counters[k].fd =
		    same ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		i->counters[k].last = live_counter_read(i->counters[k].fd);
	}
}

void
live_interface_init(struct live_interface *i, const char *name)
{
	i->name = memory_strdup(name);
	i->counts.first = i->counts.last = WHEN_NONE;
	for (size_t k = 0; k < LIVE_COUNTERS; k++)
		i->counters[k].fd = -1;
}

bool
live_interface_open(struct live_interface *i, const struct live_options *o,
    bool first)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = pcap_create(i->name, error);

	if (p == NULL) {
		message_error("%s: cannot capture: %s (see p407 -D)", i->name,
		    error);
		return false;
	}
	pcap_set_snaplen(p, o->snaplen > 0 ? (int)o->snaplen : SNAPLEN);
	pcap_set_promisc(p, !o->modest);
	pcap_set_timeout(p, LIVE_BLOCK_MS);
	pcap_set_buffer_size(p, (int)((o->buffer_mib > 0 ? o->buffer_mib
	                                                 : BUFFER_MIB) << 20));
	/* Where it cannot, stamps have microseconds. */
	pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);

	int status = pcap_activate(p);

	if (status < 0) {
		say_why_not(i->name, status, p);
		pcap_close(p);
		return false;
	}
	if (status == PCAP_WARNING_PROMISC_NOTSUP && first)
		message_note("%s: is not promiscuous (only what is for this "
		             "machine will be seen)", i->name);
	if (!set_filter(p, i->name, o->filter) ||
	    pcap_setnonblock(p, 1, error) != 0) {
		if (error[0] != '\0')
			message_error("%s: cannot capture: %s (see p407 -D)",
			    i->name, error);
		pcap_close(p);
		return false;
	}
	i->pcap = p;
	i->fd = pcap_get_selectable_fd(p);
	i->link = link_of(pcap_datalink(p));
	i->first = first;
	i->index = if_nametoindex(i->name);
	if (first) {
		open_counters(i);
		live_interface_watch(i);
	}
	return true;
}

void
live_interface_close(struct live_interface *i)
{
	for (size_t k = 0; k < LIVE_COUNTERS; k++)
		if (i->counters[k].fd >= 0) {
			close(i->counters[k].fd);
			i->counters[k].fd = -1;
		}
	if (i->pcap != NULL)
		pcap_close(i->pcap);
	i->pcap = NULL;
	i->pending = false;
}

void
live_interface_fini(struct live_interface *i)
{
	live_interface_close(i);
	free(i->name);
}

bool
live_list(struct text *t)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *all = NULL;
	unsigned n = 0;

	if (pcap_findalldevs(&all, error) != 0) {
		message_error("interfaces cannot be listed: %s (run as root)",
		    error);
		return false;
	}
	for (pcap_if_t *d = all; d != NULL; d = d->next) {
		text_fmt(t, "%u. %s", ++n, d->name);
		if (d->description != NULL)
			text_fmt(t, " (%s)", d->description);
		if (d->flags & PCAP_IF_UP)
			text_str(t, d->flags & PCAP_IF_RUNNING
			        ? " [up, running]" : " [up]");
		else
			text_str(t, " [down]");
		text_char(t, '\n');
	}
	pcap_freealldevs(all);
	if (n == 0)
		message_note("no interface can be captured from (run as root, "
		             "or see the manual page about CAP_NET_RAW)");
	return true;
}
