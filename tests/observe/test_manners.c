/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/manners.h"

#include <stdio.h>

#include "http/fields.h"
#include "run.h"

/* A head, with room for what it says. */
struct head {
	char bytes[2048];
	struct http_field fields[16];
	struct http_message m;
};

static const struct http_message *
read_head(struct head *h, enum http_side side, const char *lines)
{
	struct http_framing framing;
	size_t len = (size_t)snprintf(h->bytes, sizeof(h->bytes), "%s\r\n",
	    lines);

	h->m = (struct http_message){ .seen = true };
	ck_assert(http_fields_read((uint8_t *)h->bytes, len, side, &h->m,
	    h->fields, 16, &framing));
	return &h->m;
}

#define LONG_TOKEN                                                     \
	"TlRMTVNTUAACAAAABgAGADgAAAAFgomi0000000000000000000000000000" \
	"TlRMTVNTUAACAAAABgAGADgAAAAFgomi0000000000000000000000000000" \
	"TlRMTVNTUAACAAAABgAGADgAAAAFgomi0000000000000000000000000000" \
	"TlRMTVNTUAACAAAABgAGADgAAAAFgomi0000000000000000000000000000"

/* Each says something else. */
static const char *const answers[] = {
	"HTTP/1.1 407 Asked\r\n",
	"HTTP/1.1 407 Asked\r\nProxy-Authenticate: Basic realm=\"a\"\r\n",
	"HTTP/1.1 407 Asked\r\nProxy-Authenticate: Basic realm=\"b\"\r\n",
	"HTTP/1.1 407 Asked\r\nProxy-Authenticate: NTLM " LONG_TOKEN "\r\n",
	"HTTP/1.1 407 Asked\r\nServer: a\r\n",
	"HTTP/1.1 407 Asked\r\nVia: a\r\n",
	"HTTP/1.1 407 Asked\r\nVia:\r\n",
	"HTTP/1.1 407 Asked\r\nProxy-Agent: a\r\nX-Cache: b\r\n",
	"HTTP/1.1 407 Asked\r\nProxy-Agent: b\r\nX-Cache: a\r\n",
	"HTTP/1.1 407\r\n",
};

#define N_ANSWERS (sizeof(answers) / sizeof(answers[0]))

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_answer(const struct manner *a, const struct manner *b)
{
	return same(a->reason, b->reason) && same(a->server, b->server) &&
	    same(a->via, b->via) && same(a->proxy_agent, b->proxy_agent) &&
	    same(a->x_cache, b->x_cache) &&
	    a->has_challenges == b->has_challenges &&
	    a->n_challenges == b->n_challenges &&
	    (a->n_challenges == 0 ||
	        same(a->challenges[0].realm, b->challenges[0].realm));
}

/* Whatever was said before, an answer is what it says itself. */
START_TEST(an_answer_is_its_own)
{
	for (size_t before = 0; before < N_ANSWERS; before++)
		for (size_t i = 0; i < N_ANSWERS; i++) {
			struct manners *known = manners_new();
			struct manners *fresh = manners_new();
			struct head h;
			struct manner *a, *b, *c;

			a = manners_of_response(known, read_head(&h,
			    HTTP_SERVER, answers[before]));
			b = manners_of_response(known, read_head(&h,
			    HTTP_SERVER, answers[i]));
			c = manners_of_response(fresh, &h.m);
			ck_assert_msg(same_answer(b, c), "%zu after %zu", i,
			    before);
			/* Once more, and it is the same one. */
			ck_assert((a == b) == (i == before));
			manners_free(known);
			manners_free(fresh);
			manner_let_go(a);
			manner_let_go(b);
			manner_let_go(c);
		}
}
END_TEST

START_TEST(several_fields_of_a_name_are_one_list)
{
	struct manners *known = manners_new();
	struct head h;
	struct manner *m = manners_of_response(known, read_head(&h,
	    HTTP_SERVER, "HTTP/1.1 407 Asked\r\nVia: 1.1 a\r\nX-Cache: x\r\n"
	    "Via: 1.0 b, 1.1 c\r\n"));

	ck_assert_str_eq(m->via, "1.1 a, 1.0 b, 1.1 c");
	manner_let_go(m);
	manners_free(known);
}
END_TEST

START_TEST(a_long_token_belongs_to_its_answer_alone)
{
	struct manners *known = manners_new();
	struct arena arena = { 0 };
	struct fault fault = { 0 };
	struct token *challenges = NULL;
	struct head h;
	struct manner *m = manners_of_response(known,
	    read_head(&h, HTTP_SERVER, answers[3]));

	ck_assert(!m->has_challenges);
	ck_assert_uint_eq(manners_challenges(&h.m, &arena, &challenges,
	    &fault), 1);
	ck_assert_int_eq(challenges[0].scheme, SCHEME_NTLM);
	manner_let_go(m);
	manners_free(known);
	arena_fini(&arena);
}
END_TEST

START_TEST(programs_are_told_apart)
{
	static const char *const requests[] = {
		"GET / HTTP/1.1\r\nUser-Agent: a\r\n",
		"HEAD / HTTP/1.1\r\nUser-Agent: a\r\n",
		"GET / HTTP/1.1\r\nUser-Agent: b\r\n",
		"GET / HTTP/1.1\r\nUser-Agent: a\r\nVia: b\r\n",
		"GET / HTTP/1.1\r\nUser-Agent: a\r\nX-Forwarded-For: b\r\n",
		"GET / HTTP/1.1\r\n",
	};
	enum { N = sizeof(requests) / sizeof(requests[0]) };
	struct manners *known = manners_new();
	struct manner *got[N];
	struct head h;

	for (size_t i = 0; i < N; i++) {
		got[i] = manners_of_request(known,
		    read_head(&h, HTTP_CLIENT, requests[i]));
		for (size_t k = 0; k < i; k++)
			ck_assert_ptr_ne(got[i], got[k]);
		ck_assert_str_eq(got[i]->method, i == 1 ? "HEAD" : "GET");
	}
	ck_assert_str_eq(got[2]->user_agent, "b");
	ck_assert_str_eq(got[3]->via, "b");
	ck_assert_str_eq(got[4]->forwarded_for, "b");
	ck_assert_ptr_null(got[5]->user_agent);
	manners_free(known);
	/* They outlive what remembered them. */
	ck_assert_str_eq(got[0]->user_agent, "a");
	for (size_t i = 0; i < N; i++)
		manner_let_go(got[i]);
}
END_TEST

/* One is longer than what is remembered: it is read all the same. */
START_TEST(what_is_long_is_read_each_time)
{
	struct manners *known = manners_new();
	char lines[1024] = "GET / HTTP/1.1\r\nUser-Agent: ";
	struct head h;

	memset(lines + strlen(lines), 'x', 700);
	strcpy(lines + strlen(lines), "\r\n");

	struct manner *a = manners_of_request(known,
	    read_head(&h, HTTP_CLIENT, lines));
	struct manner *b = manners_of_request(known, &h.m);

	ck_assert_ptr_ne(a, b);
	ck_assert_uint_eq(strlen(a->user_agent), 700);
	manner_let_go(a);
	manner_let_go(b);
	manners_free(known);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("manners");
	TCase *tc = tcase_create("manners");

	tcase_add_test(tc, an_answer_is_its_own);
	tcase_add_test(tc, several_fields_of_a_name_are_one_list);
	tcase_add_test(tc, a_long_token_belongs_to_its_answer_alone);
	tcase_add_test(tc, programs_are_told_apart);
	tcase_add_test(tc, what_is_long_is_read_each_time);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
