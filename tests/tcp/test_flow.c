/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets in, a log of the owner's calls out: which side gave which bytes
 * (from which frame), in which order.
 */
#include "tcp/flow.h"

#include "base/text.h"
#include "run.h"

#define PACKETS_MOST 12
#define CLIENT 0
#define SERVER 1

/* Sequence numbers count from 1 behind each SYN, as Wireshark shows them. */
struct step {
	unsigned ms;
	int from; /* CLIENT or SERVER */
	uint8_t flags;
	uint32_t seq, ack;
	const char *payload;
};

static const struct row {
	const char *what;
	struct step steps[PACKETS_MOST];
	const char *log;
} rows[] = {
	{ "bytes come in order",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 3, CLIENT, TCP_FIN | TCP_ACK, 6, 7, "" },
	        { 4, SERVER, TCP_FIN | TCP_ACK, 7, 7, "" } },
	    "C3 'GET a' S4 'HTTP b' end C end S close FIN C" },
	{ "a late segment is waited for",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 6, 1, "bc" },
	        { 2, CLIENT, TCP_ACK, 1, 1, "GET a" } },
	    "C4 'GET a' C3 'bc' close open" },
	{ "an answer that was captured before its question comes after it",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 1, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 2, SERVER, TCP_ACK, 7, 8, "d" },
	        { 3, CLIENT, TCP_ACK, 6, 7, "cc" } },
	    "C3 'GET a' S4 'HTTP b' C6 'cc' S5 'd' close open" },
	{ "what was acknowledged and never comes is a gap before the answer",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 1, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 2, SERVER, TCP_ACK, 7, 8, "d" },
	        { 3, CLIENT, TCP_ACK, 8, 8, "ee" },
	        { 4, SERVER, TCP_ACK, 8, 10, "f" },
	        { 90, CLIENT, TCP_ACK, 10, 9, "" } },
	    "C3 'GET a' S4 'HTTP b' C gap 2 S5 'd' C6 'ee' S7 'f' close open" },
	{ "what was not acknowledged is waited for until the end",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, CLIENT, TCP_ACK, 8, 1, "ee" },
	        { 900, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 990, CLIENT, TCP_ACK, 6, 7, "cc" } },
	    "C3 'GET a' S5 'HTTP b' C6 'cc' C4 'ee' close open" },
	{ "a FIN that acknowledges a FIN is the second one",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 3, SERVER, TCP_FIN | TCP_ACK, 7, 7, "" },
	        { 3, CLIENT, TCP_FIN | TCP_ACK, 6, 7, "" } },
	    "C3 'GET a' S4 'HTTP b' end S end C close FIN C" },
	{ "a FIN that nobody answers ends one half",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_FIN | TCP_ACK, 1, 6, "" } },
	    "C3 'GET a' end S close FIN S, half" },
	{ "unless it is answered by data, and that by a reset",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_FIN | TCP_ACK, 1, 6, "" },
	        { 3, CLIENT, TCP_ACK, 6, 2, "x" },
	        { 3, SERVER, TCP_RST, 2, 0, "" } },
	    "C3 'GET a' end S C5 'x' close FIN S" },
	{ "a reset ends it",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_RST, 1, 6, "" } },
	    "C3 'GET a' end S close RST S" },
	{ "a reset after one's own FIN, too: nobody reads on",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 2, CLIENT, TCP_FIN | TCP_ACK, 6, 1, "" },
	        { 2, CLIENT, TCP_RST, 6, 0, "" },
	        { 30, SERVER, TCP_ACK, 7, 7, "" },
	        { 30, SERVER, TCP_ACK, 7, 7, "d" } },
	    "C3 'GET a' S4 'HTTP b' end C close FIN C" },
	{ "but what it answers may have been captured behind it",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_RST, 1, 6, "" },
	        { 3, CLIENT, TCP_ACK, 6, 1, "bc" },
	        { 30, CLIENT, TCP_ACK, 8, 1, "" },
	        { 30, CLIENT, TCP_ACK, 8, 1, "d" } },
	    "C3 'GET a' end S C5 'bc' close RST S" },
	{ "its owner has seen enough: it is closed, and costs no call any more",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "BYE" },
	        { 2, SERVER, TCP_ACK, 1, 4, "HTTP b" },
	        { 3, SERVER, TCP_FIN | TCP_ACK, 7, 4, "" } },
	    "C3 'BYE' close open" },
	{ "a SYN that was captured behind the first bytes is theirs",
	    { { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 1, CLIENT, TCP_SYN, 0, 0, "" },
	        { 2, SERVER, TCP_ACK, 1, 6, "HTTP b" } },
	    "C2 'GET a' S4 'HTTP b' close open" },
	{ "the same ports again are another connection",
	    { { 1, CLIENT, TCP_ACK, 1, 1, "GET a" },
	        { 2, SERVER, TCP_ACK, 1, 6, "HTTP b" },
	        { 9, CLIENT, TCP_SYN, 9999, 0, "" },
	        { 9, SERVER, TCP_SYN | TCP_ACK, 9999, 10000, "" },
	        { 9, CLIENT, TCP_ACK, 10000, 10000, "GET c" } },
	    "C1 'GET a' S2 'HTTP b' close openC5 'GET c' close open" },
	{ "nobody answers a SYN",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 999, CLIENT, TCP_SYN, 0, 0, "" } },
	    "refused 2 SYN" },
	{ "a connection that does not matter costs no call",
	    { { 0, CLIENT, TCP_SYN, 0, 0, "" },
	        { 0, SERVER, TCP_SYN | TCP_ACK, 0, 1, "" },
	        { 1, CLIENT, TCP_ACK, 1, 1, "\x16\x03\x01" },
	        { 2, SERVER, TCP_ACK, 1, 4, "HTTP b" } },
	    "" },
};

