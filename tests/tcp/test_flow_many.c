/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYNs that nobody answers, of many ports: who is forgotten, in which order,
 * and that the table is good for another capture then.
 */
#include "tcp/flow.h"

#include "base/limits.h"
#include "base/text.h"
#include "run.h"

static enum flow_interest
on_open(void *context, const struct flow_info *info, enum flow_side side,
    struct span first, void **connection)
{
	(void)context;
	(void)info;
	(void)side;
	(void)first;
	(void)connection;
	return FLOW_IGNORE;
}

static void
on_refused(void *context, const struct flow_info *info)
{
	text_fmt(context, "%u ", info->port[FLOW_OPENER]);
}

static const struct flow_sink sink = { .open = on_open,
	.refused = on_refused };

static void
give(struct flow_table *t, uint64_t frame, unsigned port, uint8_t flags)
{
	struct packet p = {
		.number = frame,
		.time = (when_ns)frame * WHEN_MS,
		.src = { 4, { 10, 0, 0, 1 } },
		.dst = { 4, { 10, 0, 0, 2 } },
		.sport = (uint16_t)port,
		.dport = 3128,
		.protocol = PROTOCOL_TCP,
		.tcp_flags = flags,
		.seq = 1,
	};

	flow_table_packet(t, &p);
}

static void
syn(struct flow_table *t, uint64_t frame, unsigned port)
{
	give(t, frame, port, TCP_SYN);
}

static void
expect_ports(struct text *log, unsigned first, unsigned last)
{
	struct text want = { 0 };

	for (unsigned port = first; port <= last; port++)
		text_fmt(&want, "%u ", port);
	/* Longer than what Check can show. */
	ck_assert_msg(strcmp(text_get(log), text_get(&want)) == 0,
	    "not %u to %u in order: %.60s ...", first, last, text_get(log));
	text_fini(&want);
	text_fini(log);
	*log = (struct text){ 0 };
}

#define MANY 3000 /* more than one block, and than the first buckets */

START_TEST(the_end_comes_in_order_of_last_packets)
{
	struct text log = { 0 };
	struct flow_table *t = flow_table_new(&sink, &log);

	/* The last first; then each once more. */
	for (unsigned i = 0; i < MANY; i++)
		syn(t, 1 + i, MANY - i);
	for (unsigned i = 0; i < MANY; i++)
		syn(t, 1 + MANY + i, 1 + i);
	flow_table_finish(t);
	expect_ports(&log, 1, MANY);
	ck_assert_uint_eq(flow_table_counts(t).open, 0);
	flow_table_free(t);
	expect_ports(&log, 1, 0);
}
END_TEST

START_TEST(the_table_takes_another_capture)
{
	struct text log = { 0 };
	struct flow_table *t = flow_table_new(&sink, &log);

	/* Of these, nothing is said when they end: they began before. */
	for (unsigned i = 0; i < MANY; i++)
		give(t, 1 + i, 1 + i, TCP_ACK);
	flow_table_finish(t);
	expect_ports(&log, 1, 0);
	ck_assert_uint_eq(flow_table_counts(t).open, 0);

	/* Of the same ports; and idle for longer than all patience. */
	for (unsigned i = 0; i < MANY / 2; i++)
		syn(t, 1 + MANY + i, 1 + i);
	ck_assert_uint_eq(flow_table_counts(t).open, MANY / 2);
	ck_assert_uint_eq(flow_table_counts(t).connections, MANY + MANY / 2);
	flow_table_time(t, 3 * MANY, 24 * 3600 * WHEN_SECOND);
	expect_ports(&log, 1, MANY / 2);
	ck_assert_uint_eq(flow_table_counts(t).open, 0);
	flow_table_free(t);
	text_fini(&log);
}
END_TEST

START_TEST(the_oldest_goes_where_there_is_no_room)
{
	struct text log = { 0 };
	struct flow_table *t = flow_table_new(&sink, &log);

	limit_set(LIMIT_FLOWS, 100);
	for (unsigned i = 0; i < 150; i++)
		syn(t, 1 + i, 1 + i);
	expect_ports(&log, 1, 50);
	ck_assert_uint_eq(flow_table_counts(t).open, 100);
	flow_table_free(t);
	expect_ports(&log, 51, 150);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tcp/flow, many of them");
	TCase *c = tcase_create("many");

	tcase_add_test(c, the_end_comes_in_order_of_last_packets);
	tcase_add_test(c, the_table_takes_another_capture);
	tcase_add_test(c, the_oldest_goes_where_there_is_no_room);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
