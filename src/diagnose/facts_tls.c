/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How TLS to the proxy went: of the connection at hand, or of the one that
 * the attempt was made on.
 */
#include "diagnose/facts.h"
#include "diagnose/sides.h"

#define SEE_BOTH "capture both directions of the connection from its start"

static const char *const answer_values[] = { "nothing", "TLS", "alert",
	"clear HTTP", "something else", NULL };
static const char *const certificate_values[] = { "empty", "sent", NULL };
static const char *const side_values[] = { "client", "proxy", NULL };

/* Ports that hardly anything but an HTTP proxy has. */
static const uint16_t proxy_ports[] = { 3128, 3129 };

static const struct witness_record *
record_of(const struct subject *s)
{
	if (s->witness != NULL)
		return s->witness->kind == WITNESS_TLS ? s->witness : NULL;
	if (s->attempt != NULL && s->capture != NULL &&
	    s->capture->sides != NULL)
		return sides_tls_of(s->capture->sides, s->attempt);
	return NULL;
}

static const struct tls_record *
tls_of(const struct subject *s)
{
	const struct witness_record *r = record_of(s);

	return r != NULL ? r->saw.tls : NULL;
}

static struct value
answer(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	(void)f;
	if (t == NULL)
		return value_absent();
	if (t->answer == TLS_ANSWER_NONE && (t->incomplete || !t->closed))
		return value_unknown();
	return value_string(answer_values[t->answer]);
}

static struct value
status(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	(void)f;
	return t == NULL || t->status == 0 ? value_absent()
	                                   : value_number(t->status);
}

static struct value
flag(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	return t == NULL
	    ? value_absent()
	    : value_bool(*(const bool *)((const char *)t + f->offset));
}

/* "unknown_ca"; f->offset is the side. */
static struct value
alert(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);
	const struct tls_alert *a = t != NULL ? &t->alert[f->offset] : NULL;
	struct text text = { .limit = 40 };

	if (a == NULL || !a->seen)
		return t != NULL && t->incomplete ? value_unknown()
		                                  : value_absent();
	if (a->encrypted)
		return value_string("encrypted");
	if (tls_alert_name(a->description) != NULL)
		return value_string(tls_alert_name(a->description));
	text_fmt(&text, "alert %u", a->description);

	return value_text(s, &text);
}

static struct value
server_name(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	(void)f;
	return t == NULL ? value_absent() : value_string(t->server_name);
}

static struct value
version(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	if (t == NULL)
		return value_absent();
	return value_string(tls_version_name(f->offset == TLS_CLIENT
	        ? t->client_version
	        : t->server_version));
}

static struct value
client_certificate(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	(void)f;
	if (t == NULL)
		return value_absent();
	if (t->client_certificate == TLS_CERTIFICATE_NOT_SEEN)
		return t->server_version >= 0x0304 ? value_unknown()
		                                   : value_absent();
	return value_string(certificate_values[t->client_certificate - 1]);
}

/* -- the server's certificate, which only older versions show -- */

static const struct tls_certificate *
certificate(const struct subject *s)
{
	const struct tls_record *t = tls_of(s);

	return t != NULL && t->certificate.read ? &t->certificate : NULL;
}

static struct value
certificate_name(const struct subject *s, const struct fact *f)
{
	const struct tls_certificate *c = certificate(s);

	return c == NULL
	    ? value_unknown()
	    : value_string(*(const char *const *)(const void *)(
	          (const char *)c + f->offset));
}

static struct value
expired(const struct subject *s, const struct fact *f)
{
	const struct tls_certificate *c = certificate(s);

	(void)f;
	if (c == NULL || c->not_after == WHEN_NONE)
		return value_unknown();
	return value_bool(record_of(s)->time > c->not_after);
}

static struct value
expired_ago(const struct subject *s, const struct fact *f)
{
	const struct tls_certificate *c = certificate(s);

	(void)f;
	if (c == NULL || c->not_after == WHEN_NONE ||
	    record_of(s)->time <= c->not_after)
		return value_absent();
	return value_duration(record_of(s)->time - c->not_after);
}

