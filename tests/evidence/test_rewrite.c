/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames in, frames out: fragments, order, checksums; and the re-check. */
#include <unistd.h>

#include "evidence/checksum.h"
#include "evidence/numbers.h"
#include "evidence/pcapng.h"
#include "evidence/recheck.h"
#include "evidence/rewrite.h"
#include "net/field.h"
#include "run.h"
#include "witness/kdc.h"

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

/* -- neighbours -- */

/* In front of it, the link layer. */
#define ETHERNET_OF(type, subtype)                                             \
	2, 0xab, 0, 0, 0, 2, 2, 0xab, 0, 0, 0, 1, type, subtype

/* 192.0.2.77 at 02:ab:00:00:00:01 answers 198.51.100.9; padding that tells. */
static const uint8_t arp[] = { ETHERNET_OF(8, 6), 0, 1, 8, 0, 6, 4, 0, 2, 2,
	0xab, 0, 0, 0, 1, 192, 0, 2, 77, 2, 0xab, 0, 0, 0, 2, 198, 51, 100, 9,
	'o', 'l', 'd', ' ', 'b', 'y', 't', 'e', 's' };

/* The same in a VLAN, and with hardware that is not Ethernet's. */
static const uint8_t arp_strange[] = { ETHERNET_OF(0x81, 0), 0, 7, 8, 6, 0,
	32, 8, 0, 2, 4, 0, 1, 0xaa, 0xaa, 192, 0, 2, 77, 0xbb, 0xbb, 198, 51,
	100, 9 };

/* fd77::1 asks for fd77::ab:cdef: its source link-layer address, and a nonce
 * (RFC 3971 5.3.2). */
static const uint8_t solicitation[] = { 0x33, 0x33, 0xff, 0xab, 0xcd, 0xef, 2,
	0xab, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 58, 255, 0xfd,
	0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 2, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 1, 0xff, 0xab, 0xcd, 0xef, 135, 0, 0, 0, 0, 0, 0, 0, 0xfd,
	0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd, 0xef, 1, 1, 2, 0xab,
	0, 0, 0, 1, 14, 1, 'n', 'o', 'n', 'c', 'e', '!' };

static size_t copied; /* bytes of the last frame that came out */

static void
copy_out(void *context, const struct frame *f)
{
	memcpy(context, f->bytes.at, f->bytes.len);
	copied = f->bytes.len;
}

/* A frame as it would be in the evidence; false if it would not be. */
static bool
hide(enum redact_level level, struct span was, uint8_t *now)
{
	struct redact *redact = redact_new(level);
	struct names *names = names_new(redact);
	struct mask *mask = mask_new(names);
	struct finding finding = { .n_attempts = 0 };
	struct tally_entry who[] = { { "198.51.100.9", 1 },
		{ "fd77::1", 1 } };
	struct tally_entry whom[] = { { "192.0.2.77", 1 },
		{ "fd77::ab:cdef", 1 } };
	const struct finding *list = &finding;
	struct report report = { .findings = &list, .n_findings = 1 };
	struct frame f = { .number = 1, .link = 1,
		.wire_len = (uint32_t)was.len, .bytes = was };
	struct net *net = net_new();
	struct choice *choice;
	struct rewrite *rewrite;
	struct packet p;

	finding.clients = (struct tally){ who, 2, 2 };
	finding.proxies = (struct tally){ whom, 2, 2 };
	choice = choice_new(&report);
	rewrite = rewrite_new(choice, NULL, mask, copy_out, now);
	copied = 0;
	if (net_decode(net, &f, &p))
		choice_consider(choice, &p, was.len);
	choice_settle(choice, 1000);
	rewrite_frame(rewrite, &f);
	rewrite_finish(rewrite);
	rewrite_free(rewrite);
	choice_free(choice);
	net_free(net);
	mask_free(mask);
	names_free(names);
	redact_free(redact);
	return copied == was.len;
}

static bool
has(const uint8_t *bytes, size_t len, const char *part, size_t part_len)
{
	return memmem(bytes, len, part, part_len) != NULL;
}

