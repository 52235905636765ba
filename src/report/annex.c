/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/annex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

struct annex *
annex_new(const char *key, const char *title,
    const struct annex_column *columns, size_t n_columns)
{
	struct annex *a = memory_new(1, sizeof(*a));

	a->key = key;
	a->title = title;
	a->columns = columns;
	a->n_columns = n_columns;
	return a;
}

void
annex_free(struct annex *a)
{
	if (a == NULL)
		return;
	free(a->lines);
	free(a->cells);
	arena_fini(&a->arena);
	free(a);
}

void
annex_line(struct annex *a, const char *format, ...)
{
	char line[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	a->lines = memory_grow(a->lines, a->n_lines + 1, sizeof(*a->lines));
	a->lines[a->n_lines++] = arena_str(&a->arena, span_of_str(line));
}

void
annex_row(struct annex *a, const char *const *cells)
{
	if (a->n_rows >= limit_of(LIMIT_ROWS)) {
		limit_hit(LIMIT_ROWS);
		a->left_out++;
		return;
	}
	if (a->n_rows == a->room) {
		a->room = a->room > 0 ? 2 * a->room : 16;
		a->cells = memory_grow(a->cells, a->room * a->n_columns,
		    sizeof(*a->cells));
	}
	for (size_t i = 0; i < a->n_columns; i++)
		a->cells[a->n_rows * a->n_columns + i] =
		    arena_str(&a->arena, span_of_str(cells[i]));
	a->n_rows++;
}

static const char *
raw_cell(const struct annex *a, size_t row, size_t column)
{
	return a->cells[row * a->n_columns + column];
}

const char *
annex_cell(const struct report *r, const struct annex *a, size_t row,
    size_t column)
{
	const char *cell = raw_cell(a, row, column);

	switch (a->columns[column].kind) {
	case ANNEX_USER:
	case ANNEX_HOST:
	case ANNEX_WORDS:
		return redact_words(r->redact, cell);
	case ANNEX_TARGET:
		return redact_target(r->redact, cell);
	case ANNEX_PLAIN:
	case ANNEX_NUMBER:
		break;
	}
	return cell;
}

void
annex_learn(struct redact *r, const struct annex *a)
{
	for (size_t i = 0; i < a->n_rows; i++)
		for (size_t k = 0; k < a->n_columns; k++) {
			const char *cell = raw_cell(a, i, k);

			if (a->columns[k].kind == ANNEX_USER && cell != NULL)
				redact_learn_user(r, cell);
			else if (a->columns[k].kind == ANNEX_HOST ||
			    a->columns[k].kind == ANNEX_TARGET)
				redact_learn_host(r, cell);
			else if (a->columns[k].kind == ANNEX_WORDS)
				redact_words(r, cell);
		}
	for (size_t i = 0; i < a->n_lines; i++)
		redact_words(r, a->lines[i]);
}
