/* SPDX-License-Identifier: BSD-2-Clause */
/* The examples of [MS-NLMP] 4.2 and RFC 7616 3.9, and what is not them. */
#include "verify/responses.h"

#include "run.h"

static const uint8_t challenge[] = "\x01\x23\x45\x67\x89\xab\xcd\xef";

/* 4.2.1: User, Domain, Password. */
#define RIGHT "user=User, domain=Domain, password=Password"
#define HASH  "user=User, nt_hash=a4f49c406510bdcab6824ee7c30fd852"
#define WRONG "user=User, domain=Domain, password=password"

static const struct {
	enum ntlm_version kind;
	struct span lm, nt;
	const char *known;
	enum token_verified verified;
} ntlm[] = {
#define V1                                                                     \
	SPAN_INIT("\x98\xde\xf7\xb8\x7f\x88\xaa\x5d\xaf\xe2\xdf\x77\x96\x88"   \
	          "\xa1\x72\xde\xf1\x1c\x7d\x5c\xcd\xef\x13"),                 \
	    SPAN_INIT("\x67\xc4\x30\x11\xf3\x02\x98\xa2\xad\x35\xec\xe6\x4f"   \
	              "\x16\x33\x1c\x44\xbd\xbe\xd9\x27\x84\x1f\x94")
	{ NTLM_VERSION_1, V1, RIGHT, VERIFIED_YES },
	{ NTLM_VERSION_1, V1, HASH, VERIFIED_YES },
	{ NTLM_VERSION_1, V1, WRONG, VERIFIED_NO },
	{ NTLM_VERSION_LM, V1, RIGHT, VERIFIED_YES },
	{ NTLM_VERSION_LM, V1, HASH, VERIFIED_UNKNOWN },
#define ESS                                                                    \
	SPAN_INIT("\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\0\0\0\0\0\0\0\0\0\0\0\0"   \
	          "\0\0\0\0"),                                                 \
	    SPAN_INIT("\x75\x37\xf8\x03\xae\x36\x71\x28\xca\x45\x82\x04\xbd"   \
	              "\xe7\xca\xf8\x1e\x97\xed\x26\x83\x26\x72\x32")
	{ NTLM_VERSION_1_ESS, ESS, RIGHT, VERIFIED_YES },
	{ NTLM_VERSION_1_ESS, ESS, WRONG, VERIFIED_NO },
#define V2                                                                     \
	SPAN_INIT("\x86\xc3\x50\x97\xac\x9c\xec\x10\x25\x54\x76\x4a\x57\xcc"   \
	          "\xcc\x19\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"),                 \
	    SPAN_INIT("\x68\xcd\x0a\xb8\x51\xe5\x1c\x96\xaa\xbc\x92\x7b\xeb"   \
	              "\xef\x6a\x1c\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xaa"   \
	              "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\0\0\0\0\x02\0\x0c\0\x44"   \
	              "\0\x6f\0\x6d\0\x61\0\x69\0\x6e\0\x01\0\x0c\0\x53\0"     \
	              "\x65\0\x72\0\x76\0\x65\0\x72\0\0\0\0\0\0\0\0\0")
	{ NTLM_VERSION_2, V2, RIGHT, VERIFIED_YES },
	{ NTLM_VERSION_2, V2, HASH, VERIFIED_YES },
	{ NTLM_VERSION_2, V2, WRONG, VERIFIED_NO },
	/* The LMv2 response alone. */
	{ NTLM_VERSION_LM, V2, RIGHT, VERIFIED_YES },
	{ NTLM_VERSION_ANONYMOUS, V2, RIGHT, VERIFIED_UNKNOWN },
};

START_TEST(ntlm_responses_of_the_specification)
{
	struct known *k = known_read("f", span_of_str(ntlm[_i].known));
	struct ntlm_authenticate m = {
		.flags = NTLM_UNICODE,
		.user = SPAN("U\0s\0e\0r\0"),
		.domain = SPAN("D\0o\0m\0a\0i\0n\0"),
		.kind = ntlm[_i].kind,
		.lm_response = ntlm[_i].lm,
		.nt_response = ntlm[_i].nt,
	};

	ck_assert_ptr_nonnull(k);
	ck_assert_int_eq(verify_ntlm(known_at(k, 0), &m, challenge),
	    ntlm[_i].verified);
	/* Another challenge is another response. */
	if (ntlm[_i].verified == VERIFIED_YES)
		ck_assert_int_eq(verify_ntlm(known_at(k, 0), &m,
		                     (const uint8_t *)"12345678"),
		    VERIFIED_NO);
	known_free(k);
}
END_TEST

#define MUFASA "user=Mufasa, password="
#define RFC7616                                                                \
	"Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "        \
	"uri=\"/dir/index.html\", "                                            \
	"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "             \
	"nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"" \
	", qop=auth, "
#define RFC2069                                                                \
	"Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "           \
	"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "                       \
	"uri=\"/dir/index.html\", "

