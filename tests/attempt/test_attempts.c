/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What makes one attempt, and what comes of it: read at the end, and live.
 */
#include "acts.h"
#include "run.h"

static const struct row rows[] = {
	{ "NTLM on one connection", "curl",
	    { X(1, PLAIN, OFFER), X(1, T1, T2), X(1, T3, PASS) },
	    "NTLM authenticated - 2 1; " },
	{ "keep-alive after success is one attempt", "curl",
	    { X(1, T1, T2), X(1, T3, PASS), X(1, PLAIN, PASS),
	        X(1, PLAIN, PASS) },
	    "NTLM authenticated - 1 1; " },
	{ "an offer and the answer on the next connection", "Java",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT), X(2, T1, T2),
	        X(2, T3, OFFER) },
	    "NTLM rejected authenticate 3 2; " },
	{ "but not a program that runs again later", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, BASIC, PASS, 11) },
	    "none abandoned offer 1 1; Basic authenticated - 0 1; " },
	{ "single sign-on may wait for its ticket", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, BASIC, PASS, 9) },
	    "Basic authenticated - 1 2; " },
	{ "a person may take a minute", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, T1, T2, 60), X(2, T3, PASS) },
	    "NTLM authenticated - 2 2; " },
	{ "type 3 on another connection than its type 2", "curl",
	    { X(1, T1, T2), X(2, T3, OFFER) },
	    "NTLM rejected authenticate 2 2; " },
	{ "but not the type 3 of another challenge", "curl",
	    { X(1, T1, T2), X(2, T3_OF_OTHER, OFFER),
	        END(1, BY_CLIENT) },
	    "NTLM abandoned challenge 1 1; NTLM rejected authenticate 1 1; " },
	{ "the proxy closes after the type 2", "curl",
	    { X(1, T1, T2), END(1, BY_PROXY) },
	    "NTLM broken challenge 1 1; " },
	{ "the client leaves after the type 2", "curl",
	    { X(1, T1, T2), END(1, BY_CLIENT) },
	    "NTLM abandoned challenge 1 1; " },
	{ "the client leaves as the type 2 says that it has to", "curl",
	    { X(1, T1, T2_END), END(1, BY_CLIENT) },
	    "NTLM broken challenge 1 1; " },
	{ "a type 1 that gets no challenge, then one more", "browser",
	    { X(1, T1, T2), X(1, T3, OFFER), X(1, T1, OFFER) },
	    "NTLM rejected authenticate 2 1; NTLM rejected negotiate 1 1; " },
	{ "a handshake that begins again is a new one", "curl",
	    { X(1, T1, T2), X(1, T1, T2), X(1, T3, PASS) },
	    "NTLM broken challenge 1 1; NTLM authenticated - 1 1; " },
	{ "but one whose answer is not there may have been good", "curl",
	    { X(1, T1, NOTHING), X(1, T1, T2), X(1, T3, PASS) },
	    "NTLM incomplete - 0 1; NTLM authenticated - 1 1; " },
	{ "interleaved handshakes for one target stay apart", "curl",
	    { X(1, PLAIN, OFFER), AT(2, PLAIN, OFFER, "b"), X(1, T1, T2),
	        AT(2, T1, T2, "b"), AT(2, T3, PASS, "b"), X(1, T3, PASS) },
	    "NTLM authenticated - 2 1; NTLM authenticated - 2 1; " },
	{ "Basic: same credentials, same result, one attempt", "apt",
	    { X(1, BASIC, OFFER), X(1, BASIC, OFFER), X(1, BASIC, OFFER) },
	    "Basic rejected credentials 3 1; " },
	{ "Basic: another password is another attempt", "curl",
	    { X(1, BASIC, OFFER), X(1, BASIC_2, PASS), X(1, BASIC_2, PASS) },
	    "Basic rejected credentials 1 1; Basic authenticated - 0 1; " },
	{ "Basic: each connection is another attempt", "Java",
	    { X(1, BASIC, OFFER), X(2, BASIC, OFFER) },
	    "Basic rejected credentials 1 1; "
	    "Basic rejected credentials 1 1; " },
	{ "spare connections of a browser belong to the login", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), X(2, PLAIN, OFFER), X(3, PLAIN, OFFER),
	        X(3, T1, T2), X(3, T3, PASS), END(1, BY_CLIENT),
	        END(2, BY_CLIENT) },
	    "NTLM authenticated - 4 3; " },
	{ "one that it goes back to is counted once", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), X(2, PLAIN, OFFER), X(1, T1, T2),
	        X(1, T3, PASS), END(1, BY_CLIENT), END(2, BY_CLIENT) },
	    "NTLM authenticated - 3 2; " },
	{ "a handshake left when another connection was free", "curl",
	    { AT(1, T1, T2, "a"), AT(2, T1, T2, "a"), AT(1, T3, PASS, "a"),
	        AT(1, PLAIN, PASS, "a"), END(2, BY_CLIENT) },
	    "NTLM authenticated - 1 1; " },
	{ "but not one that ended before the other began", "curl",
	    { X(1, T1, T2), END(1, BY_CLIENT), LATER(2, T1, T2, 1),
	        X(2, T3, PASS) },
	    "NTLM abandoned challenge 1 1; NTLM authenticated - 1 1; " },
	{ "nor beside a login that was refused", "curl",
	    { X(1, T1, T2), X(2, T1, T2), X(1, T3, OFFER),
	        END(2, BY_CLIENT) },
	    "NTLM rejected authenticate 2 1; NTLM abandoned challenge 1 1; " },
	{ "asked elsewhere, had on the connection of a login", "Mozilla/5.0",
	    { AT(1, T1, T2, "b"), AT(1, T3, PASS, "b"), X(2, PLAIN, OFFER),
	        END(2, BY_CLIENT), X(3, PLAIN, OFFER), END(3, BY_CLIENT),
	        X(1, PLAIN, PASS) },
	    "NTLM authenticated - 1 1; " },
	{ "the same with Basic", "Mozilla/5.0",
	    { AT(1, BASIC, PASS, "b"), X(2, PLAIN, OFFER), END(2, BY_CLIENT),
	        X(1, BASIC, PASS) },
	    "Basic authenticated - 0 1; " },
	{ "asked and never answered", "docker",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT) },
	    "none abandoned offer 1 1; " },
	{ "asked, and the capture ends", "docker", { X(1, PLAIN, OFFER) },
	    "none incomplete - 1 1; " },
	{ "asked, and the capture ends at a close", "docker",
	    { X(1, PLAIN, OFFER_CLOSE), END_HALF(1, BY_PROXY) },
	    "none incomplete - 1 1; " },
	{ "asked, and there was time", "docker",
	    { X(1, PLAIN, OFFER), { .connection = 9, .sent = PLAIN,
	        .got = PASS, .target = "z",
	            .seconds = 30 } },
	    "none abandoned offer 1 1; " },
	{ "a ticket is enough", "curl",
	    { X(1, TICKET, PASS), X(1, TICKET, PASS), X(1, PLAIN, PASS) },
	    "Negotiate/Kerberos authenticated - 0 1; " },
	{ "and comes with each request", "curl",
	    { X(1, TICKET, PASS), X(1, TICKET, PASS) },
	    "Negotiate/Kerberos authenticated - 0 1; " },
	{ "but after a refusal it is a login", "curl",
	    { X(1, TICKET, PASS), X(1, TICKET, OFFER), X(1, TICKET, PASS),
	        X(1, TICKET, PASS) },
	    "Negotiate/Kerberos authenticated - 0 1; "
	    "Negotiate/Kerberos rejected ticket 1 1; "
	    "Negotiate/Kerberos authenticated - 0 1; " },
	{ "credentials without an answer, and the proxy hangs up", "curl",
	    { X(1, BASIC, NOTHING), END(1, BY_PROXY) },
	    "Basic broken credentials 0 1; " },
	{ "a request that the proxy's end crossed is none", "curl",
	    { X(1, BASIC, PASS), TOO_LATE(1, BASIC), END(1, BY_PROXY),
	        X(2, BASIC, PASS) },
	    "Basic authenticated - 0 1; Basic authenticated - 0 1; " },
	{ "nor is a login begun anew", "curl",
	    { X(1, T1, T2), X(1, T3, PASS), TOO_LATE(1, T1),
	        END(1, BY_PROXY), X(2, T1, T2), X(2, T3, PASS) },
	    "NTLM authenticated - 1 1; NTLM authenticated - 1 1; " },
	{ "who was refused just now is not broken besides", "curl",
	    { X(1, BASIC, OFFER), TOO_LATE(1, BASIC), END(1, BY_PROXY) },
	    "Basic rejected credentials 1 1; " },
	{ "an answer to an offer that closes is broken", "curl",
	    { X(1, PLAIN, OFFER), TOO_LATE(1, BASIC), END(1, BY_PROXY) },
	    "Basic broken credentials 1 1; " },
	{ "but where one is under way it is broken", "curl",
	    { X(1, T1, T2_END), TOO_LATE(1, T3), END(1, BY_PROXY) },
	    "NTLM broken authenticate 1 1; " },
	{ "an offer that is known later than its answer", "curl",
	    { X(2, BASIC, PASS), LATER(1, PLAIN, OFFER, -1),
	        END(1, BY_CLIENT) },
	    "Basic authenticated - 0 1; " },
	{ "but not one of a minute before", "curl",
	    { X(2, BASIC, PASS), LATER(1, PLAIN, OFFER, -60),
	        END(1, BY_CLIENT) },
	    "Basic authenticated - 0 1; none abandoned offer 1 1; " },
	{ "a spare connection of a browser that ended before", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, PLAIN, OFFER, 20), X(2, T1, T2), X(2, T3, PASS) },
	    "NTLM authenticated - 2 1; " },
	{ "the answer may be among what was lost", "curl",
	    { X(1, T1, T2), END_LOST(1, BY_CLIENT) },
	    "NTLM incomplete - 1 1; " },
	{ "credentials may be in the part of a head that was lost", "curl",
	    { X(1, PLAIN_CUT, OFFER), END(1, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "a 407 whose offers were lost", "curl",
	    { X(1, PLAIN, OFFER_CUT), END(1, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "the next connection's request was lost: it may have answered",
	    "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT), X(2, LOST, PASS),
	        END(2, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "a person's may come later", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, LOST, PASS, 20), END(2, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "asked twice, and had on a connection that began before", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT), X(2, PLAIN, OFFER),
	        END(2, BY_CLIENT), X(3, PLAIN, PASS) },
	    "" },
	{ "but not what was lost a minute later", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, LOST, PASS, 60), END(2, BY_CLIENT) },
	    "none abandoned offer 1 1; " },
	{ "a client that does not even acknowledge what it was asked", "curl",
	    { X(1, PLAIN, OFFER), { .connection = 2, .sent = BASIC,
	        .got = PASS, .target = "z", .seconds = 30 }, UNHEARD(1) },
	    "none incomplete - 1 1; Basic authenticated - 0 1; " },
	{ "a stale nonce, and the new one on the next connection", "Firefox",
	    { X(1, DIGEST, STALE), END(1, BY_PROXY), X(2, DIGEST_NEW, PASS) },
	    "Digest authenticated - 1 2; " },
	{ "but not the old one again", "Firefox",
	    { X(1, DIGEST, STALE), END(1, BY_PROXY), X(2, DIGEST, PASS) },
	    "Digest rejected credentials 1 1; Digest authenticated - 0 1; " },
	{ "a stale nonce, and the next request has the new one", "lwp",
	    { X(1, DIGEST, PASS), AT(1, DIGEST, STALE, "b"),
	        AT(1, DIGEST_NEW, PASS, "c"), END(1, BY_CLIENT) },
	    "Digest authenticated - 0 1; Digest rejected credentials 1 1; " },
	{ "the same of the first request", "lwp",
	    { AT(1, DIGEST, STALE, "b"), AT(1, DIGEST_NEW, PASS, "c"),
	        END(1, BY_CLIENT) },
	    "Digest rejected credentials 1 1; Digest authenticated - 0 1; " },
	{ "but it may be repeated later", "Chrome",
	    { X(1, DIGEST, PASS), AT(1, DIGEST, STALE, "b"),
	        AT(1, DIGEST_NEW, PASS, "c"), AT(1, DIGEST_NEW, PASS, "b"),
	        END(1, BY_CLIENT) },
	    "Digest authenticated - 1 1; " },
	{ "and on another connection, of which the request may be lost",
	    "Chrome",
	    { X(1, DIGEST, PASS), AT(1, DIGEST, STALE, "b"),
	        AT(1, DIGEST_NEW, PASS, "c"), X(2, LOST, PASS),
	        END(1, BY_CLIENT), END(2, BY_CLIENT) },
	    "Digest authenticated - 0 1; Digest incomplete - 1 1; " },
	{ "several at once, and each is repeated", "Chrome",
	    { AT(1, DIGEST, STALE, "b"), AT(1, DIGEST, STALE, "c"),
	        AT(2, DIGEST, STALE, "d"), AT(1, DIGEST_NEW, PASS, "b"),
	        AT(2, DIGEST_NEW, PASS, "c"), AT(1, DIGEST_NEW, PASS, "d"),
	        END(1, BY_CLIENT), END(2, BY_CLIENT) },
	    "Digest authenticated - 2 2; Digest authenticated - 1 1; " },
	{ "a person may sit before a browser of text, too", "w3m/0.5.3",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, BASIC, OFFER, 5) },
	    "Basic rejected credentials 2 2; " },
	{ "a ticket, and the proxy chooses NTLM: one context", "Chrome",
	    { X(1, PLAIN, OFFER), X(1, TICKET, CHOSE_NTLM),
	        X(1, T1_RESP, T2), X(1, T3_RESP, PASS) },
	    "Negotiate/NTLM authenticated - 3 1; " },
	{ "and it may end with a refusal", "Chrome",
	    { X(1, TICKET, CHOSE_NTLM), X(1, T1_RESP, T2),
	        X(1, T3_RESP, OFFER) },
	    "Negotiate/NTLM rejected authenticate 3 1; " },
	{ "the same after NEGOEX", "Chrome",
	    { X(1, NEGOEX_INIT, CHOSE_NTLM), X(1, T1_RESP, T2),
	        X(1, T3_RESP, PASS) },
	    "Negotiate/NTLM authenticated - 2 1; " },
	{ "NEGOEX is no ticket", "Chrome", { X(1, NEGOEX_INIT, OFFER) },
	    "Negotiate rejected negotiate 1 1; " },
	{ "but a NegTokenInit begins another one", "Chrome",
	    { X(1, TICKET, CHOSE_NTLM), X(1, T1_INIT, T2),
	        X(1, T3_RESP, PASS) },
	    "Negotiate/Kerberos broken challenge 1 1; "
	    "Negotiate/NTLM authenticated - 1 1; " },
	{ "so does NTLM that was not chosen", "Chrome",
	    { X(1, TICKET, CHOSE_KERBEROS), X(1, T1_RESP, T2),
	        X(1, T3_RESP, PASS) },
	    "Negotiate/Kerberos broken challenge 1 1; "
	    "Negotiate/NTLM authenticated - 1 1; " },
	{ "and a type 1 after a type 2", "Chrome",
	    { X(1, T1_INIT, T2), X(1, T1_RESP, T2), X(1, T3_RESP, PASS) },
	    "Negotiate/NTLM broken challenge 1 1; "
	    "Negotiate/NTLM authenticated - 1 1; " },
	{ "no proxy authentication, no attempt", "curl",
	    { X(1, PLAIN, PASS), X(1, PLAIN, PASS) }, "" },
};

