/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A logformat (or nothing: guess) up to the first NUL, and a log: read or
 * refused, the same twice; without a capture nothing fits.
 */
#include <assert.h>

#include "base/message.h"
#include "proxylog/proxylog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_of(data, size);
	size_t end = span_find(s, '\0');
	struct text spec = { .limit = 300 };
	struct report r = { .first = WHEN_NONE, .last = WHEN_NONE };

	text_add(&spec, span_first(s, end));
	s = span_from(s, end + 1);
	message_mute(true);

	const char *format = spec.len > 0 ? text_get(&spec) : NULL;
	struct proxylog *one = proxylog_read("log", s, format);
	struct proxylog *other = proxylog_read("log", s, format);

	assert((one == NULL) == (other == NULL));
	if (one != NULL) {
		struct annex *x = proxylog_annex(one, &r);

		assert(proxylog_count(one) > 0);
		assert(proxylog_count(one) == proxylog_count(other));
		assert(proxylog_others(one) == proxylog_others(other));
		assert(x->n_rows == 0);
		annex_free(x);
	}
	proxylog_free(one);
	proxylog_free(other);
	text_fini(&spec);
	return 0;
}