START_TEST(an_arp_frame_keeps_all_but_what_pads_it)
{
	uint8_t now[sizeof(arp)];

	ck_assert(hide(REDACT_SECRETS, span_of(arp, sizeof(arp)), now));
	ck_assert_mem_eq(now, arp, 42);
	for (size_t i = 42; i < sizeof(now); i++)
		ck_assert_uint_eq(now[i], 0);
}
END_TEST

START_TEST(an_arp_frame_names_nobody)
{
	uint8_t now[sizeof(arp)];

	ck_assert(hide(REDACT_IDENTITIES, span_of(arp, sizeof(arp)), now));
	/* What it says stays, and who is who. */
	ck_assert_mem_eq(now + 12, arp + 12, 10);
	ck_assert_mem_eq(now + 22, now + 6, 6);
	ck_assert_mem_eq(now + 32, now, 6);
	ck_assert(!has(now, sizeof(now), "\x02\xab", 2));
	ck_assert(!has(now, sizeof(now), "\xc0\x00\x02\x4d", 4));
	ck_assert(!has(now, sizeof(now), "\xc6\x33\x64\x09", 4));
}
END_TEST

START_TEST(hardware_of_another_kind_is_not_shown)
{
	struct span was = span_of(arp_strange, sizeof(arp_strange));
	uint8_t now[sizeof(arp_strange)];

	ck_assert(hide(REDACT_SECRETS, was, now));
	ck_assert_mem_eq(now, was.at, was.len);
	ck_assert(hide(REDACT_IDENTITIES, was, now));
	ck_assert(!has(now, sizeof(now), "\xaa\xaa", 2));
	ck_assert(!has(now, sizeof(now), "\xbb\xbb", 2));
	ck_assert_mem_eq(now + 12, was.at + 12, 14);
}
END_TEST

static uint32_t
icmp_sum(const uint8_t *frame, size_t len)
{
	return sum(span_of(frame + 54, len - 54),
	    sum(span_of(frame + 22, 32), 58 + 40));
}

START_TEST(a_solicitation_names_nobody_and_its_sum_is_right)
{
	uint8_t was[sizeof(solicitation)], now[sizeof(solicitation)];

	memcpy(was, solicitation, sizeof(was));
	put16(was + 56, 0xffff - icmp_sum(was, sizeof(was)));
	ck_assert(hide(REDACT_SECRETS, span_of(was, sizeof(was)), now));
	/* But for the nonce, and so the sum. */
	ck_assert_mem_eq(now, was, 56);
	ck_assert_mem_eq(now + 58, was + 58, sizeof(was) - 58 - 6);
	ck_assert(!has(now, sizeof(now), "nonce", 5));
	ck_assert_uint_eq(icmp_sum(now, sizeof(now)), 0xffff);
	ck_assert(hide(REDACT_IDENTITIES, span_of(was, sizeof(was)), now));
	ck_assert_uint_eq(icmp_sum(now, sizeof(now)), 0xffff);
	ck_assert(!has(now, sizeof(now), "\xab", 1));
	ck_assert(!has(now, sizeof(now), "\xcd\xef", 2));
	/* It is sent to where the target is listened for. */
	ck_assert_mem_eq(now + 38, was + 38, 13);
	ck_assert_mem_eq(now + 51, now + 75, 3);
	ck_assert_mem_eq(now + 3, now + 75, 3);
	ck_assert_mem_eq(now + 80, now + 6, 6);
}
END_TEST

/* Cut anywhere, it is left out or as long as it was. */
START_TEST(every_prefix_of_a_neighbours_frame_is_hidden)
{
	static const struct span frames[] = {
		{ arp, sizeof(arp) },
		{ arp_strange, sizeof(arp_strange) },
		{ solicitation, sizeof(solicitation) },
	};

	for (size_t i = 0; i < 3; i++)
		for (size_t n = 0; n <= frames[i].len; n++) {
			uint8_t *was = exact_copy(frames[i], n);
			uint8_t now[sizeof(solicitation)];

			if (hide(REDACT_IDENTITIES, span_of(was, n), now))
				ck_assert(!has(now, n, "\x02\xab", 2) &&
				    !has(now, n, "\xcd\xef", 2));
			free(was);
		}
}
END_TEST

