/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/neighbour.h"

/* RFC 4861 4.6.1 */
enum { SOURCE_LINK = 1, TARGET_LINK = 2 };

/* Of another length than Ethernet's it is not known how to hide one. */
static void
hide_hardware(struct names *names, uint8_t *at, size_t len)
{
	if (len == 6)
		names_mac(names, at);
	else if (names_hidden(names))
		memset(at, 0, len);
}

/* RFC 826: both of the sender, then both of the target. */
static void
hide_arp(struct names *names, uint8_t *arp)
{
	size_t hardware = arp[4];

	for (size_t at = 8, k = 0; k < 2; k++, at += hardware + 4) {
		hide_hardware(names, arp + at, hardware);
		names_address(names, arp + at + hardware, 4);
	}
}

static void
hide_options(struct names *names, uint8_t *at, size_t len)
{
	while (len >= 2) {
		size_t size = 8u * at[1];
		size_t n = size < len ? size : len;

		if (size == 0 || size > len ||
		    (at[0] != SOURCE_LINK && at[0] != TARGET_LINK))
			memset(at + 2, 0, (size == 0 ? len : n) - 2);
		else
			hide_hardware(names, at + 2, size - 2);
		if (size == 0)
			return;
		at += n;
		len -= n;
	}
	memset(at, 0, len);
}

/* Who is asked for is in where it is sent to, too: ff02::1:ff00:0 and the
 * last three bytes of it (RFC 4291 2.7.1), and so in the MAC of Ethernet. */
static void
follow_target(const struct layers *l, const uint8_t *target, uint8_t *now)
{
	static const uint8_t solicited[13] = { 0xff, 2, [11] = 1, 0xff };
	size_t ip = l->place[l->n - 1].ip;
	uint8_t *to = now + l->place[ip].at + 24;
	uint8_t *mac = now + (ip > 0 ? l->place[ip - 1].at : 0);

	if (memcmp(to, solicited, sizeof(solicited)) != 0)
		return;
	memcpy(to + 13, target + 13, 3);
	if (ip > 0 && l->place[ip - 1].kind == AT_ETHERNET && mac[0] == 0x33 &&
	    mac[1] == 0x33)
		memcpy(mac + 3, target + 13, 3);
}

void
neighbour_hide(struct names *names, const struct layers *l,
    const uint8_t *origin, uint8_t *now)
{
	const struct packet *p = &l->packet;
	uint8_t *payload = now + (p->payload.at - origin);

	if (p->arp != 0) {
		hide_arp(names, payload);
		return;
	}
	names_address(names, payload + 8, 16);
	hide_options(names, payload + 24, p->payload.len - 24);
	if (names_hidden(names))
		follow_target(l, payload + 8, now);
}
