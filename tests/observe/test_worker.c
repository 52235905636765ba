/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets in, observations out. */
#include "observe/worker.h"

#include "run.h"

#define CLIENT 0
#define SERVER 1
#define MOST   8

#define LOGIN                                                                  \
	"GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n"                      \
	"Proxy-Authorization: Basic eDp5\r\n\r\n"
#define NEXT  "GET http://b.test/ HTTP/1.1\r\nHost: b.test\r\n\r\n"
#define HEAD  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
#define BODY  "hello"
#define ASKED                                                                  \
	"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"r\"\r\n"         \
	"Content-Length: 0\r\n\r\n"

struct taken {
	struct observation *at[MOST];
	size_t n;
};

static void
take(void *context, struct observation *o)
{
	struct taken *t = context;

	ck_assert_uint_lt(t->n, MOST);
	t->at[t->n++] = o;
}

/* Sequence numbers so far, by side. */
struct talk {
	struct worker *worker;
	uint32_t seq[2];
	uint64_t frame;
};

static void
say(struct talk *t, int from, uint8_t flags, const char *words, bool captured)
{
	struct packet p = {
		.number = ++t->frame,
		.time = (when_ns)t->frame * WHEN_MS,
		.src = { 4, { 10, 0, 0, (uint8_t)(1 + from) } },
		.dst = { 4, { 10, 0, 0, (uint8_t)(2 - from) } },
		.sport = from == CLIENT ? 5000 : 3128,
		.dport = from == CLIENT ? 3128 : 5000,
		.protocol = PROTOCOL_TCP,
		.tcp_flags = flags,
		.seq = t->seq[from],
		.ack = t->seq[!from],
	};

	p.payload = span_of_str(words);
	p.payload_len = (uint32_t)p.payload.len;
	t->seq[from] += p.payload_len + ((flags & TCP_SYN) != 0);
	if (captured)
		worker_packet(t->worker, &p);
}

/* The answer to the login is lost but for its body: that is known where the
 * login is told, and not only with the next one. */
START_TEST(a_lost_answer_is_known_with_its_request)
{
	struct taken taken = { .n = 0 };
	struct talk t = { .worker = worker_new(take, &taken) };
	const struct observation *login;

	say(&t, CLIENT, TCP_SYN, "", true);
	say(&t, SERVER, TCP_SYN | TCP_ACK, "", true);
	say(&t, CLIENT, TCP_ACK, LOGIN, true);
	say(&t, SERVER, TCP_ACK, HEAD, false);
	say(&t, SERVER, TCP_ACK, BODY, true);
	say(&t, CLIENT, TCP_ACK, NEXT, true);
	say(&t, SERVER, TCP_ACK, ASKED, true);
	worker_finish(t.worker);

	ck_assert_uint_ge(taken.n, 2);
	login = taken.at[0];
	ck_assert_ptr_nonnull(login->request.credentials);
	ck_assert(!login->response.seen);
	ck_assert_uint_eq(login->connection.missing_bytes, strlen(HEAD));
	ck_assert_uint_eq(login->connection.missing_client, 0);
	ck_assert_uint_eq(taken.at[1]->connection.missing_bytes,
	    strlen(HEAD));
	for (size_t i = 0; i < taken.n; i++)
		observation_free(taken.at[i]);
	worker_free(t.worker);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("observe/worker");
	TCase *c = tcase_create("worker");

	tcase_add_test(c, a_lost_answer_is_known_with_its_request);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
