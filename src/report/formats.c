/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/formats.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/text.h"

static const struct format formats[] = {
	{ "text", "for a person, in 80 columns", text_write },
	{ "json", "JSON Lines, for programs", json_write },
	{ "html", "one page to attach to a ticket", html_write },
	{ "markdown", "to paste into a ticket", markdown_write },
};

const struct format *
formats_at(size_t i)
{
	return i < sizeof(formats) / sizeof(formats[0]) ? &formats[i] : NULL;
}

const struct format *
formats_find(struct span name)
{
	for (size_t i = 0; formats_at(i) != NULL; i++)
		if (span_eq(span_of_str(formats[i].name), name))
			return &formats[i];
	return NULL;
}

bool
formats_write(const struct format *f, const struct report *r,
    const char *path)
{
	struct sink sink;
	const char **inputs = memory_new(r->n_inputs + 1, sizeof(*inputs));

	for (size_t i = 0; i < r->n_inputs; i++)
		inputs[i] = r->inputs[i].name;

	bool ok = sink_open(&sink, path, inputs, r->n_inputs);

	free(inputs);
	if (!ok)
		return false;
	f->write(&sink, r);
	return sink_close(&sink);
}
