/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/der.h"
#include "run.h"

/* Tag and length of X.690 8.1.2 and 8.1.3, and what is wrong with them. */
static const struct row {
	const char *name;
	struct span bytes;
	bool entered;
	size_t value; /* bytes of it that can be read */
	enum fault_kind fault;
} rows[] = {
	{ "short form", SPAN_INIT("\x30\x02" "ab"), true, 2, FAULT_NONE },
	{ "no contents", SPAN_INIT("\x30\x00"), true, 0, FAULT_NONE },
	{ "more after it", SPAN_INIT("\x30\x01" "abc"), true, 1, FAULT_NONE },
	{ "one byte of length", SPAN_INIT("\x30\x81\x02" "ab"), true, 2,
	    FAULT_NONE },
	{ "leading zeros", SPAN_INIT("\x30\x84\0\0\0\x02" "ab"), true, 2,
	    FAULT_NONE },
	{ "cut in the value", SPAN_INIT("\x30\x05" "ab"), true, 2,
	    FAULT_CUT },
	{ "length near 2^32", SPAN_INIT("\x30\x84\xff\xff\xff\xff" "ab"),
	    true, 2, FAULT_CUT },
	{ "cut in the length", SPAN_INIT("\x30\x84\0\0"), false, 0,
	    FAULT_CUT },
	{ "no length", SPAN_INIT("\x30"), false, 0, FAULT_CUT },
	{ "indefinite length", SPAN_INIT("\x30\x80" "ab\0\0"), false, 0,
	    FAULT_VALUE },
	{ "length of five bytes", SPAN_INIT("\x30\x85\0\0\0\0\x02" "ab"),
	    false, 0, FAULT_VALUE },
	{ "reserved length", SPAN_INIT("\x30\xff" "ab"), false, 0,
	    FAULT_VALUE },
	{ "another tag", SPAN_INIT("\x31\x02" "ab"), false, 0, FAULT_NONE },
	{ "nothing", SPAN_INIT(""), false, 0, FAULT_NONE },
};

START_TEST(a_value_is_entered_or_the_fault_is_said)
{
	const struct row *row = &rows[_i];
	uint8_t *copy = exact_copy(row->bytes, row->bytes.len);
	struct reader r = reader_of(span_of(copy, row->bytes.len)), value;
	bool entered = der_enter(&r, DER_SEQUENCE, &value);

	ck_assert_msg(entered == row->entered, "%s", row->name);
	ck_assert_msg(value.in.len == row->value, "%s: %zu", row->name,
	    value.in.len);
	ck_assert_msg(r.fault.kind == row->fault, "%s: fault %d", row->name,
	    r.fault.kind);
	if (!entered && row->fault == FAULT_NONE)
		ck_assert_uint_eq(r.pos, 0);
	free(copy);
}
END_TEST

START_TEST(a_tag_of_two_bytes_is_a_fault)
{
	struct reader r = reader_of(SPAN("\x3f\x81\x01\x00")), value;
	int tag;

	ck_assert(!der_any(&r, &tag, &value));
	ck_assert_int_eq(r.fault.kind, FAULT_VALUE);
	ck_assert_uint_eq(r.fault.offset, 0);
}
END_TEST

START_TEST(an_inner_value_cannot_see_past_the_outer_one)
{
	/* SEQUENCE of 4 { OCTETS of 9 "ab" }, and "cdefghi" behind it */
	struct reader r = reader_of(SPAN("\x30\x04\x04\x09" "abcdefghi"));
	struct reader seq, octets;

	ck_assert(der_enter(&r, DER_SEQUENCE, &seq));
	ck_assert(der_enter(&seq, DER_OCTETS, &octets));
	ck_assert(span_eq(octets.in, SPAN("ab")));
	ck_assert_int_eq(seq.fault.kind, FAULT_CUT);
	ck_assert(reader_ok(&r));
	ck_assert_int_eq(der_tag(&seq), -1);
}
END_TEST

/* A tower of SEQUENCEs costs a step each, and no stack. */
START_TEST(deep_nesting_is_walked_not_recursed)
{
	enum { DEPTH = 20000 };
	uint8_t *tower = malloc(DEPTH * 6);
	struct reader r = reader_of(span_of(tower, DEPTH * 6)), inner;
	size_t depth = 0;

	ck_assert_ptr_nonnull(tower);
	for (size_t i = 0; i < DEPTH; i++) {
		size_t len = (DEPTH - i - 1) * 6;
		const uint8_t head[6] = { 0x30, 0x84, (uint8_t)(len >> 24),
			(uint8_t)(len >> 16), (uint8_t)(len >> 8),
			(uint8_t)len };

		memcpy(tower + i * 6, head, 6);
	}
	while (der_enter(&r, DER_SEQUENCE, &inner)) {
		r = inner;
		depth++;
	}
	ck_assert_uint_eq(depth, DEPTH);
	free(tower);
}
END_TEST

static const struct {
	struct span bytes;
	bool ok;
	int32_t value;
} numbers[] = {
	{ SPAN_INIT("\x00"), true, 0 },
	{ SPAN_INIT("\x7f"), true, 127 },
	{ SPAN_INIT("\x80"), true, -128 },
	{ SPAN_INIT("\x00\xff"), true, 255 },
	{ SPAN_INIT("\xff\xff"), true, -1 },
	{ SPAN_INIT("\x7f\xff\xff\xff"), true, INT32_MAX },
	{ SPAN_INIT("\x80\x00\x00\x00"), true, INT32_MIN },
	/* a UInt32 keeps its bits */
	{ SPAN_INIT("\x00\xff\xff\xff\xff"), true, -1 },
	{ SPAN_INIT(""), false, 7 },
	{ SPAN_INIT("\x00\x00\x00\x00\x00\x01"), false, 7 },
};

START_TEST(numbers_have_a_sign_and_a_bound)
{
	int32_t value = 7;

	ck_assert_int_eq(der_int(numbers[_i].bytes, &value), numbers[_i].ok);
	ck_assert_int_eq(value, numbers[_i].value);
}
END_TEST

START_TEST(an_optional_number_is_one_question)
{
	struct reader r = reader_of(SPAN("\xa1\x03\x02\x01\x2a"));
	int32_t value = 0;

	ck_assert(!der_context_int(&r, 0, DER_INTEGER, &value));
	ck_assert(!der_context_int(&r, 1, DER_ENUM, &value));
	r = reader_of(SPAN("\xa1\x03\x02\x01\x2a"));
	ck_assert(der_context_int(&r, 1, DER_INTEGER, &value));
	ck_assert_int_eq(value, 42);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/der");
	TCase *tc = tcase_create("tag and length");

	tcase_add_loop_test(tc, a_value_is_entered_or_the_fault_is_said, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, a_tag_of_two_bytes_is_a_fault);
	tcase_add_test(tc, an_inner_value_cannot_see_past_the_outer_one);
	tcase_add_test(tc, deep_nesting_is_walked_not_recursed);
	tcase_add_loop_test(tc, numbers_have_a_sign_and_a_bound, 0,
	    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tc, an_optional_number_is_one_question);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
