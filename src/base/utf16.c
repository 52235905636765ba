/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf16.h"

#include "base/escape.h"

static uint32_t
unit_at(struct span s, size_t pos)
{
	return (uint32_t)s.at[pos] | (uint32_t)s.at[pos + 1] << 8;
}

bool
utf16_add(struct text *t, struct span s)
{
	bool whole = true;
	size_t pos = 0;

	while (s.len - pos >= 2) {
		uint32_t c = unit_at(s, pos);

		pos += 2;
		if (c >= 0xd800 && c < 0xdc00 && s.len - pos >= 2) {
			uint32_t low = unit_at(s, pos);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (low - 0xdc00);
				pos += 2;
			}
		}
		if (c >= 0xd800 && c < 0xe000)
			whole = false;
		utf8_add(t, c);
	}
	if (pos < s.len) {
		utf8_add(t, 0xfffd);
		whole = false;
	}
	return whole;
}

static bool
is_utf8(struct span s)
{
	for (size_t pos = 0; pos < s.len;)
		if (utf8_next(s, &pos) < 0)
			return false;
	return true;
}

void
oem_add(struct text *t, struct span s)
{
	if (is_utf8(s)) {
		text_add(t, s);
		return;
	}
	for (size_t i = 0; i < s.len; i++)
		utf8_add(t, s.at[i]);
}
