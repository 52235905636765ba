/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of a wire for evidence, and what goes when there is much. */
#include "base/limits.h"
#include "evidence/lookback.h"
#include "run.h"

enum { SYN = 2, ACK = 16 };

static struct lookback *lookback;
static uint64_t number;
static when_ns now;

static void
set_up(void)
{
	limit_set(LIMIT_LOOKBACK, 1u << 20);
	lookback = lookback_new(1);
	number = 0;
	now = 1;
}

static void
tear_down(void)
{
	lookback_free(lookback);
}

/* Ethernet, IPv4, TCP: 192.0.2.1:port to 192.0.2.2:3128, or back. */
static void
segment(uint16_t port, bool back, uint8_t flags, const char *head,
    size_t filler)
{
	static uint8_t bytes[2048];
	static const uint8_t layers[54] = { [12] = 8, [14] = 0x45,
		[22] = 64, [23] = 6, [26] = 192, [28] = 2, [29] = 1,
		[30] = 192, [32] = 2, [33] = 2, [46] = 0x50 };
	size_t n = strlen(head), len = 40 + n + filler;
	size_t client = back ? 36 : 34, proxy = back ? 34 : 36;

	ck_assert_uint_le(len + 14, sizeof(bytes));
	memcpy(bytes, layers, sizeof(layers));
	bytes[16] = (uint8_t)(len >> 8);
	bytes[17] = (uint8_t)len;
	if (back) {
		bytes[29] = 2;
		bytes[33] = 1;
	}
	bytes[client] = (uint8_t)(port >> 8);
	bytes[client + 1] = (uint8_t)port;
	bytes[proxy] = 3128 >> 8;
	bytes[proxy + 1] = 3128 & 0xff;
	bytes[47] = flags;
	memcpy(bytes + 54, head, n);
	memset(bytes + 54 + n, 'b', filler);

	const struct frame f = { .number = ++number, .time = now, .link = 1,
		.wire_len = (uint32_t)len + 14,
		.bytes = span_of(bytes, len + 14) };

	lookback_frame(lookback, &f);
}

/* How many frames of a view there are, from `first` on; they are in order. */
static size_t
count(struct lookback_view *v, uint64_t first)
{
	const struct evidence_source *s = lookback_source(v);
	struct frame f;
	uint64_t before = 0;
	size_t n = 0;

	s->rewind(s->context);
	while (s->next(s->context, &f)) {
		ck_assert_uint_gt(f.number, before);
		ck_assert_uint_eq(f.bytes.at[12], 8);
		before = f.number;
		n += f.number >= first;
	}
	return n;
}

/* How many of the frames from `first` on are kept. */
static size_t
kept(uint64_t first)
{
	struct lookback_view *v = lookback_view(&lookback, 1);
	size_t n = count(v, first);

	lookback_view_free(v);
	return n;
}

static void
login(uint16_t port)
{
	segment(port, false, SYN, "", 0);
	segment(port, true, SYN | ACK, "", 0);
	segment(port, false, ACK, "", 0);
	segment(port, false, ACK, "GET http://a.test/ HTTP/1.1\r\n\r\n", 0);
	segment(port, true, ACK, "HTTP/1.1 407 No\r\nContent-Length: 9\r\n\r\n",
	    9);
}

START_TEST(a_login_is_kept_whole_and_in_order)
{
	login(1000);
	ck_assert_uint_eq(kept(1), 5);
	ck_assert_uint_eq(kept(1), 5);
}
END_TEST

/* 10.0.x.y asks for the address 192.0.2.2. */
static void
ask(unsigned who)
{
	uint8_t bytes[42] = { [12] = 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, [28] = 10,
		0, (uint8_t)(who >> 8), (uint8_t)who, [38] = 192, 0, 2, 2 };
	const struct frame f = { .number = ++number, .time = now, .link = 1,
		.wire_len = sizeof(bytes),
		.bytes = span_of(bytes, sizeof(bytes)) };

	lookback_frame(lookback, &f);
}

START_TEST(who_asks_for_a_neighbour_is_kept_and_pushes_out_nothing_else)
{
	login(1000);
	segment(2000, false, SYN, "", 0);
	ask(1);
	ask(1);
	ck_assert_uint_eq(kept(1), 8);
	for (unsigned i = 0; i < 20000; i++)
		ask(i);
	ck_assert_uint_le(lookback_bytes(lookback),
	    limit_of(LIMIT_LOOKBACK) / 7);
	ck_assert_uint_ge(kept(9), 100);
	/* The login and the one who was not answered, not the first ask. */
	ck_assert_uint_eq(kept(1) - kept(9), 6);
}
END_TEST

