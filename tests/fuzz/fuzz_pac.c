/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_pac.c - any bytes as a PAC file */
#include <ctype.h>
#include <stdlib.h>

#include "witness/pac.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pac_record r = { 0 };
	struct arena arena = { 0 };

	pac_scan(span_of(data, size), &r, &arena);
	CHECK(r.n_proxies <= PAC_PROXIES_MAX);
	for (size_t i = 0; i < r.n_proxies; i++) {
		const struct pac_proxy *p = &r.proxies[i];

		CHECK(p->port > 0 && p->host[0] != '\0');
		for (const char *c = p->host; *c != '\0'; c++)
			CHECK(!isupper((unsigned char)*c) &&
			    (isalnum((unsigned char)*c) ||
			        strchr("-._:[]", *c) != NULL));
	}
	pac_is_target(span_of(data, size));
	arena_fini(&arena);
	return 0;
}
