/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_apps.c - any bytes as the beginning of a connection
 *
 * A byte of flags, the port, how much the client says, and what is said.
 * What libndpi does with it is its own affair; that it is given bytes that
 * are there, and that a name comes back, is ours.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "witness/apps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

static bool
is_name(const char *s)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++)
		if ((unsigned char)s[n] < ' ' || (unsigned char)s[n] > '~')
			return false;
	return n > 0 && n < 100;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct apps *apps;
	struct text name = { 0 };

	if (apps == NULL)
		apps = apps_new();
	if (size < 5)
		return 0;

	struct span said = span_of(data + 5, size - 5);
	size_t cut = (size_t)(data[3] << 8 | data[4]);
	const struct apps_talk talk = {
		.client = span_first(said, cut),
		.server = span_from(said, cut < said.len ? cut : said.len),
		.port = (uint16_t)(data[1] << 8 | data[2]),
		.server_first = data[0] & 1,
	};
	const char *host = apps_of_host(apps, talk.client);

	CHECK(host == NULL || is_name(host));
	if (apps_of_talk(apps, &talk, &name))
		CHECK(is_name(text_get(&name)));
	else
		CHECK(name.len == 0);
	text_fini(&name);
	return 0;
}