START_TEST(what_makes_one_attempt)
{
	const struct row *row = &rows[_i];
	struct tracker *tracker = tracker_new();
	struct text out = { 0 };
	when_ns now = 1000 * WHEN_SECOND;
	uint64_t frame = 1;

	for (const struct act *s = row->steps;
	     s < row->steps + 12 && s->connection != 0; s++) {
		now += s->seconds * WHEN_SECOND + WHEN_MS;
		take(tracker, row, s, frame, now);
		frame += 2;
	}
	tracker_now(tracker, now);
	tracker_finish(tracker);
	describe(&out, tracker);
	ck_assert_msg(strcmp(text_get(&out), row->want) == 0,
	    "%s: %s", row->name, text_get(&out));
	text_fini(&out);
	tracker_free(tracker);
}
END_TEST

START_TEST(live_without_an_end_they_are_the_same)
{
	const struct row *row = &rows[_i];
	struct tracker *tracker = tracker_new();
	struct text out = { 0 };
	when_ns now = 1000 * WHEN_SECOND;
	uint64_t frame = 1;
	/* There is always time. */
	const char *want =
	    strncmp(row->name, "asked, and the capture ends", 27) == 0
	    ? "none abandoned offer 1 1; "
	    : row->want;

	for (const struct act *s = row->steps;
	     s < row->steps + 12 && s->connection != 0; s++) {
		now += s->seconds * WHEN_SECOND + WHEN_MS;
		take(tracker, row, s, frame, now);
		frame += 2;
		tracker_settle(tracker);
		tracker_window(tracker);
	}
	/* Time goes by, and nothing comes. */
	tracker_now(tracker, now + 90 * WHEN_SECOND);
	tracker_settle(tracker);
	tracker_window(tracker);
	ck_assert(!tracker_settle(tracker));
	describe(&out, tracker);
	ck_assert_msg(strcmp(text_get(&out), want) == 0,
	    "%s: %s", row->name, text_get(&out));
	text_fini(&out);
	tracker_free(tracker);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("attempt/attempts");
	TCase *c = tcase_create("attempts");

	tcase_add_loop_test(c, what_makes_one_attempt, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, live_without_an_end_they_are_the_same, 0,
	    sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
