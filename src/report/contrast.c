/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/contrast.h"

#include "report/words.h"

typedef void field(const struct attempt *a, struct text *t);

static void
add_yes(struct text *t, bool yes)
{
	text_str(t, yes ? "yes" : "no");
}

static void
add_number(struct text *t, int n)
{
	if (n >= 0)
		text_fmt(t, "%d", n);
}

static const struct token *
type3(const struct attempt *a)
{
	return a->authenticate;
}

static const struct token *
ticket(const struct attempt *a)
{
	return a->credentials != NULL && a->credentials->kind == TOKEN_AP_REQ
	    ? a->credentials
	    : NULL;
}

static void
outcome(const struct attempt *a, struct text *t)
{
	text_str(t, outcome_name(a->outcome));
}

static void
offered(const struct attempt *a, struct text *t)
{
	size_t n;
	const struct token *offers = report_offer(a, &n);

	words_schemes(t, offers, n);
}

static void
scheme(const struct attempt *a, struct text *t)
{
	text_str(t, a->scheme_name);
}

static void
program(const struct attempt *a, struct text *t)
{
	text_str(t, a->user_agent != NULL ? a->user_agent : "");
}

static void
user(const struct attempt *a, struct text *t)
{
	if (a->user == NULL)
		return;
	if (a->domain != NULL && a->domain[0] != '\0')
		text_fmt(t, "%s\\", a->domain);
	text_str(t, a->user);
}

static void
method(const struct attempt *a, struct text *t)
{
	if (a->method != NULL)
		text_fmt(t, "%s, HTTP/1.%u", a->method,
		    a->request != NULL ? a->request->version_minor : 1u);
}

static void
keeps_alive(const struct attempt *a, struct text *t)
{
	if (a->request != NULL)
		add_yes(t, a->request->keeps_alive);
}

static void
proxy_keeps_alive(const struct attempt *a, struct text *t)
{
	if (a->response != NULL)
		add_yes(t, a->response->keeps_alive);
}

static void
connections(const struct attempt *a, struct text *t)
{
	text_fmt(t, "%u", a->connections);
}

static void
refusals(const struct attempt *a, struct text *t)
{
	text_fmt(t, "%u", a->responses_407);
}

static void
ntlm_version(const struct attempt *a, struct text *t)
{
	if (type3(a) != NULL)
		text_str(t, ntlm_version_name(type3(a)->ntlm->version));
}

static void
workstation(const struct attempt *a, struct text *t)
{
	if (type3(a) != NULL && type3(a)->ntlm->workstation != NULL)
		text_str(t, type3(a)->ntlm->workstation);
}

static void
mic(const struct attempt *a, struct text *t)
{
	if (type3(a) != NULL)
		add_yes(t, type3(a)->ntlm->has_mic);
}

static void
ntlm_flags(const struct attempt *a, struct text *t)
{
	if (type3(a) != NULL)
		text_fmt(t, "0x%08x", (unsigned)type3(a)->ntlm->flags);
}

static void
node(const struct attempt *a, struct text *t)
{
	if (a->challenge != NULL && a->challenge->ntlm->nb_computer != NULL)
		text_str(t, a->challenge->ntlm->nb_computer);
}

static void
service(const struct attempt *a, struct text *t)
{
	if (ticket(a) != NULL && ticket(a)->kerberos->service != NULL)
		text_str(t, ticket(a)->kerberos->service);
}

static void
realm(const struct attempt *a, struct text *t)
{
	if (ticket(a) != NULL && ticket(a)->kerberos->realm != NULL)
		text_str(t, ticket(a)->kerberos->realm);
}

static void
etype(const struct attempt *a, struct text *t)
{
	const char *name = ticket(a) != NULL
	    ? kerberos_etype_name(ticket(a)->kerberos->ticket_etype)
	    : NULL;

	if (name != NULL)
		text_str(t, name);
}

static void
kvno(const struct attempt *a, struct text *t)
{
	if (ticket(a) != NULL)
		add_number(t, ticket(a)->kerberos->kvno);
}

static void
algorithm(const struct attempt *a, struct text *t)
{
	if (a->scheme == ATTEMPT_DIGEST && a->credentials != NULL)
		text_str(t, a->credentials->digest->algorithm != NULL
		        ? a->credentials->digest->algorithm
		        : "MD5");
}

static void
audience(const struct attempt *a, struct text *t)
{
	if (a->credentials != NULL && a->credentials->bearer->aud != NULL)
		text_str(t, a->credentials->bearer->aud);
}

static void
token_bytes(const struct attempt *a, struct text *t)
{
	if (a->credentials != NULL && a->credentials->bytes > 0)
		text_fmt(t, "%zu", a->credentials->bytes);
}

/* Of the first 407: on another answer the field may be the origin's. */
static void
server(const struct attempt *a, struct text *t)
{
	LIST_EACH (link, &a->observations) {
		const struct observed_response *p =
		    &LIST_OBJECT(link, struct observation, link)->response;

		if (t->len == 0 && p->status == 407 && p->server != NULL)
			text_str(t, p->server);
	}
}

static void
decision(const struct attempt *a, struct text *t)
{
	if (a->verdict_ns >= 0)
		when_length(t, a->verdict_ns);
}

/* `measured`: numbers that always differ and prove nothing by that. */
static const struct {
	const char *label;
	field *add;
	bool measured;
} fields[] = {
	{ "outcome", outcome, true },
	{ "offered", offered, false },
	{ "scheme", scheme, false },
	{ "user", user, false },
	{ "program", program, false },
	{ "request", method, false },
	{ "client keeps the connection", keeps_alive, false },
	{ "proxy keeps the connection", proxy_keeps_alive, false },
	{ "connections used", connections, false },
	{ "407 responses", refusals, true },
	{ "NTLM version", ntlm_version, false },
	{ "workstation", workstation, false },
	{ "message integrity code", mic, false },
	{ "NTLM flags", ntlm_flags, false },
	{ "server in the type 2", node, false },
	{ "Kerberos service", service, false },
	{ "Kerberos realm", realm, false },
	{ "ticket encryption", etype, false },
	{ "key version", kvno, false },
	{ "Digest algorithm", algorithm, false },
	{ "token audience", audience, false },
	{ "token bytes", token_bytes, true },
	{ "Server of the 407", server, false },
	{ "time to the decision", decision, true },
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) <= CONTRAST_ROWS,
    "every field has a row");

static const char *
value_of(const struct attempt *a, field *add, struct arena *arena)
{
	struct text t = { .limit = 300 };

	add(a, &t);

	const char *s = arena_str(arena, span_of_str(text_get(&t)));

	text_fini(&t);
	return s;
}

size_t
contrast_of(const struct attempt *good,
    const struct attempt *bad, struct arena *arena,
    struct contrast_row rows[CONTRAST_ROWS])
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct contrast_row row = { .label = fields[i].label,
			.good = value_of(good, fields[i].add, arena),
			.bad = value_of(bad, fields[i].add, arena) };

		if (row.good[0] == '\0' && row.bad[0] == '\0')
			continue;
		row.differs = !fields[i].measured &&
		    strcmp(row.good, row.bad) != 0;
		rows[n++] = row;
	}
	return n;
}
