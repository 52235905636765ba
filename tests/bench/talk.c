/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <string.h>

#include "bench/connection.h"

/* One in so many logins is refused. */
#define REFUSED 40

static void
say(struct connection *c, bool from_client, size_t body, bool opaque,
    const char *format, ...)
{
	struct message *m = &c->message;
	va_list arguments;

	m->from_client = from_client;
	m->opaque = opaque;
	m->body = body;
	va_start(arguments, format);
	m->head_len = (size_t)vsnprintf(m->head, sizeof(m->head), format,
	    arguments);
	va_end(arguments);
}

/* A TLS record: what is in it, and how long. */
static void
say_record(struct connection *c, bool from_client, char type, size_t len)
{
	struct message *m = &c->message;

	m->from_client = from_client;
	m->opaque = true;
	m->body = len;
	m->head_len = 5;
	m->head[0] = type;
	m->head[1] = m->head[2] = 3;
	m->head[3] = (char)(len >> 8);
	m->head[4] = (char)len;
}

void
talk_begin(struct connection *c, struct random *r)
{
	c->rounds = random_between(r, 1, 12);
	c->size = random_between(r, 200, 40000);
	c->refused = random_between(r, 1, REFUSED) == 1;
	c->login = c->kind;
	if (c->kind == KIND_CONNECT)
		c->login = (enum kind)random_between(r, KIND_NTLM, KIND_TICKET);
	if (c->kind == KIND_TLS || c->kind == KIND_CONNECT)
		c->rounds = random_between(r, 4, 60);
	if (c->kind == KIND_SHORT || c->kind == KIND_TINY)
		c->rounds = random_between(r, 20, 400);
}

/* Hello, hello, then records; `first` is the step at which that begins. */
static bool
tls(struct connection *c, struct random *r, unsigned first)
{
	unsigned step = c->step - first;

	if (step >= c->rounds + 3)
		return false;
	if (step == 0)
		say_record(c, true, 22, 512);
	else if (step == 1)
		say_record(c, false, 22, random_between(r, 2000, 4500));
	else if (step == 2)
		say_record(c, true, 20, 60);
	else if (random_between(r, 0, 7) == 0)
		say_record(c, true, 23, random_between(r, 60, 1400));
	else
		say_record(c, false, 23, random_between(r, 4000, 16384));
	return true;
}

static void
request(struct connection *c, const char *extra)
{
	bool proxied = c->kind != KIND_HTTP;

	say(c, true, 0, false,
	    "GET %s/files/%u/page-%u.html HTTP/1.1\r\n"
	    "Host: www%u.example.test\r\n"
	    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Made/1.0\r\n"
	    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
	    "Accept-Encoding: gzip, deflate\r\n%s%s\r\n",
	    proxied ? "http://www1.example.test" : "", c->user, c->step,
	    proxied ? 1 : c->user,
	    proxied ? "Proxy-Connection: keep-alive\r\n" : "", extra);
}

static void
answer(struct connection *c, struct random *r)
{
	size_t body = random_between(r, 100, (uint32_t)c->size + 100);

	say(c, false, body, false,
	    "HTTP/1.1 200 OK\r\nServer: made/1.0\r\n"
	    "Content-Type: text/html\r\nContent-Length: %zu\r\n%s\r\n",
	    body, c->kind == KIND_HTTP ? "" : "Via: 1.1 proxy (made)\r\n");
}

static void
ask(struct connection *c, const char *challenges)
{
	say(c, false, 3600, false,
	    "HTTP/1.1 407 Proxy Authentication Required\r\n"
	    "Server: squid/5.7\r\nContent-Type: text/html\r\n"
	    "Content-Length: 3600\r\n%sConnection: keep-alive\r\n\r\n",
	    challenges);
}

/* What the client sends along at this step of the login. */
static void
credentials(struct connection *c, struct random *r, unsigned step, char *to,
    size_t size)
{
	static const char *const schemes[] = { [KIND_NTLM] = "NTLM",
		[KIND_BASIC] = "Basic", [KIND_TICKET] = "Negotiate" };
	char token[LOGIN_MAX], user[16];

	snprintf(user, sizeof(user), "user%03u", c->user);
	to[0] = '\0';
	if (c->login == KIND_BASIC)
		login_basic(token, user, c->refused ? 0 : c->user);
	else if (c->login == KIND_TICKET)
		login_ticket(token, r);
	else if (step == 2)
		login_negotiate(token);
	else
		login_authenticate(token, r, user);
	snprintf(to, size, "Proxy-Authorization: %s %s\r\n",
	    schemes[c->login], token);
}

