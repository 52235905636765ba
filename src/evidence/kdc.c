/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/kdc.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/secret.h"
#include "evidence/mask_gss.h"
#include "net/field.h"

enum { LENGTH = 4, MESSAGE_MOST = 1 << 20 };

void
kdc_mask(struct mask *m, struct span message, uint8_t *out)
{
	struct shown s = { message, out };

	memset(out, 0, message.len);
	mask_der(m, &s);
}

void
kdc_mask_stream(struct mask *m, struct span message, uint8_t *out)
{
	memcpy(out, message.at, LENGTH);
	kdc_mask(m, span_from(message, LENGTH), out + LENGTH);
}

static size_t
wanted(const struct kdc_stream *k)
{
	struct span have = span_of(k->bytes, k->len);

	return k->len < LENGTH ? LENGTH : LENGTH + field_be32(have, 0);
}

bool
kdc_stream_next(struct kdc_stream *k, struct span *in, uint32_t *seq,
    struct span *message, uint32_t *from)
{
	if (k->given) {
		k->given = false;
		k->len = 0;
	}
	while (!k->lost && in->len > 0) {
		size_t want = wanted(k), n = want - k->len;

		if (want > MESSAGE_MOST) {
			k->lost = true;
			break;
		}
		if (n > in->len)
			n = in->len;
		if (k->len == 0)
			k->seq = *seq;
		if (k->len + n > k->room) {
			k->room = 2 * k->room + n + 512;
			k->bytes = memory_grow(k->bytes, k->room, 1);
		}
		memcpy(k->bytes + k->len, in->at, n);
		k->len += n;
		*in = span_from(*in, n);
		*seq += (uint32_t)n;
		if (k->len > LENGTH && k->len == wanted(k)) {
			*message = span_of(k->bytes, k->len);
			*from = k->seq;
			k->given = true;
			return true;
		}
	}
	return false;
}

void
kdc_stream_lost(struct kdc_stream *k)
{
	k->lost = true;
}

void
kdc_stream_fini(struct kdc_stream *k)
{
	if (k->len > 0)
		secret_wipe(k->bytes, k->len);
	free(k->bytes);
	*k = (struct kdc_stream){ .lost = true };
}