START_TEST(of_a_long_body_only_its_beginning_is_kept)
{
	login(1000);
	for (int i = 0; i < 1000; i++)
		segment(1000, true, ACK, "", 1400);
	ck_assert_uint_le(kept(6), 4);
	ck_assert_uint_ge(kept(6), 2);
	segment(1000, false, ACK, "GET / HTTP/1.1\r\n\r\n", 0);
	ck_assert_uint_eq(kept(1006), 1);
}
END_TEST

START_TEST(a_head_without_an_end_has_its_bounds)
{
	login(1000);
	for (int i = 0; i < 2000; i++)
		segment(1000, false, ACK, "GET / HTTP/1.1\r\n", 1000);
	ck_assert_uint_le(lookback_bytes(lookback),
	    LOOKBACK_CONNECTION + 4096);
	ck_assert_uint_eq(kept(2005), 1);
}
END_TEST

START_TEST(a_flood_of_connections_pushes_out_no_login)
{
	login(1000);
	for (int i = 0; i < 60000; i++)
		segment((uint16_t)(2000 + i), false, SYN, "", 0);
	ck_assert_uint_le(lookback_bytes(lookback), 1u << 20);
	ck_assert_uint_gt(kept(6), 100);
	ck_assert_uint_eq(kept(1) - kept(6), 5);
	ck_assert_uint_gt(limit_hits(LIMIT_LOOKBACK), 0);
}
END_TEST

START_TEST(many_logins_stay_within_the_limit_and_the_last_are_there)
{
	for (int i = 0; i < 20000; i++)
		login((uint16_t)(2000 + i));
	ck_assert_uint_le(lookback_bytes(lookback), 1u << 20);
	ck_assert_uint_eq(kept(number - 4), 5);
}
END_TEST

START_TEST(what_is_old_goes)
{
	login(1000);
	now += (LOOKBACK_SECONDS + 1) * WHEN_SECOND;
	login(1001);
	ck_assert_uint_eq(kept(1), 5);
	ck_assert_uint_eq(kept(6), 5);
	ck_assert_uint_eq(limit_hits(LIMIT_LOOKBACK), 0);
}
END_TEST

/* What is read stays, whatever comes and goes meanwhile. */
START_TEST(a_view_stays_as_it_is)
{
	struct lookback_view *v;

	segment(1, false, SYN, "", 0);
	segment(1, false, ACK, "GET http://a/ HTTP/1.1\r\n\r\n", 0);
	v = lookback_view(&lookback, 1);
	now += (LOOKBACK_SECONDS + 1) * WHEN_SECOND;
	segment(2, false, SYN, "", 0);
	ck_assert_uint_eq(kept(1), 1);
	ck_assert_uint_eq(count(v, 1), 2);
	ck_assert_uint_eq(count(v, 1), 2);
	lookback_view_free(v);
}
END_TEST

START_TEST(of_several_it_is_in_order)
{
	struct lookback *both[2] = { lookback, lookback_new(2) };
	struct lookback_view *v;

	for (int i = 0; i < 6; i++) {
		lookback = both[i % 2];
		segment((uint16_t)(1 + i), false, SYN, "", 0);
	}
	v = lookback_view(both, 2);
	ck_assert_uint_eq(count(v, 1), 6);
	lookback_view_free(v);
	lookback = both[0];
	lookback_free(both[1]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lookback");
	TCase *c = tcase_create("kept");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_login_is_kept_whole_and_in_order);
	tcase_add_test(c,
	    who_asks_for_a_neighbour_is_kept_and_pushes_out_nothing_else);
	tcase_add_test(c, of_a_long_body_only_its_beginning_is_kept);
	tcase_add_test(c, a_head_without_an_end_has_its_bounds);
	tcase_add_test(c, a_flood_of_connections_pushes_out_no_login);
	tcase_add_test(c,
	    many_logins_stay_within_the_limit_and_the_last_are_there);
	tcase_add_test(c, what_is_old_goes);
	tcase_add_test(c, a_view_stays_as_it_is);
	tcase_add_test(c, of_several_it_is_in_order);
	suite_add_tcase(s, c);
	return run_suite(s);
}