static const char names[] = "CS";

static enum flow_interest
on_open(void *context, const struct flow_info *info, enum flow_side side,
    struct span first, void **connection)
{
	(void)info;
	(void)side;
	if (span_starts(first, SPAN("\x16")))
		return FLOW_IGNORE;
	*connection = context;
	return FLOW_FOLLOW;
}

static void
on_bytes(void *connection, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	text_fmt(connection, "%c%d '%.*s' ", names[side], (int)from->frame,
	    (int)bytes.len, (const char *)bytes.at);
}

static void
on_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	(void)from;
	text_fmt(connection, "%c gap %d ", names[side], (int)n);
}

static uint64_t
on_idle(void *connection, enum flow_side side)
{
	(void)connection;
	(void)side;
	return 0;
}

static void
on_skip(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	(void)from;
	text_fmt(connection, "%c skip %d ", names[side], (int)n);
}

static void
on_end(void *connection, enum flow_side side, const struct tcp_from *from)
{
	(void)from;
	text_fmt(connection, "end %c ", names[side]);
}

static bool
on_over(void *connection)
{
	/* "BYE" is all that its owner waits for. */
	return strstr(text_get(connection), "BYE") != NULL;
}

static void
on_close(void *connection, const struct flow_info *info)
{
	bool closed = info->close == FLOW_FIN || info->close == FLOW_RST;

	text_fmt(connection, "close %s",
	    info->close == FLOW_FIN       ? "FIN "
	        : info->close == FLOW_RST ? "RST "
	                                  : "open");
	if (closed)
		text_fmt(connection, "%c", names[info->closed_by]);
	if (info->half)
		text_str(connection, ", half");
}

static void
on_refused(void *context, const struct flow_info *info)
{
	text_fmt(context, "refused %u SYN", info->syns);
}

static const struct flow_sink sink = { on_open, on_bytes, on_gap, on_idle,
	on_skip, on_end, on_over, on_close, on_refused };

/* Numbers begin just before they wrap. */
#define ISN UINT32_C(0xfffffffe)

START_TEST(calls_come_in_order)
{
	const struct row *row = &rows[_i];
	struct text log = { 0 };
	struct flow_table *t = flow_table_new(&sink, &log);

	for (unsigned i = 0; i < PACKETS_MOST; i++) {
		const struct step *s = &row->steps[i];
		struct packet p = {
			.number = i + 1,
			.time = (when_ns)s->ms * WHEN_MS,
			.src = { 4, { 10, 0, 0, (uint8_t)(1 + s->from) } },
			.dst = { 4, { 10, 0, 0, (uint8_t)(2 - s->from) } },
			.sport = s->from == CLIENT ? 5000 : 3128,
			.dport = s->from == CLIENT ? 3128 : 5000,
			.protocol = PROTOCOL_TCP,
			.tcp_flags = s->flags,
			.seq = ISN + s->seq,
			.ack = ISN + s->ack,
		};

		if (s->payload == NULL)
			break;
		p.payload = span_of_str(s->payload);
		p.payload_len = (uint32_t)p.payload.len;
		flow_table_packet(t, &p);
	}
	flow_table_free(t);
	ck_assert_msg(strcmp(text_get(&log), row->log) == 0,
	    "%s:\n%s\nnot\n%s", row->what, text_get(&log), row->log);
	text_fini(&log);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tcp/flow");
	TCase *c = tcase_create("flow");

	tcase_add_loop_test(c, calls_come_in_order, 0,
	    sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
