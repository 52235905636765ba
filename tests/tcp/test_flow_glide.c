/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two tables take the same packets: one lets packets glide, the other looks
 * at each of them.  Their owners must be told the same.
 */
#include "base/text.h"
#include "bench/random.h"
#include "run.h"
#include "tcp/flow_parts.h"

#define PACKETS 300
#define SEEDS   80

/*
 * A stream of records: a byte n, and n * 64 bytes that nobody looks at; after
 * an n of 255 nobody looks at anything.
 */
struct owner {
	struct text log;
	const struct flow_table *table;
	uint64_t left[2], went[2];
	uint32_t next[2]; /* sequence numbers; 0: any */
	uint64_t last[2]; /* frames of what went by last */
	unsigned skips;
};

static void
note(struct owner *o, const char *what, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	text_fmt(&o->log, "%s %d: %llu, of frame %llu, said at %llu", what,
	    side, (unsigned long long)n, (unsigned long long)from->frame,
	    (unsigned long long)flow_table_moment(o->table)->frame);
	for (int k = 0; k < 2; k++)
		text_fmt(&o->log, ", went %llu up to %llu",
		    (unsigned long long)o->went[k],
		    (unsigned long long)o->last[k]);
	text_char(&o->log, '\n');
}

static void
expect(struct owner *o, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	if (o->next[side] != 0)
		ck_assert_uint_eq(from->seq, o->next[side]);
	o->next[side] = from->seq + (uint32_t)n;
}

static enum flow_interest
on_open(void *context, const struct flow_info *info, enum flow_side side,
    struct span first, void **connection)
{
	(void)info;
	(void)side;
	(void)first;
	*connection = context;
	return FLOW_FOLLOW;
}

static void
on_bytes(void *connection, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct owner *o = connection;

	expect(o, side, bytes.len, from);
	for (size_t i = 0; i < bytes.len; i++) {
		if (o->left[side] > 0) {
			o->left[side]--;
			o->went[side]++;
			continue;
		}
		note(o, "record", side, bytes.at[i], from);
		o->left[side] = bytes.at[i] == 255 ? UINT64_MAX
		                                   : bytes.at[i] * 64u;
	}
}

static void
on_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct owner *o = connection;

	expect(o, side, n, from);
	note(o, "gap", side, n, from);
	o->left[side] -= n < o->left[side] ? n : o->left[side];
}

static uint64_t
on_idle(void *connection, enum flow_side side)
{
	struct owner *o = connection;

	return o->left[side];
}

static void
on_skip(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct owner *o = connection;

	ck_assert_uint_le(n, o->left[side]);
	expect(o, side, n, from);
	o->skips++;
	o->went[side] += n;
	o->last[side] = from->frame;
	if (o->left[side] != UINT64_MAX)
		o->left[side] -= n;
	/* Where it ends is where its last packet came from. */
	if (o->left[side] == 0)
		note(o, "all", side, 0, from);
}

static void
on_end(void *connection, enum flow_side side, const struct tcp_from *from)
{
	note(connection, "end", side, 0, from);
}

static void
on_close(void *connection, const struct flow_info *info)
{
	struct owner *o = connection;

	text_fmt(&o->log, "close %d, frame %llu, %llu %llu bytes\n",
	    info->close, (unsigned long long)info->last_frame,
	    (unsigned long long)info->delivered[0],
	    (unsigned long long)info->delivered[1]);
}

static void
on_refused(void *context, const struct flow_info *info)
{
	(void)context;
	(void)info;
}

static const struct flow_sink sink = { on_open, on_bytes, on_gap, on_idle,
	on_skip, on_end, NULL, on_close, on_refused };

/* Each packet is looked at: nothing is calm. */
static void
look_at_all(struct flow_table *t)
{
	LIST_EACH (link, &t->followed)
		LIST_OBJECT(link, struct followed, link)->calm = false;
}

static bool
one_of(struct random *r, uint32_t n)
{
	return random_between(r, 1, n) == 1;
}

static struct packet
make_packet(struct random *random, const struct owner *o, uint32_t sent[2],
    uint8_t bytes[1400], bool may_end)
{
	int side = (int)random_between(random, 0, 1);
	bool empty = one_of(random, 4);
	bool ends = may_end && one_of(random, 20);
	uint32_t len = empty ? 0 : random_between(random, 1, 1400);

	/* Just what is left of a record is the packet that ends it. */
	if (!empty && o->left[side] < 1400 && one_of(random, 2))
		len = (uint32_t)o->left[side];

	struct packet p = {
		.src = { 4, { 10, 0, 0, (uint8_t)(1 + side) } },
		.dst = { 4, { 10, 0, 0, (uint8_t)(2 - side) } },
		.sport = side == 0 ? 5000 : 3128,
		.dport = side == 0 ? 3128 : 5000,
		.protocol = PROTOCOL_TCP,
		.tcp_flags = ends ? TCP_ACK | TCP_FIN : TCP_ACK,
		.seq = sent[side],
		.ack = sent[!side],
		.payload_len = len,
	};

	/* The snaplen cuts some. */
	if (len > 0 && one_of(random, 60))
		len--;
	random_bytes(random, bytes, len);
	p.payload = span_of(bytes, len);
	if (!one_of(random, 50)) /* else it is sent again */
		sent[side] += p.payload_len;
	return p;
}

START_TEST(what_glides_is_told_as_if_it_were_looked_at)
{
	struct random random = { (uint64_t)_i };
	uint32_t sent[2] = { 0xfffff000u, 7 };
	struct owner owners[2] = { 0 };
	struct flow_table *tables[2];
	struct packet late = { 0 };
	uint8_t bytes[1400], late_bytes[1400];
	uint64_t number = 0;

	for (int k = 0; k < 2; k++)
		owners[k].table = tables[k] =
		    flow_table_new(&sink, &owners[k]);
	for (int i = 0; i < PACKETS; i++) {
		struct packet p = make_packet(&random, &owners[1], sent,
		    bytes, i > PACKETS * 2 / 3);
		uint32_t fate = random_between(&random, 0, 39);

		if (fate == 0) /* lost */
			continue;
		if (fate == 1 && late.payload_len == 0) {
			memcpy(late_bytes, bytes, sizeof(bytes));
			late = p;
			late.payload.at = late_bytes;
			continue;
		}
		for (int twice = 0; twice < 2; twice++) {
			struct packet *now = twice == 0 ? &p : &late;

			if (twice == 1 &&
			    (fate > 10 || late.payload_len == 0))
				break;
			now->number = ++number;
			now->time = (when_ns)number * WHEN_MS;
			look_at_all(tables[1]);
			for (int k = 0; k < 2; k++)
				flow_table_packet(tables[k], now);
			if (twice == 1)
				late.payload_len = 0;
		}
	}
	for (int k = 0; k < 2; k++)
		flow_table_free(tables[k]);
	ck_assert_str_eq(text_get(&owners[0].log), text_get(&owners[1].log));
	/* Or there was nothing to compare. */
	ck_assert_uint_lt(owners[0].skips, owners[1].skips);
	for (int k = 0; k < 2; k++)
		text_fini(&owners[k].log);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tcp/flow_glide");
	TCase *c = tcase_create("flow_glide");

	tcase_add_loop_test(c, what_glides_is_told_as_if_it_were_looked_at, 0,
	    SEEDS);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