/* Hosts by their last byte: 1 is the client of a finding, 9 its KDC, which is
 * not there. */
static const struct sight {
	enum { ASKS, ANSWERS, TO_KDC, FROM_KDC } what;
	uint8_t from, to;
	bool in;
} sights[] = {
	{ ASKS, 1, 9, true },
	{ ASKS, 1, 5, false },
	{ ASKS, 2, 9, false },
	{ ASKS, 9, 5, true }, /* it lives */
	{ ANSWERS, 9, 2, true },
	{ ANSWERS, 1, 9, true },
	/* That others answer the client is proven soon. */
	{ ANSWERS, 5, 2, false },
	{ ANSWERS, 5, 1, true },
	{ ANSWERS, 6, 1, true },
	{ ANSWERS, 7, 1, true },
	{ ANSWERS, 8, 1, true },
	{ ANSWERS, 4, 1, false },
	/* And so is that it was a KDC. */
	{ TO_KDC, 1, 5, true },
	{ TO_KDC, 2, 5, false },
	{ TO_KDC, 2, 9, true },
	{ FROM_KDC, 9, 3, true },
	{ TO_KDC, 4, 9, true },
	{ TO_KDC, 6, 9, true },
	{ TO_KDC, 7, 9, false },
	{ TO_KDC, 1, 9, true },
};

static struct address
host(uint8_t last)
{
	return (struct address){ 4, { 192, 0, 2, last } };
}

START_TEST(of_neighbours_goes_in_what_a_verdict_rests_on)
{
	struct kdc_record saw = { .not_there = true };
	struct witness_record record = { .kind = WITNESS_KDC,
		.server = host(9), .saw.kdc = &saw };
	const struct witness_record *records[] = { &record };
	struct attempt attempt = { .connection = { .client = host(1),
		.proxy = host(5), .proxy_port = 3128 } };
	const struct attempt *attempts[] = { &attempt };
	struct finding finding = { .attempts = attempts, .n_attempts = 1,
		.kdc = records, .n_kdc = 1 };
	const struct finding *list = &finding;
	struct report report = { .findings = &list, .n_findings = 1 };
	struct choice *choice;

	list_init(&attempt.observations);
	choice = choice_new(&report);
	for (size_t i = 0; i < sizeof(sights) / sizeof(sights[0]); i++) {
		const struct sight *s = &sights[i];
		bool udp = s->what == TO_KDC || s->what == FROM_KDC;
		struct packet p = {
			.src = host(s->from),
			.dst = host(s->to),
			.arp = udp                 ? 0
			    : s->what == ANSWERS ? ARP_REPLY
			                         : ARP_REQUEST,
			.protocol = udp ? PROTOCOL_UDP : 0,
			.sport = s->what == FROM_KDC ? 88 : 1000,
			.dport = s->what == TO_KDC ? 88 : 1000,
		};

		ck_assert_msg(choice_consider(choice, &p, 60) == s->in,
		    "%zu: %d, from %u to %u", i, s->what, s->from, s->to);
	}
	choice_free(choice);
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
	tcase_add_test(rest, an_arp_frame_keeps_all_but_what_pads_it);
	tcase_add_test(rest, an_arp_frame_names_nobody);
	tcase_add_test(rest, hardware_of_another_kind_is_not_shown);
	tcase_add_test(rest,
	    a_solicitation_names_nobody_and_its_sum_is_right);
	tcase_add_test(rest, every_prefix_of_a_neighbours_frame_is_hidden);
	tcase_add_test(rest, of_neighbours_goes_in_what_a_verdict_rests_on);
	suite_add_tcase(suite, rest);
	return run_suite(suite);
}
