/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/summing.h"

struct capture_quality
summing_quality(const struct worker_counts *c,
    const struct capture_input *inputs, size_t n)
{
	struct capture_quality q = {
		.frames = c->net.frames,
		.connections = c->flow.connections,
		.http_connections = c->flow.followed,
		.one_sided = c->flow.one_sided,
		.carried = c->flow.carried,
		.missing = c->flow.missing,
		.not_ip = c->net.not_ip,
		.damaged_packets = c->net.damaged,
		.unknown_link = c->net.unknown_link,
		.unknown_link_type = c->net.unknown_link_type,
		.conflicts = c->flow.conflicts,
		.kdc_visible = c->kdc_visible,
	};

	for (size_t i = 0; i < n; i++)
		q.bytes += inputs[i].bytes;
	return q;
}