static struct value
not_yet_valid(const struct subject *s, const struct fact *f)
{
	const struct tls_certificate *c = certificate(s);

	(void)f;
	if (c == NULL || c->not_before == WHEN_NONE)
		return value_unknown();
	return value_bool(record_of(s)->time < c->not_before);
}

static struct value
self_signed(const struct subject *s, const struct fact *f)
{
	const struct tls_certificate *c = certificate(s);

	(void)f;
	return c == NULL ? value_unknown() : value_bool(c->self_signed);
}

static struct value
name_fits(const struct subject *s, const struct fact *f)
{
	const struct tls_certificate *c = certificate(s);

	(void)f;
	return c == NULL || !c->name_known ? value_unknown()
	                                   : value_bool(c->name_fits);
}

/* -- how it ended -- */

static struct value
closed_by(const struct subject *s, const struct fact *f)
{
	const struct tls_record *t = tls_of(s);

	(void)f;
	if (t == NULL || !(t->left || t->closed))
		return value_absent();
	return value_string(side_values[t->left ? t->left_by : t->closed_by]);
}

/* -- is it a proxy at all? -- */

static struct value
is_known_proxy(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = record_of(s);

	(void)f;
	if (r == NULL || s->capture == NULL || s->capture->sides == NULL)
		return value_absent();
	return value_bool(sides_is_proxy(s->capture->sides, &r->server,
	    r->server_port));
}

static struct value
is_proxy_place(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = record_of(s);

	(void)f;
	if (r == NULL || s->capture == NULL || s->capture->sides == NULL)
		return value_absent();
	if (r->saw.tls->clear_request ||
	    sides_is_proxy(s->capture->sides, &r->server, r->server_port) ||
	    sides_host_is_proxy(s->capture->sides, &r->server))
		return value_bool(true);
	for (size_t i = 0; i < sizeof(proxy_ports) / sizeof(proxy_ports[0]);
	     i++)
		if (r->server_port == proxy_ports[i])
			return value_bool(true);
	return value_bool(false);
}

static struct value
in_attempt(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = record_of(s);

	(void)f;
	if (r == NULL)
		return value_absent();
	return value_bool(s->attempt != NULL ||
	    (s->capture != NULL && s->capture->sides != NULL &&
	        sides_has_attempt(s->capture->sides, r)));
}

#define AT(field) offsetof(struct tls_record, field)
#define CERTIFICATE(field) offsetof(struct tls_certificate, field)
#define SEE_TLS12 "TLS 1.3 hides it: look at the proxy with openssl s_client"

/* Others are answered in TLS where this one speaks in clear. */
static struct value
others_speak(const struct subject *s, const struct fact *f)
{
	const struct connection *c;

	(void)f;
	if (s->attempt == NULL || s->capture == NULL ||
	    s->capture->sides == NULL)
		return value_absent();
	c = &s->attempt->connection;
	return value_bool(sides_in_tls(s->capture->sides, &c->proxy,
	                      c->proxy_port) != NULL);
}

