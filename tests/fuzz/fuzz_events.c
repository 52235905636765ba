/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of events, of any kind.  Whatever report they make: every format
 * writes it, its JSON is strict JSON, and what is read back from that makes
 * the same JSON again.  The first byte chooses options.
 */
#include <stdlib.h>

#include "diagnose/rules.h"
#include "events/events.h"
#include "report/formats.h"
#include "report/strict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rules *rules;

static void
take(struct events *e, struct span s)
{
	while (s.len > 0) {
		size_t end = span_find(s, '\n');

		events_line(e, span_first(s, end));
		s = span_from(s, end + 1);
	}
}

/* One format of the report that the events make. */
static void
tell(struct events *e, const struct format *f, uint8_t options,
    struct text *out)
{
	struct report r = { .version = "0", .ruleset = "default",
		.rules_version = "0", .rules = rules };
	struct sink s;

	events_fill(e, &r);
	r.options.redact = options & 1 ? REDACT_IDENTITIES : REDACT_SECRETS;
	r.options.inventory = options & 2;
	r.options.exchanges = options & 4;
	report_prepare(&r);
	sink_to_text(&s, out);
	f->write(&s, &r);
	report_fini(&r);
}

static void
again(struct span s, uint8_t options, struct text *out)
{
	struct events *e = events_new(rules);

	take(e, s);
	tell(e, formats_find(SPAN("json")), options, out);
	events_free(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text once = { 0 }, twice = { 0 };

	if (size == 0)
		return 0;
	if (rules == NULL) {
		rules = rules_new();
		rules_default(rules);
	}
	for (size_t i = 0; formats_at(i) != NULL; i++) {
		struct events *e = events_new(rules);
		struct text out = { 0 };

		take(e, span_of(data + 1, size - 1));
		tell(e, formats_at(i), data[0], &out);
		text_fini(&out);
		events_free(e);
	}
	again(span_of(data + 1, size - 1), 0, &once);
	if (!strict_json_lines(text_span(&once)))
		abort();
	again(text_span(&once), 0, &twice);
	if (!span_eq(text_span(&once), text_span(&twice)))
		abort();
	text_fini(&once);
	text_fini(&twice);
	return 0;
}
