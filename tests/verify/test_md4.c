/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/md4.h"

#include <stdio.h>

#include "run.h"
#include "verify/des.h"

/* RFC 1320 A.5. */
static const struct {
	const char *in, *hex;
} rows[] = {
	{ "", "31d6cfe0d16ae931b73c59d7e0c089c0" },
	{ "a", "bde52cb31de33e46245e05fbdbd6fb24" },
	{ "abc", "a448017aaf21d8525fc10ae87aa6729d" },
	{ "message digest", "d9130a8164549fe818874806e1c7014b" },
	{ "abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	    "043f8582f241db351ce627e153e7f0e4" },
	{ "1234567890123456789012345678901234567890"
	  "1234567890123456789012345678901234567890",
	    "e33b4ddc9c38f2199c3e7b164fcc0536" },
};

static void
same_hex(const uint8_t *at, size_t n, const char *want)
{
	char hex[64] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", at[i]);
	ck_assert_str_eq(hex, want);
}

START_TEST(the_hashes_of_the_rfc_come_out)
{
	uint8_t out[MD4_SIZE];

	md4(span_of_str(rows[_i].in), out);
	same_hex(out, sizeof(out), rows[_i].hex);
}
END_TEST

/* Lengths around the end of a block: each differs from its neighbour, and
 * none reads past its input. */
START_TEST(each_length_has_a_hash_of_its_own)
{
	uint8_t all[200], before[MD4_SIZE] = { 0 };

	memset(all, 'x', sizeof(all));
	for (size_t n = 0; n <= sizeof(all); n++) {
		uint8_t *copy = exact_copy(span_of(all, sizeof(all)), n);
		uint8_t out[MD4_SIZE];

		md4(span_of(copy, n), out);
		ck_assert_mem_ne(out, before, MD4_SIZE);
		memcpy(before, out, MD4_SIZE);
		free(copy);
	}
}
END_TEST

/* [MS-NLMP] 4.2.2.1.1, LMOWFv1("Password"), and 4.2.2.2.1, the response. */
START_TEST(a_block_of_des_is_that_of_the_specification)
{
	static const uint8_t magic[] = "KGS!@#$%";
	static const uint8_t challenge[] = "\x01\x23\x45\x67\x89\xab\xcd\xef";
	static const uint8_t hash[] = "\xa4\xf4\x9c\x40\x65\x10\xbd\xca"
	                              "\xb6\x82\x4e\xe7\xc3\x0f\xd8\x52";
	uint8_t out[24];

	ck_assert(des_block((const uint8_t *)"PASSWOR", magic, out));
	same_hex(out, 8, "e52cac67419a9a22");
	ck_assert(des_long(hash, challenge, out));
	same_hex(out, 24, "67c43011f30298a2ad35ece64f16331c44bdbed927841f94");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("md4");
	TCase *t = tcase_create("md4");

	tcase_add_loop_test(t, the_hashes_of_the_rfc_come_out, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, each_length_has_a_hash_of_its_own);
	tcase_add_test(t, a_block_of_des_is_that_of_the_specification);
	suite_add_tcase(s, t);
	return run_suite(s);
}
