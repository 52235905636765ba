/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/ntlm.h"
#include "run.h"

/* The CHALLENGE_MESSAGE of [MS-NLMP] 4.2.4.3, byte for byte. */
/* clang-format off */
static const uint8_t spec_challenge[] = {
	/*  0 Signature        */ 'N', 'T', 'L', 'M', 'S', 'S', 'P', 0,
	/*  8 MessageType      */ 2, 0, 0, 0,
	/* 12 TargetNameFields */ 12, 0, 12, 0, 56, 0, 0, 0,
	/* 20 NegotiateFlags   */ 0x33, 0x82, 0x8a, 0xe2,
	/* 24 ServerChallenge  */ 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd,
	    0xef,
	/* 32 Reserved         */ 0, 0, 0, 0, 0, 0, 0, 0,
	/* 40 TargetInfoFields */ 36, 0, 36, 0, 68, 0, 0, 0,
	/* 48 Version          */ 6, 0, 0x70, 0x17, 0, 0, 0, 15,
	/* 56 TargetName       */ 'S', 0, 'e', 0, 'r', 0, 'v', 0, 'e', 0,
	    'r', 0,
	/* 68 MsvAvNbDomain    */ 2, 0, 12, 0,
	'D', 0, 'o', 0, 'm', 0, 'a', 0, 'i', 0, 'n', 0,
	/* 84 MsvAvNbComputer  */ 1, 0, 12, 0,
	'S', 0, 'e', 0, 'r', 0, 'v', 0, 'e', 0, 'r', 0,
	/*100 MsvAvEOL         */ 0, 0, 0, 0,
};
/* clang-format on */
#define SPEC span_of(spec_challenge, sizeof(spec_challenge))

START_TEST(the_example_of_the_specification)
{
	struct ntlm_challenge msg;
	struct fault fault;

	ck_assert(ntlm_challenge_decode(SPEC, &msg, &fault));
	ck_assert_int_eq(fault.kind, FAULT_NONE);
	ck_assert_uint_eq(msg.flags, 0xe28a8233);
	ck_assert(span_eq(msg.server_challenge,
	    SPAN("\x01\x23\x45\x67\x89\xab\xcd\xef")));

	struct reader list = reader_of(msg.target_info);
	struct ntlm_av av;

	ck_assert(ntlm_av_next(&list, &av));
	ck_assert_uint_eq(av.id, NTLM_AV_NB_DOMAIN);
	ck_assert(span_eq(av.value, SPAN("D\0o\0m\0a\0i\0n\0")));
	ck_assert(ntlm_av_next(&list, &av));
	ck_assert_uint_eq(av.id, NTLM_AV_NB_COMPUTER);
	ck_assert(!ntlm_av_next(&list, &av));
	ck_assert(reader_ok(&list));
}
END_TEST

/* One row a way to be wrong: put these bytes there, expect this fault. */
static const struct damage {
	const char *name;
	size_t at;
	struct span bytes;
	struct fault want;
} damages[] = {
	{ "signature", 0, SPAN_INIT("n"), { FAULT_VALUE, 0, "Signature" } },
	{ "message type 3", 8, SPAN_INIT("\3"),
	    { FAULT_VALUE, 8, "MessageType" } },
	{ "info past the end", 44, SPAN_INIT("\x45"),
	    { FAULT_RANGE, 0x45, "TargetInfo" } },
	{ "info offset near 2^32", 44, SPAN_INIT("\xff\xff\xff\xff"),
	    { FAULT_RANGE, 0xffffffff, "TargetInfo" } },
};

START_TEST(damage_is_named_and_placed)
{
	const struct damage *d = &damages[_i];
	uint8_t *copy = exact_copy(SPEC, SPEC.len);
	struct ntlm_challenge msg;
	struct fault got;

	memcpy(copy + d->at, d->bytes.at, d->bytes.len);
	bool ok = ntlm_challenge_decode(span_of(copy, SPEC.len), &msg, &got);

	ck_assert_msg(!ok, "%s", d->name);
	ck_assert_msg(got.kind == d->want.kind, "%s: kind %d", d->name,
	    got.kind);
	ck_assert_msg(got.offset == d->want.offset, "%s: offset %u", d->name,
	    got.offset);
	ck_assert_str_eq(got.field, d->want.field);
	free(copy);
}
END_TEST

/* A capture can end anywhere: whatever came before the cut stays right. */
START_TEST(every_prefix_keeps_what_it_has)
{
	size_t n = (size_t)_i;
	uint8_t *cut = exact_copy(SPEC, n);
	struct ntlm_challenge msg;
	struct fault fault;

	ck_assert(!ntlm_challenge_decode(span_of(cut, n), &msg, &fault));
	ck_assert_uint_eq(msg.flags, n >= 24 ? 0xe28a8233 : 0);
	ck_assert_int_eq(span_is_set(msg.server_challenge), n >= 32);
	ck_assert_int_eq(span_is_set(msg.version), n >= 56);
	ck_assert_int_eq(span_is_set(msg.target_name), n >= 68);
	ck_assert(!span_is_set(msg.target_info));
	free(cut);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/ntlm");
	TCase *challenge = tcase_create("CHALLENGE_MESSAGE");

	tcase_add_test(challenge, the_example_of_the_specification);
	tcase_add_loop_test(challenge, damage_is_named_and_placed, 0,
	    sizeof(damages) / sizeof(damages[0]));
	tcase_add_loop_test(challenge, every_prefix_keeps_what_it_has, 0,
	    sizeof(spec_challenge));
	suite_add_tcase(suite, challenge);
	return run_suite(suite);
}
