/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_dns.c - any bytes as an answer of the domain name system */
#include <ctype.h>
#include <stdlib.h>

#include "witness/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

static void
check_name(const char *name)
{
	CHECK(memchr(name, '\0', DNS_NAME_MAX) != NULL);
	for (; *name != '\0'; name++)
		CHECK(isalnum((unsigned char)*name) ||
		    strchr("-_.?", *name) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	struct dns_answer a;
	struct fault fault;

	CHECK(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);

	bool ok = dns_answer_decode(span_of(copy, size), &a, &fault);

	check_name(a.name);
	check_name(a.canonical);
	CHECK(a.n_addresses <= DNS_ADDRESSES_MAX);
	CHECK(!ok || a.name[0] != '\0');
	for (size_t i = 0; i < a.n_addresses; i++)
		CHECK(a.addresses[i].len == 4 || a.addresses[i].len == 16);
	free(copy);
	return 0;
}
