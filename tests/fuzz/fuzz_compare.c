/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any lines as JSON Lines of before: taken or not, the same twice, and each
 * failure of it is a row, with nothing now "not seen".
 */
#include <assert.h>

#include "capture/lines.h"
#include "compare/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
take(struct compare *c, struct span s)
{
	struct input *in = input_of(s, 4096);
	struct lines l = { .in = in };
	struct span line;
	size_t n = 0;

	while (lines_next(&l, &line)) {
		assert(line.len <= LINE_MOST);
		n += compare_line(c, line);
	}
	input_close(in);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct compare *one = compare_new(), *other = compare_new();
	struct report r = { 0 };
	size_t n = take(one, span_of(data, size));

	assert(n == take(other, span_of(data, size)));
	assert(compare_count(one) == compare_count(other));
	assert(compare_count(one) <= n);

	struct annex *x = compare_annex(one, &r);

	assert(x->n_rows <= compare_count(one));
	for (size_t i = 0; i < x->n_rows; i++)
		assert(strcmp(x->cells[i * x->n_columns + 5],
		           "not seen") == 0);
	annex_free(x);
	compare_free(one);
	compare_free(other);
	return 0;
}
