/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_report.c - strings of any kind in every field of a report
 *
 * The first byte chooses options, the second the token of the third leg;
 * the rest, cut at NULs, is dealt out to the fields.  However they come: the
 * JSON is strict JSON, the text holds no control byte, and writing twice
 * gives the same bytes.
 */
#include "base/memory.h"
#include "report/sample.h"
#include "report/strict.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_STRINGS = 64 };

struct deal {
	char *strings[MAX_STRINGS];
	size_t n, next;
};

static const char *
next(void *context)
{
	struct deal *d = context;

	return d->n > 0 ? d->strings[d->next++ % d->n] : NULL;
}

static struct deal
cut(struct span s)
{
	struct deal d = { .n = 0 };

	while (s.len > 0 && d.n < MAX_STRINGS) {
		size_t n = span_find(s, 0);

		d.strings[d.n++] = memory_str(span_first(s, n));
		s = span_from(s, n + 1);
	}
	return d;
}

static void
build(struct sample *s, uint8_t options, uint8_t shape, struct deal *d)
{
	sample_rejected(s);
	d->next = 0;
	sample_fill(s, next, d);
	s->input.name = s->input.name != NULL ? s->input.name : "-";
	for (size_t i = 0; i < sizeof(s->names) / sizeof(s->names[0]); i++)
		if (s->names[i].name == NULL)
			s->names[i].name = "";
	s->type3.kind = (enum token_kind)(shape % (TOKEN_UNKNOWN + 1));
	s->type3.scheme = (enum scheme)(shape / 16 % (SCHEME_MISSING + 1));
	s->type3.bytes = shape;
	s->report.options.redact =
	    options & 1 ? REDACT_IDENTITIES : REDACT_SECRETS;
	s->report.options.stream_filters = options & 2;
	s->report.options.color = options & 4;
	s->report.options.ascii = options & 8;
	s->report.options.width = options & 16 ? 120 : 0;
	s->finding.fault = options & 32;
	s->attempts[0].connection.client.len = options & 64 ? 16 : 4;
	s->attempts[0].connection.proxy.len = options & 64 ? 16 : 4;
	sample_prepare(s);
}

static void
require(bool condition)
{
	if (!condition)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sample a, b;

	if (size < 2)
		return 0;

	struct deal d = cut(span_of(data + 2, size - 2));

	build(&a, data[0], data[1], &d);
	build(&b, data[0], data[1], &d);

	char *json = sample_written(&a, "json");
	char *text = sample_written(&a, "text");
	char *again = sample_written(&b, "text");

	require(strict_json_lines(span_of_str(json)));
	require(strict_text(span_of_str(text), a.report.options.color));
	require(strcmp(text, again) == 0);
	free(again);
	free(text);
	free(json);
	sample_fini(&a);
	sample_fini(&b);
	for (size_t i = 0; i < d.n; i++)
		free(d.strings[i]);
	return 0;
}
