/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/message.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/escape.h"

static atomic_int errors, troubles;
static bool quiet, muted;

static void
say(const char *format, va_list args)
{
	char raw[1024];
	struct text line;

	int n = vsnprintf(raw, sizeof(raw), format, args);

	if (n < 0)
		return;
	text_init(&line);
	text_str(&line, "p407: ");
	escape_terminal(&line, span_of_str(raw));
	text_char(&line, '\n');
	fputs(text_get(&line), stderr);
	text_fini(&line);
}

void
message_error(const char *format, ...)
{
	va_list args;

	if (muted)
		return;
	errors++;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void
message_trouble(const char *format, ...)
{
	va_list args;

	troubles++;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void
message_trouble_over(const char *format, ...)
{
	va_list args;

	troubles--;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

int
message_troubles(void)
{
	return troubles;
}

void
message_note(const char *format, ...)
{
	va_list args;

	if (quiet || muted)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void
message_quiet(void)
{
	quiet = true;
}

void
message_mute(bool on)
{
	muted = on;
}

int
message_errors(void)
{
	return errors;
}