static const struct {
	const char *value, *known, *method;
	enum token_verified verified;
} digest[] = {
	/* 3.9.1 */
	{ RFC7616 "algorithm=MD5, "
	          "response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	    MUFASA "Circle of Life", "GET", VERIFIED_YES },
	{ RFC7616 "response=\"8CA523F5E9506FED4657C9700EEBDBEC\"",
	    MUFASA "Circle of Life", "GET", VERIFIED_YES },
	{ RFC7616 "algorithm=SHA-256, response=\"753927fa0e85d155564e2e272a28"
	          "d1802ca10daf4496794697cf8db5856cb6c1\"",
	    MUFASA "Circle of Life", "GET", VERIFIED_YES },
	{ RFC7616 "algorithm=MD5, "
	          "response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	    MUFASA "Circle of life", "GET", VERIFIED_NO },
	{ RFC7616 "algorithm=MD5, "
	          "response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	    MUFASA "Circle of Life", "CONNECT", VERIFIED_MISCOMPUTED },
	{ RFC7616 "algorithm=SHA-256, "
	          "response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	    MUFASA "Circle of Life", "GET", VERIFIED_MISCOMPUTED },
	{ RFC7616 "algorithm=FOO, "
	          "response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	    MUFASA "Circle of Life", "GET", VERIFIED_UNKNOWN },
	{ RFC7616 "algorithm=MD5, "
	          "response=\"8ca523f5e9506fed4657c9700eebdbec\"",
	    "user=Mufasa, nt_hash=a4f49c406510bdcab6824ee7c30fd852", "GET",
	    VERIFIED_UNKNOWN },
	{ RFC7616 "algorithm=MD5", MUFASA "Circle of Life", "GET",
	    VERIFIED_UNKNOWN },
	/* RFC 2617 without qop, as RFC 2069 had it. */
	{ RFC2069 "response=\"670fd8c2df070c60b045671b8b24ff02\"",
	    MUFASA "Circle Of Life", "GET", VERIFIED_YES },
	{ RFC2069 "response=\"670fd8c2df070c60b045671b8b24ff02\"",
	    MUFASA "Circle Of Life", NULL, VERIFIED_YES },
	{ RFC2069 "response=\"670fd8c2df070c60b045671b8b24ff02\"",
	    MUFASA "x", NULL, VERIFIED_UNKNOWN },
	{ RFC2069 "qop=auth-int, nc=00000001, cnonce=\"0a4f113b\", "
	          "response=\"670fd8c2df070c60b045671b8b24ff02\"",
	    MUFASA "Circle Of Life", "GET", VERIFIED_UNKNOWN },
	/* No cnonce. */
	{ RFC2069 "qop=auth, nc=00000001, "
	          "response=\"670fd8c2df070c60b045671b8b24ff02\"",
	    MUFASA "Circle Of Life", "GET", VERIFIED_UNKNOWN },
};

START_TEST(digest_responses_of_the_specification)
{
	struct known *k = known_read("f", span_of_str(digest[_i].known));
	struct challenge c;
	struct fault fault = { 0 };

	ck_assert_ptr_nonnull(k);
	ck_assert(credentials_read(span_of_str(digest[_i].value), &c, &fault));
	ck_assert_int_eq(verify_digest(known_at(k, 0), &c,
	                     span_of_str(digest[_i].method)),
	    digest[_i].verified);
	known_free(k);
}
END_TEST

static const struct {
	const char *known, *password;
	enum token_verified verified;
} basic[] = {
	{ "user=a, password=x:y", "x:y", VERIFIED_YES },
	{ "user=a, password=x:y", "x", VERIFIED_NO },
	{ "user=a, password=", "", VERIFIED_YES },
	{ "user=a, password=p\xc3\xa4", "p\xc3\xa4", VERIFIED_YES },
	{ "user=a, password=p\xc3\xa4", "p\xe4", VERIFIED_ENCODING },
	{ "user=a, password=p\xe2\x82\xac", "p\x80", VERIFIED_NO },
	{ "user=a, nt_hash=a4f49c406510bdcab6824ee7c30fd852", "Password",
	    VERIFIED_YES },
	{ "user=a, nt_hash=a4f49c406510bdcab6824ee7c30fd852", "password",
	    VERIFIED_NO },
};

START_TEST(basic_passwords_are_compared)
{
	struct known *k = known_read("f", span_of_str(basic[_i].known));

	ck_assert_ptr_nonnull(k);
	ck_assert_int_eq(verify_basic(known_at(k, 0),
	                     span_of_str(basic[_i].password)),
	    basic[_i].verified);
	known_free(k);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("responses");
	TCase *t = tcase_create("responses");

	tcase_add_loop_test(t, ntlm_responses_of_the_specification, 0,
	    sizeof(ntlm) / sizeof(ntlm[0]));
	tcase_add_loop_test(t, digest_responses_of_the_specification, 0,
	    sizeof(digest) / sizeof(digest[0]));
	tcase_add_loop_test(t, basic_passwords_are_compared, 0,
	    sizeof(basic) / sizeof(basic[0]));
	suite_add_tcase(s, t);
	return run_suite(s);
}
