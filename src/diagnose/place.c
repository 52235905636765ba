/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/place.h"

static bool
is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* UTF-8: a byte that does not begin a character has no column. */
static bool
begins_character(uint8_t c)
{
	return (c & 0xc0) != 0x80;
}

static void
step(struct place *at, uint8_t c)
{
	if (c == '\n') {
		at->line++;
		at->column = 1;
	} else if (begins_character(c)) {
		at->column++;
	}
}

/* The offset in the file of a place. */
static size_t
offset_of(struct span file, struct place wanted)
{
	struct place at = { 1, 1 };

	for (size_t i = 0; i < file.len; i++) {
		if (at.line == wanted.line && at.column == wanted.column &&
		    begins_character(file.at[i]))
			return i;
		step(&at, file.at[i]);
	}
	return file.len;
}

struct place
place_inside(struct span file, struct place start, struct span text,
    size_t offset)
{
	size_t i = offset_of(file, start), matched = 0;
	struct place at = start, last = start;

	/* The header of a block scalar is not part of its text. */
	if (i < file.len && (file.at[i] == '|' || file.at[i] == '>'))
		while (i < file.len && file.at[i] != '\n')
			step(&at, file.at[i++]);
	while (matched < text.len && is_white(text.at[matched]))
		matched++;
	while (i < file.len && matched < text.len) {
		if (file.at[i] == text.at[matched] && !is_white(file.at[i])) {
			if (matched >= offset)
				return at;
			last = at;
			matched++;
			while (matched < text.len &&
			    is_white(text.at[matched]))
				matched++;
		}
		step(&at, file.at[i++]);
	}
	/* Past the last character: right behind it. */
	if (offset >= text.len && matched >= text.len && text.len > 0)
		last.column++;
	return last;
}