/* The step of the verdict.  Legs of NTLM: request, 407, type 1, 407, type 3,
 * verdict; of the others: request, 407, credentials, verdict. */
static unsigned
verdict_of(const struct connection *c)
{
	return c->login == KIND_NTLM ? 5 : 3;
}

static bool
login(struct connection *c, struct random *r)
{
	static const char offer[] =
	    "Proxy-Authenticate: Negotiate\r\n"
	    "Proxy-Authenticate: NTLM\r\n"
	    "Proxy-Authenticate: Basic realm=\"proxy\"\r\n";
	char fields[LOGIN_MAX + 64] = "";
	unsigned verdict = verdict_of(c);

	if (c->step % 2 == 0) {
		if (c->step > 0)
			credentials(c, r, c->step, fields, sizeof(fields));
		if (c->kind != KIND_CONNECT)
			request(c, fields);
		else
			say(c, true, 0, false,
			    "CONNECT www%u.example.test:443 HTTP/1.1\r\n"
			    "Host: www%u.example.test:443\r\n"
			    "Proxy-Connection: keep-alive\r\n%s\r\n",
			    c->user, c->user, fields);
	} else if (c->step < verdict && c->step == 3) {
		char token[LOGIN_MAX];

		login_challenge(token, r);
		snprintf(fields, sizeof(fields),
		    "Proxy-Authenticate: NTLM %s\r\n", token);
		ask(c, fields);
	} else if (c->step < verdict || c->refused) {
		ask(c, offer);
	} else if (c->kind == KIND_CONNECT) {
		say(c, false, 0, false,
		    "HTTP/1.1 200 Connection established\r\n\r\n");
	} else {
		answer(c, r);
	}
	return true;
}

static bool
proxied(struct connection *c, struct random *r)
{
	unsigned verdict = verdict_of(c);

	if (c->step <= verdict)
		return login(c, r);
	if (c->refused)
		return false;
	if (c->kind == KIND_CONNECT)
		return tls(c, r, verdict + 1);
	if (c->step > verdict + 2 * c->rounds)
		return false;
	if (c->step % 2 == 0)
		request(c, "");
	else
		answer(c, r);
	return true;
}

/* Credentials with each request, from the first on. */
static bool
basic(struct connection *c, struct random *r)
{
	char fields[LOGIN_MAX + 64];

	if (c->step >= 2 * c->rounds)
		return false;
	if (c->step % 2 == 0) {
		credentials(c, r, c->step, fields, sizeof(fields));
		request(c, fields);
	} else if (c->refused) {
		ask(c, "Proxy-Authenticate: Basic realm=\"proxy\"\r\n");
	} else {
		answer(c, r);
	}
	return true;
}

/* Packets of their own, each way in turn, between these sizes. */
static bool
packets(struct connection *c, struct random *r, uint32_t low, uint32_t high)
{
	if (c->step >= 2 * c->rounds)
		return false;
	say(c, c->step % 2 == 0, random_between(r, low, high), true, "%s", "");
	return true;
}

bool
talk_next(struct connection *c, struct random *r)
{
	bool more = false;

	switch (c->kind) {
	case KIND_TLS:
		more = tls(c, r, 0);
		break;
	case KIND_HTTP:
		more = c->step < 2 * c->rounds;
		if (more && c->step % 2 == 0)
			request(c, "");
		else if (more)
			answer(c, r);
		break;
	case KIND_UDP:
		more = packets(c, r, 120, 1400);
		break;
	case KIND_BASIC:
		more = basic(c, r);
		break;
	case KIND_NTLM:
	case KIND_TICKET:
	case KIND_CONNECT:
		more = proxied(c, r);
		break;
	case KIND_SHORT:
		more = packets(c, r, 1, 60);
		break;
	case KIND_TINY:
		more = packets(c, r, 22, 86);
		break;
	case KIND_COUNT:
		break;
	}
	c->step++;
	return more;
}
