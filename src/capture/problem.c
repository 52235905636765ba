/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/problem.h"

#include <stdarg.h>
#include <stdio.h>

void
problem_set(struct problem *p, const char *remedy, const char *format, ...)
{
	va_list args;

	if (problem_is_set(p))
		return;
	va_start(args, format);
	vsnprintf(p->what, sizeof(p->what), format, args);
	va_end(args);
	p->remedy = remedy;
}
