/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/arp.h"

#include "net/field.h"
#include "net/tunnel.h"

/*
 * Hardware and protocol address space, their lengths, opcode; then the
 * hardware and the protocol address of the sender, and those of the target.
 */
bool
arp_decode(struct span b, struct packet *out)
{
	size_t hardware = field_u8(b, 4), sender = 8 + hardware;
	size_t target = sender + 4 + hardware;
	uint16_t opcode = field_be16(b, 6);

	if (b.len < 8 || b.len < target + 4 ||
	    field_be16(b, 2) != ETHERTYPE_IPV4 || field_u8(b, 5) != 4 ||
	    (opcode != ARP_REQUEST && opcode != ARP_REPLY))
		return false;
	out->arp = (uint8_t)opcode;
	out->src.len = out->dst.len = 4;
	memcpy(out->src.bytes, b.at + sender, 4);
	memcpy(out->dst.bytes, b.at + target, 4);
	out->payload = span_first(b, target + 4);
	out->payload_len = (uint32_t)(target + 4);
	return true;
}