/* clang-format off */
const struct fact facts_of_tls[] = {
	{ "tls.answer", FACT_STRING, SOURCE_WITNESS,
	    "what came back for the TLS hello", SEE_BOTH, NULL,
	    .compute = answer, .values = answer_values },
	{ "tls.clear_request", FACT_BOOL, SOURCE_WITNESS,
	    "the client spoke clear HTTP where TLS was expected", NULL, NULL,
	    .compute = flag, .offset = AT(clear_request) },
	{ "tls.status", FACT_NUMBER, SOURCE_WITNESS,
	    "the HTTP status that answered a TLS hello in clear", NULL,
	    "none", .compute = status },
	{ "tls.established", FACT_BOOL, SOURCE_WITNESS,
	    "the TLS handshake was finished", NULL, NULL, .compute = flag,
	    .offset = AT(established) },
	{ "tls.used", FACT_BOOL, SOURCE_WITNESS,
	    "the client sent something after the TLS handshake", NULL, NULL,
	    .compute = flag, .offset = AT(used) },
	{ "tls.incomplete", FACT_BOOL, SOURCE_WITNESS,
	    "bytes of the TLS handshake are missing", NULL, NULL,
	    .compute = flag, .offset = AT(incomplete) },
	{ "tls.client_alert", FACT_STRING, SOURCE_WITNESS,
	    "the TLS alert that the client sent", SEE_BOTH, "no alert",
	    .compute = alert, .offset = TLS_CLIENT },
	{ "tls.proxy_alert", FACT_STRING, SOURCE_WITNESS,
	    "the TLS alert that the proxy sent", SEE_BOTH, "no alert",
	    .compute = alert, .offset = TLS_SERVER },
	{ "tls.server_name", FACT_STRING, SOURCE_WITNESS,
	    "the server name that the client asked for", NULL, "none",
	    .compute = server_name },
	{ "tls.client_version", FACT_STRING, SOURCE_WITNESS,
	    "the highest TLS version that the client offers", NULL,
	    "an unknown version", .compute = version, .offset = TLS_CLIENT },
	{ "tls.version", FACT_STRING, SOURCE_WITNESS,
	    "the TLS version that the proxy chose", SEE_BOTH,
	    "none", .compute = version, .offset = TLS_SERVER },
	{ "tls.asks_certificate", FACT_BOOL, SOURCE_WITNESS,
	    "the proxy asks for a client certificate, in clear", NULL, NULL,
	    .compute = flag, .offset = AT(asks_certificate) },
	{ "tls.client_certificate", FACT_STRING, SOURCE_WITNESS,
	    "the certificate that the client sent", SEE_TLS12, "none",
	    .compute = client_certificate, .values = certificate_values },
	{ "tls.certificate_subject", FACT_STRING, SOURCE_WITNESS,
	    "the name in the proxy's certificate", SEE_TLS12,
	    "a name that was not seen", .compute = certificate_name,
	    .offset = CERTIFICATE(subject) },
	{ "tls.certificate_issuer", FACT_STRING, SOURCE_WITNESS,
	    "who issued the proxy's certificate", SEE_TLS12,
	    "an issuer that was not seen", .compute = certificate_name,
	    .offset = CERTIFICATE(issuer) },
	{ "tls.certificate_expired", FACT_BOOL, SOURCE_WITNESS,
	    "the proxy's certificate had expired", SEE_TLS12, NULL,
	    .compute = expired },
	{ "tls.certificate_expired_ago", FACT_DURATION, SOURCE_WITNESS,
	    "time since the proxy's certificate expired", SEE_TLS12, "no time",
	    .compute = expired_ago },
	{ "tls.certificate_not_yet_valid", FACT_BOOL, SOURCE_WITNESS,
	    "the proxy's certificate was not valid yet", SEE_TLS12, NULL,
	    .compute = not_yet_valid },
	{ "tls.certificate_self_signed", FACT_BOOL, SOURCE_WITNESS,
	    "the proxy's certificate is signed by itself", SEE_TLS12, NULL,
	    .compute = self_signed },
	{ "tls.certificate_name_fits", FACT_BOOL, SOURCE_WITNESS,
	    "the proxy's certificate has the name that was asked for",
	    SEE_TLS12, NULL, .compute = name_fits },
	{ "tls.closed_by", FACT_STRING, SOURCE_WITNESS,
	    "who ended the TLS connection", SEE_BOTH, "nobody",
	    .compute = closed_by, .values = side_values },
	{ "tls.reset", FACT_BOOL, SOURCE_WITNESS,
	    "the TLS connection was reset", NULL, NULL, .compute = flag,
	    .offset = AT(reset) },
	{ "tls.is_known_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "clients use this address and port as a proxy, in clear", NULL,
	    NULL, .compute = is_known_proxy },
	{ "tls.is_proxy_place", FACT_BOOL, SOURCE_WITNESS,
	    "clients use a proxy at this address, or the port is a proxy's",
	    NULL, NULL, .compute = is_proxy_place },
	{ "tls.is_spoken_there", FACT_BOOL, SOURCE_WITNESS,
	    "others are answered in TLS at the proxy's address and port", NULL,
	    NULL, .compute = others_speak },
	{ "tls.in_attempt", FACT_BOOL, SOURCE_WITNESS,
	    "an attempt to authenticate was made on this connection", NULL,
	    NULL, .compute = in_attempt },
};
/* clang-format on */

const size_t facts_of_tls_count =
    sizeof(facts_of_tls) / sizeof(facts_of_tls[0]);
