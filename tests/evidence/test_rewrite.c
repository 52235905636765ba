/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames in, frames out: fragments, order, checksums; and the re-check. */
#include <unistd.h>

#include "evidence/checksum.h"
#include "evidence/numbers.h"
#include "evidence/pcapng.h"
#include "evidence/recheck.h"
#include "net/field.h"
#include "run.h"

/* Ethernet, IPv4, UDP: 192.0.2.1:1000 to 192.0.2.2:88, eight bytes. */
static const uint8_t datagram[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
	0x45, 0, 0, 36, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	3, 0xe8, 0, 88, 0, 16, 0, 0, 'p', 'a', 'y', 'l', 'o', 'a', 'd', '9' };

static uint32_t
sum(struct span b, uint32_t start)
{
	uint64_t s = start;

	for (size_t i = 0; i < b.len; i++)
		s += i % 2 == 0 ? (uint64_t)b.at[i] << 8 : b.at[i];
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

static uint32_t
ip_sum(const uint8_t *frame)
{
	return sum(span_of(frame + 14, 20), 0);
}

/* The UDP of the datagram, with its pseudo-header. */
static uint32_t
udp_sum(const uint8_t *frame)
{
	return sum(span_of(frame + 34, 16),
	    sum(span_of(frame + 26, 8), 17 + 16));
}

static void
put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static uint8_t *
good_frame(void)
{
	uint8_t *f = exact_copy(span_of(datagram, sizeof(datagram)),
	    sizeof(datagram));

	put16(f + 24, 0xffff - ip_sum(f));
	put16(f + 40, 0xffff - udp_sum(f));
	ck_assert_uint_eq(ip_sum(f), 0xffff);
	ck_assert_uint_eq(udp_sum(f), 0xffff);
	return f;
}

static void
change(const uint8_t *was, uint8_t *now, size_t len)
{
	struct frame f = { .number = 1, .link = 1,
		.wire_len = sizeof(datagram), .bytes = span_of(was, len) };
	struct layers l;

	layers_of_frame(&f, &l);
	ck_assert_int_eq(l.end, LAYERS_PACKET);
	now[29] = 77; /* an address */
	memset(now + 42, 0, len - 42);
	checksum_update(&l, span_of(was, len), now, NULL, NULL);
}

START_TEST(right_checksums_stay_right)
{
	uint8_t *was = good_frame(), *now = good_frame();

	change(was, now, sizeof(datagram));
	ck_assert_uint_eq(ip_sum(now), 0xffff);
	ck_assert_uint_eq(udp_sum(now), 0xffff);
	free(was);
	free(now);
}
END_TEST

START_TEST(wrong_checksums_stay_wrong_by_as_much)
{
	uint8_t *was = good_frame(), *now = good_frame();

	put16(was + 40, field_be16(span_of(was, 50), 40) + 3u);
	memcpy(now, was, sizeof(datagram));

	uint32_t wrong = udp_sum(was);

	change(was, now, sizeof(datagram));
	ck_assert_uint_eq(udp_sum(now), wrong);
	free(was);
	free(now);
}
END_TEST

START_TEST(what_was_left_to_the_card_becomes_right)
{
	uint8_t *was = good_frame(), *now = good_frame();

	put16(was + 40, sum(span_of(was + 26, 8), 17 + 16));
	memcpy(now, was, sizeof(datagram));
	change(was, now, sizeof(datagram));
	ck_assert_uint_eq(udp_sum(now), 0xffff);
	free(was);
	free(now);
}
END_TEST

/* The rest of the bytes does not change, whatever it was. */
START_TEST(a_cut_frame_keeps_what_cannot_be_seen)
{
	uint8_t *whole = good_frame(), *was = good_frame();
	uint8_t *now = good_frame();

	change(was, now, 46);
	memcpy(now + 46, whole + 46, 4);
	ck_assert_uint_eq(udp_sum(now), 0xffff);
	free(whole);
	free(was);
	free(now);
}
END_TEST

static const struct {
	const char *name;
	uint8_t secret[16];
	const char *written;
	bool clean;
} searches[] = {
	{ "nothing of it", "Sp1nney@Otter", "a harmless sentence", true },
	{ "as it is", "Sp1nney@Otter", "see Sp1nney@Otter here", false },
	{ "base64", "Sp1nney@Otter", "U3Axbm5leUBPdHRlcg==", false },
	{ "base64, one byte in", "Sp1nney@Otter", "eFNwMW5uZXlAT3R0ZXI=",
	    false },
	{ "base64, two bytes in", "Sp1nney@Otter", "eHhTcDFubmV5QE90dGVyeA==",
	    false },
	{ "hex", "Sp1nney@Otter", "5370316e6e6579404f74746572", false },
	{ "HEX", "Sp1nney@Otter", "5370316E6E6579404F74746572", false },
	{ "a part of it", "Sp1nney@Otter", "Sp1nney@Ott", true },
};

/* A capture of one frame, whose payload is the sentence. */
static void
write_capture(const char *path, const char *sentence)
{
	struct pcapng p = { .file = fopen(path, "w") };

	ck_assert_ptr_nonnull(p.file);
	pcapng_section(&p, "test", SPAN(""));
	pcapng_interface(&p, 1, "test", NULL);
	pcapng_frame(&p, 0, WHEN_SECOND, span_of_str(sentence),
	    (uint32_t)strlen(sentence), SPAN(""));
	ck_assert_int_eq(p.error, 0);
	fclose(p.file);
}

START_TEST(a_secret_that_was_left_is_found)
{
	char path[] = "/tmp/p407-recheck.XXXXXX";
	int fd = mkstemp(path);
	struct names *names = names_new(NULL);
	struct mask *mask = mask_new(names);
	uint64_t frame = 9;

	ck_assert_int_ge(fd, 0);
	close(fd);
	write_capture(path, searches[_i].written);
	mask_keep(mask, span_of_str((const char *)searches[_i].secret));

	bool clean = recheck_file(path, mask, &frame);

	unlink(path);
	ck_assert_msg(clean == searches[_i].clean, "%s", searches[_i].name);
	ck_assert_uint_eq(frame, clean ? 0 : 1);
	mask_free(mask);
	names_free(names);
}
END_TEST

START_TEST(addresses_keep_their_subnets_and_their_length)
{
	static const char *const given[] = { "10.77.1.4", "10.77.1.5",
		"10.77.2.4", "192.168.100.7", "10.77.1.4", "127.0.0.1" };
	struct numbers *n = numbers_new();
	char made[6][16] = { "" };

	for (int i = 0; i < 6; i++) {
		struct span s = span_of_str(given[i]);
		struct shown shown = { s, (uint8_t *)made[i] };

		ck_assert(numbers_show(n, &shown, s));
		ck_assert_uint_eq(strlen(made[i]), s.len);
	}
	ck_assert_str_ne(made[0], given[0]);
	ck_assert_str_eq(made[0], made[4]);
	ck_assert_str_ne(made[0], made[1]);
	ck_assert(memcmp(made[0], made[1], 8) == 0);
	ck_assert(memcmp(made[0], made[2], 6) == 0);
	ck_assert(memcmp(made[0], made[2], 8) != 0);
	ck_assert_str_eq(made[5], "127.0.0.1");
	numbers_free(n);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("evidence/rewrite");
	TCase *sums = tcase_create("checksums"), *rest = tcase_create("rest");

	tcase_add_test(sums, right_checksums_stay_right);
	tcase_add_test(sums, wrong_checksums_stay_wrong_by_as_much);
	tcase_add_test(sums, what_was_left_to_the_card_becomes_right);
	tcase_add_test(sums, a_cut_frame_keeps_what_cannot_be_seen);
	suite_add_tcase(suite, sums);
	tcase_add_loop_test(rest, a_secret_that_was_left_is_found, 0,
	    (int)(sizeof(searches) / sizeof(searches[0])));
	tcase_add_test(rest, addresses_keep_their_subnets_and_their_length);
	suite_add_tcase(suite, rest);
	return run_suite(suite);
}
