/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow_glide.c - packets of a followed connection that nobody looks into
 *
 * Most packets of a connection that matters carry the middle of a body or of
 * a tunnel, or nothing but an acknowledgement.  To ask the owner for each
 * how many bytes it does not want means to fetch its parser from memory.  It
 * is asked once instead, and told once how many went by: when there is
 * anything else to say.  Such a packet looks at what is here, and no further.
 */
#include "tcp/flow_parts.h"

void
follow_ask_idle(struct followed *fo, enum flow_side side)
{
	fo->idle[side].left = fo->table->sink->idle(fo->connection, side);
}

void
follow_settle(struct followed *fo)
{
	for (int s = 0; s < 2; s++) {
		struct idle_run run = fo->idle[s];

		fo->idle[s] = (struct idle_run){ 0 };
		if (run.n > 0)
			fo->table->sink->skip(fo->connection,
			    (enum flow_side)s, run.n, &run.from);
	}
}

bool
follow_glides(struct followed *fo, enum flow_side side,
    const struct packet *p)
{
	struct reassembly *r = &fo->side[side], *other = &fo->side[!side];
	struct idle_run *run = &fo->idle[side];
	uint32_t len = p->payload_len;

	if (!fo->calm || !r->synced || !other->synced ||
	    (p->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) !=
	        TCP_ACK ||
	    (int32_t)(p->ack - other->next) > 0)
		return false;
	/* The last idle byte may be the end of something. */
	if (len > 0 &&
	    (p->seq != r->next || p->payload.len != len || run->left <= len))
		return false;

	reassembly_acknowledged(other, p->ack);
	if (len == 0)
		return true;
	if (run->n == 0)
		run->from.seq = p->seq;
	run->from.frame = p->number;
	run->from.time = p->time;
	run->from.ack = p->ack;
	run->n += len;
	if (run->left != UINT64_MAX)
		run->left -= len;
	r->next += len;
	r->delivered += len;
	fo->flow->info.delivered[side] = r->delivered;
	return true;
}
