/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/shown.h"

void
show_only(const struct shown *s, struct span part, const char *these)
{
	if (!shown_holds(s, part))
		return;

	uint8_t *out = shown_at(s, part);

	for (size_t i = 0; i < part.len; i++) {
		uint8_t c = part.at[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
		    (c != 0 && strchr(these, c) != NULL))
			out[i] = c;
	}
}

void
show_text(const struct shown *s, struct span part)
{
	if (!shown_holds(s, part))
		return;

	uint8_t *out = shown_at(s, part);

	for (size_t i = 0; i < part.len; i++) {
		uint8_t c = part.at[i];
		bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';

		out[i] = space || (c > ' ' && c < 0x7f) ? c : '?';
	}
}
