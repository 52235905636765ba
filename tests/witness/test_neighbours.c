/* SPDX-License-Identifier: BSD-2-Clause */
/* Who asks for whom and who answers, in; who was lost for whom, out. */
#include "witness/neighbours.h"

#include "base/limits.h"
#include "base/text.h"
#include "run.h"

#define STEPS_MOST 12

/* Hosts are the last byte of an address; 0 is none yet. */
enum what { END, ASKS, ANSWERS, SOLICITS, ADVERTISES };

static const struct row {
	const char *what;
	struct step {
		unsigned ms;
		enum what what;
		uint8_t from, to;
	} steps[STEPS_MOST];
	const char *lost;
} rows[] = {
	{ "asked for three times, and not there",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 },
	        { 2000, ASKS, 1, 2 }, { 9000, ASKS, 9, 8 } },
	    "2 for 1, 3 tries, frames 2 to 4. " },
	{ "the same of IPv6",
	    { { 0, ADVERTISES, 9, 1 }, { 0, SOLICITS, 1, 2 },
	        { 1000, SOLICITS, 1, 2 }, { 2000, SOLICITS, 1, 2 } },
	    "2 for 1, 3 tries, frames 2 to 4. " },
	{ "two requests are no proof",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 } },
	    "" },
	{ "copies are no requests",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1, ASKS, 1, 2 },
	        { 1000, ASKS, 1, 2 }, { 1001, ASKS, 1, 2 } },
	    "" },
	{ "the third request is answered",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 },
	        { 2000, ASKS, 1, 2 }, { 2001, ANSWERS, 2, 1 } },
	    "" },
	{ "it answers another host",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 },
	        { 1500, ANSWERS, 2, 3 }, { 2000, ASKS, 1, 2 } },
	    "" },
	{ "it asks for something itself",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 },
	        { 1500, ASKS, 2, 3 }, { 2000, ASKS, 1, 2 } },
	    "" },
	{ "answers to this client do not reach the capture",
	    { { 0, ANSWERS, 9, 3 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 },
	        { 2000, ASKS, 1, 2 } },
	    "" },
	{ "who has no address yet asks whether one is free",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 0, 2 }, { 1000, ASKS, 0, 2 },
	        { 2000, ASKS, 0, 2 } },
	    "" },
	{ "who tells of itself does not look for itself",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 1 }, { 1000, ASKS, 1, 1 },
	        { 2000, ASKS, 1, 1 } },
	    "" },
	{ "asked for on and on: told of once in five minutes",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 1000, ASKS, 1, 2 },
	        { 2000, ASKS, 1, 2 }, { 20000, ASKS, 1, 2 },
	        { 21000, ASKS, 1, 2 }, { 22000, ASKS, 1, 2 },
	        { 400000, ASKS, 1, 2 }, { 401000, ASKS, 1, 2 },
	        { 402000, ASKS, 1, 2 } },
	    "2 for 1, 3 tries, frames 2 to 4. "
	    "2 for 1, 3 tries, frames 8 to 10. " },
	{ "a request now and then is not asking again and again",
	    { { 0, ANSWERS, 9, 1 }, { 0, ASKS, 1, 2 }, { 5000, ASKS, 1, 2 },
	        { 10000, ASKS, 1, 2 }, { 15000, ASKS, 1, 2 } },
	    "" },
};

static void
on_lost(void *context, const struct neighbour_lost *l)
{
	text_fmt(context, "%u for %u, %u tries, frames %u to %u. ",
	    l->target.bytes[l->target.len - 1],
	    l->asker.bytes[l->asker.len - 1], l->tries,
	    (unsigned)l->first_frame, (unsigned)l->last_frame);
}

static struct address
host(uint8_t n, bool v6)
{
	struct address a = { .len = v6 ? 16 : 4 };

	if (n == 0)
		return a;
	a.bytes[0] = v6 ? 0xfd : 10;
	a.bytes[a.len - 1] = n;
	return a;
}

static void
give(struct neighbours *n, const struct step *s, uint64_t number)
{
	bool v6 = s->what == SOLICITS || s->what == ADVERTISES;
	uint8_t message[24] = { s->what == SOLICITS ? 135 : 136 };
	struct address about = host(s->what == SOLICITS ? s->to : s->from, v6);
	struct packet p = {
		.number = number,
		.time = (when_ns)s->ms * WHEN_MS,
		.src = host(s->from, v6),
		.dst = host(s->to, v6),
		.arp = s->what == ASKS    ? ARP_REQUEST
		    : s->what == ANSWERS ? ARP_REPLY
		                         : 0,
	};

	if (v6) {
		memcpy(message + 8, about.bytes, 16);
		p.protocol = PROTOCOL_ICMP6;
		p.payload = span_of(message, sizeof(message));
		p.payload_len = sizeof(message);
	}
	neighbours_now(n, p.time);
	neighbours_packet(n, &p);
}

START_TEST(who_is_lost)
{
	const struct row *row = &rows[_i];
	struct text lost = { 0 };
	struct neighbours *n = neighbours_new(on_lost, &lost);

	for (unsigned i = 0; i < STEPS_MOST && row->steps[i].what != END; i++)
		give(n, &row->steps[i], i + 1);
	neighbours_finish(n);
	ck_assert_int_eq(neighbours_due(n), INT64_MAX);
	neighbours_free(n);
	ck_assert_msg(strcmp(text_get(&lost), row->lost) == 0,
	    "%s: '%s', not '%s'", row->what, text_get(&lost), row->lost);
	text_fini(&lost);
}
END_TEST

START_TEST(a_scan_of_the_network_stays_small)
{
	struct text lost = { 0 };
	struct neighbours *n = neighbours_new(on_lost, &lost);
	uint64_t hits = limit_hits(LIMIT_NEIGHBOURS);
	struct packet p = { .arp = ARP_REQUEST, .src = host(1, false) };

	for (unsigned i = 0; i < 2 * limit_of(LIMIT_NEIGHBOURS); i++) {
		p.dst = (struct address){ 4, { 10, 1, (uint8_t)(i >> 8),
			(uint8_t)i } };
		neighbours_packet(n, &p);
	}
	ck_assert_uint_eq(limit_hits(LIMIT_NEIGHBOURS) - hits,
	    limit_of(LIMIT_NEIGHBOURS));
	neighbours_finish(n);
	neighbours_free(n);
	ck_assert_str_eq(text_get(&lost), "");
	text_fini(&lost);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("witness/neighbours");
	TCase *c = tcase_create("neighbours");

	tcase_add_loop_test(c, who_is_lost, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, a_scan_of_the_network_stays_small);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
