/* SPDX-License-Identifier: BSD-2-Clause */
/* What libndpi calls hosts and bytes.  Without it there is nothing to test. */
#include "witness/apps.h"

#include <stdio.h>

#include "run.h"

static const struct host_row {
	const char *host, *name;
} hosts[] = {
	{ "login.microsoftonline.com", "Microsoft365" },
	{ "teams.microsoft.com", "Teams" },
	{ "www.google.com", "Google" },
	{ "intranet.corp.example", NULL },
	{ "10.77.0.20", NULL },
	{ "", NULL },
};

#define BYTES(s) { (const uint8_t *)(s), sizeof(s) - 1 }

/* A hello for one server name, of the shape of RFC 8446 4.1.2. */
#define HELLO                                                                  \
	"\x16\x03\x01\x00\x57\x01\x00\x00\x53\x03\x03"                         \
	"0123456789abcdef0123456789abcdef"                                     \
	"\x00\x00\x04\xc0\x2f\x00\x9c\x01\x00\x00\x26"                         \
	"\x00\x00\x00\x1e\x00\x1c\x00\x00\x19login.microsoftonline.com"        \
	"\x00\x17\x00\x00"

static const struct talk_row {
	const char *what;
	struct span client, server;
	bool server_first;
	uint16_t port;
	const char *name;
} talks[] = {
	{ "a TLS hello with a name", BYTES(HELLO), { NULL, 0 }, false, 443,
	    "TLS.Microsoft365" },
	{ "a server that greets", { NULL, 0 },
	    BYTES("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"), true, 22,
	    "SSH" },
	{ "a client on an odd port",
	    BYTES("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
	    BYTES("SSH-2.0-dropbear_2022.83\r\n"), false, 3128, "SSH" },
	{ "clear HTTP in a tunnel",
	    BYTES("GET / HTTP/1.1\r\nHost: www.google.com\r\n\r\n"),
	    BYTES("HTTP/1.1 200 OK\r\n\r\n"), false, 443, "HTTP.Google" },
	{ "a remote desktop",
	    BYTES("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08"
	          "\x00\x03\x00\x00\x00"), { NULL, 0 }, false, 443, "RDP" },
	{ "a swarm",
	    BYTES("\x13" "BitTorrent protocol\0\0\0\0\0\0\0\0"
	          "aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbb"), { NULL, 0 },
	    false, 443, "BitTorrent" },
	{ "bytes of nothing", BYTES("xxxxxxxxxx"), BYTES("yyyyyyyyyyyyy"),
	    false, 443, NULL },
	{ "no bytes", { NULL, 0 }, { NULL, 0 }, false, 443, NULL },
};

#define N(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

static struct apps *apps;

static void
make(void)
{
	apps = apps_new();
}

static void
end(void)
{
	apps_free(apps);
}

START_TEST(a_host_is_named)
{
	const char *name = apps_of_host(apps, span_of_str(hosts[_i].host));

	ck_assert_pstr_eq(name, hosts[_i].name);
}
END_TEST

static struct apps_talk
talk_of(const struct talk_row *row)
{
	return (struct apps_talk){ row->client, row->server, row->port,
		row->server_first };
}

START_TEST(bytes_are_named)
{
	const struct talk_row *row = &talks[_i];
	const struct apps_talk talk = talk_of(row);
	struct text name = { 0 };
	bool known = apps_of_talk(apps, &talk, &name);

	ck_assert_msg(known == (row->name != NULL), "%s: %s", row->what,
	    text_get(&name));
	ck_assert_str_eq(text_get(&name), known ? row->name : "");
	text_fini(&name);
}
END_TEST

START_TEST(every_prefix_is_fine)
{
	struct apps_talk talk = talk_of(&talks[0]);
	struct text name = { 0 };

	for (size_t n = 0; n <= talks[0].client.len; n++) {
		uint8_t *copy = exact_copy(talks[0].client, n);

		text_clear(&name);
		talk.client = span_of(copy, n);
		apps_of_talk(apps, &talk, &name);
		ck_assert_uint_le(name.len, strlen(talks[0].name));
		free(copy);
	}
	text_fini(&name);
}
END_TEST

int
main(void)
{
	struct apps *probe = apps_new();
	bool there = probe != NULL && apps_open(probe);

	apps_free(probe);
	if (!there) {
		puts("libndpi is not here: applications are not named");
		return 77;
	}

	Suite *s = suite_create("apps");
	TCase *c = tcase_create("apps");

	tcase_add_checked_fixture(c, make, end);
	tcase_add_loop_test(c, a_host_is_named, 0, N(hosts));
	tcase_add_loop_test(c, bytes_are_named, 0, N(talks));
	tcase_add_test(c, every_prefix_is_fine);
	suite_add_tcase(s, c);
	return run_suite(s);
}
