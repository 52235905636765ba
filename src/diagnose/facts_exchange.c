/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the last exchange of an attempt shows, how good the capture of it is,
 * who the two ends are, and the counts of a finding.
 */
#include "diagnose/facts.h"

#include "http/exchange.h"

#define BOTH_DIRECTIONS                                                        \
	"capture both directions of this connection, from its first packet"

static const char *const version_values[] = { "1.0", "1.1", NULL };

/* -- the last request -- */

static struct value
request_version(const struct subject *s, const struct fact *f)
{
	const struct observed_request *q = s->attempt->request;

	(void)f;
	if (q == NULL)
		return value_unknown();
	return value_string(version_values[q->version_minor == 0 ? 0 : 1]);
}

static struct value
request_flag(const struct subject *s, const struct fact *f)
{
	const struct observed_request *q = s->attempt->request;

	if (q == NULL)
		return value_unknown();
	return value_bool(*(const bool *)((const char *)q + f->offset));
}

static struct value
request_text(const struct subject *s, const struct fact *f)
{
	const struct observed_request *q = s->attempt->request;

	if (q == NULL)
		return value_unknown();
	return value_string(*(const char *const *)(const void *)(
	    (const char *)q + f->offset));
}

static struct value
body_bytes(const struct subject *s, const struct fact *f)
{
	const struct observed_request *q = s->attempt->request;

	(void)f;
	return q == NULL ? value_unknown()
	                 : value_number((double)q->content_length);
}

static struct value
credential_fields(const struct subject *s, const struct fact *f)
{
	const struct observed_request *q = s->attempt->request;

	(void)f;
	return q == NULL ? value_unknown() : value_number(q->n_credentials);
}

/* -- the last response -- */

static struct value
no_response(const struct subject *s)
{
	return s->attempt->capture_complete ? value_absent()
	                                    : value_unknown();
}

static struct value
response_text(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p = s->attempt->response;

	if (p == NULL)
		return no_response(s);
	return value_string(*(const char *const *)(const void *)(
	    (const char *)p + f->offset));
}

static struct value
response_flag(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p = s->attempt->response;

	if (p == NULL)
		return no_response(s);
	return value_bool(*(const bool *)((const char *)p + f->offset));
}

static struct value
response_version(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p = s->attempt->response;

	(void)f;
	if (p == NULL)
		return no_response(s);
	return value_string(version_values[p->version_minor == 0 ? 0 : 1]);
}

/* f->offset is an enum http_flaw here. */
static struct value
response_flaw(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p = s->attempt->response;

	if (p == NULL)
		return no_response(s);
	return value_bool((p->flaws & f->offset) != 0);
}

/* Each proxy on the way adds itself, separated by commas. */
static struct value
via_count(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p = s->attempt->response;
	unsigned n = 0;

	(void)f;
	if (p == NULL)
		return no_response(s);
	for (const char *c = p->via; c != NULL && *c != '\0'; c++)
		n += *c == ',';
	return value_number(p->via != NULL ? n + 1 : 0);
}

static struct value
response_realm(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	for (size_t i = 0; i < a->n_last_offers; i++)
		if (a->last_offers[i].realm != NULL)
			return value_string(a->last_offers[i].realm);
	return value_absent();
}

/* Field Date against the clock of the capture. */
static struct value
date_skew(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p = s->attempt->response;

	(void)f;
	if (p == NULL)
		return no_response(s);
	if (p->date == WHEN_NONE)
		return value_absent();

	int64_t skew = when_between(p->time, p->date);

	/* Date has whole seconds. */
	return value_duration(skew < 0 ? -skew : skew);
}

/* -- the capture, the two ends, the finding -- */

static struct value
directions(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt == NULL ? value_absent()
	                          : value_number(s->attempt->directions);
}

static struct value
missing(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt == NULL
	    ? value_absent()
	    : value_number((double)s->attempt->missing_bytes);
}

static struct value
complete(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt == NULL ? value_absent()
	                          : value_bool(s->attempt->capture_complete);
}

static struct value
began(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt == NULL ? value_absent()
	                          : value_bool(s->attempt->connection.began);
}

static void
add_end(struct text *t, const struct subject *s, bool proxy)
{
	const struct connection *c = s->attempt != NULL
	    ? &s->attempt->connection
	    : &s->refused->connection;

	if (proxy)
		address_port_add(t, &c->proxy, c->proxy_port);
	else
		address_add(t, &c->client);
}

static struct value
address(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 80 };

	/* f->offset tells whose. */
	add_end(&t, s, f->offset == 1);
	return value_text(s, &t);
}

static struct value
group_count(const struct subject *s, const struct fact *f)
{
	return value_number((double)*(const size_t *)(const void *)(
	    (const char *)s->group + f->offset));
}

/* "once", "twice", "19 times" */
static struct value
group_times(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 40 };

	(void)f;
	if (s->group->times == 1)
		return value_string("once");
	if (s->group->times == 2)
		return value_string("twice");
	text_fmt(&t, "%zu times", s->group->times);

	return value_text(s, &t);
}

/* One client by its address, more by their number; f->offset 1: what runs. */
static struct value
group_whom(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 400 };
	const char *agent = s->attempt != NULL ? s->attempt->user_agent : NULL;

	if (s->group->clients > 1) {
		text_fmt(&t, "%s%zu clients",
		    f->offset == 1 ? "programs on " : "", s->group->clients);
	} else {
		if (f->offset == 1)
			text_fmt(&t, "%s on ", agent != NULL ? agent
			    : "a program that does not name itself");
		add_end(&t, s, false);
	}

	return value_text(s, &t);
}

/* One user by the name, more by their number; and where. */
static struct value
group_login(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 400 };

	if (s->group->users == 0)
		return group_whom(s, f);
	if (s->group->users > 1)
		text_fmt(&t, "%zu users", s->group->users);
	else if (s->attempt != NULL && s->attempt->user != NULL)
		facts_full_user(&t, s->attempt);
	else
		text_str(&t, "one user");
	text_str(&t, " on ");
	if (s->group->clients > 1)
		text_fmt(&t, "%zu clients", s->group->clients);
	else
		add_end(&t, s, false);
	return value_text(s, &t);
}

static struct value
group_length(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_duration(s->group->last - s->group->first);
}

static struct value
group_time(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 40 };

	when_day_time(&t, f->offset == 0 ? s->group->first : s->group->last);

	return value_text(s, &t);
}

#define REQUEST(field)  .offset = offsetof(struct observed_request, field)
#define RESPONSE(field) .offset = offsetof(struct observed_response, field)
#define GROUP(field)    .offset = offsetof(struct group_counts, field)

/* clang-format off */
const struct fact facts_of_exchange[] = {
	{ "request.version", FACT_STRING, SOURCE_ATTEMPT,
	    "the HTTP version of the last request", BOTH_DIRECTIONS, NULL,
	    .compute = request_version, .values = version_values },
	{ "request.keeps_alive", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last request lets the connection stay open",
	    BOTH_DIRECTIONS, NULL,
	    .compute = request_flag, REQUEST(keeps_alive) },
	{ "request.origin_form", FACT_BOOL, SOURCE_ATTEMPT,
	    "the request has the form for a server, not for a proxy",
	    BOTH_DIRECTIONS, NULL,
	    .compute = request_flag, REQUEST(origin_form) },
	{ "request.has_authorization", FACT_BOOL, SOURCE_ATTEMPT,
	    "the request carries an Authorization field",
	    BOTH_DIRECTIONS, NULL, .compute = request_flag,
	    REQUEST(has_authorization) },
	{ "request.has_host", FACT_BOOL, SOURCE_ATTEMPT,
	    "the request has a Host field", BOTH_DIRECTIONS, NULL,
	    .compute = request_flag, REQUEST(has_host) },
	{ "request.body_bytes", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the Content-Length of the last request", BOTH_DIRECTIONS, NULL,
	    .compute = body_bytes },
	{ "request.credential_fields", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many Proxy-Authorization fields the last request has",
	    BOTH_DIRECTIONS, NULL, .compute = credential_fields },
	{ "request.forwarded_for", FACT_STRING, SOURCE_ATTEMPT,
	    "the X-Forwarded-For field of the request", BOTH_DIRECTIONS,
	    "none", .compute = request_text, REQUEST(forwarded_for) },

	{ "response.version", FACT_STRING, SOURCE_ATTEMPT,
	    "the HTTP version of the last response", BOTH_DIRECTIONS, NULL,
	    .compute = response_version, .values = version_values },
	{ "response.keeps_alive", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last response lets the connection stay open",
	    BOTH_DIRECTIONS, NULL,
	    .compute = response_flag, RESPONSE(keeps_alive) },
	{ "response.reason", FACT_STRING, SOURCE_ATTEMPT,
	    "the reason phrase of the last response", BOTH_DIRECTIONS,
	    "none", .compute = response_text, RESPONSE(reason) },
	{ "response.server", FACT_STRING, SOURCE_ATTEMPT,
	    "the Server field of the last response", BOTH_DIRECTIONS,
	    "a proxy that does not name itself",
	    .compute = response_text, RESPONSE(server) },
	{ "response.via", FACT_STRING, SOURCE_ATTEMPT,
	    "the Via field of the last response", BOTH_DIRECTIONS, "none",
	    .compute = response_text, RESPONSE(via) },
	{ "response.via_count", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many proxies the Via field of the last response names",
	    BOTH_DIRECTIONS, NULL, .compute = via_count },
	{ "response.proxy_agent", FACT_STRING, SOURCE_ATTEMPT,
	    "the Proxy-Agent field of the last response", BOTH_DIRECTIONS,
	    "none", .compute = response_text, RESPONSE(proxy_agent) },
	{ "response.title", FACT_STRING, SOURCE_ATTEMPT,
	    "the title of the last error page", BOTH_DIRECTIONS, "none",
	    .compute = response_text, RESPONSE(body_title) },
	{ "response.vendor_error", FACT_STRING, SOURCE_ATTEMPT,
	    "the proxy product's own error code", BOTH_DIRECTIONS, "none",
	    .compute = response_text, RESPONSE(vendor_error) },
	{ "response.realm", FACT_STRING, SOURCE_ATTEMPT,
	    "the realm of the last 407", BOTH_DIRECTIONS, "no realm",
	    .compute = response_realm },
	{ "response.www_authenticate", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last response has a WWW-Authenticate field",
	    BOTH_DIRECTIONS, NULL, .compute = response_flag,
	    RESPONSE(has_www_authenticate) },
	{ "response.unframed", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last response has no length and does not close",
	    BOTH_DIRECTIONS, NULL,
	    .compute = response_flaw, .offset = HTTP_UNFRAMED },
	{ "response.bad_length", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last response has a body of another length than it says",
	    BOTH_DIRECTIONS, NULL, .compute = response_flaw,
	    .offset = HTTP_BAD_LENGTH | HTTP_BODY_SHORT | HTTP_BODY_OVERRUN },
	{ "response.date_skew", FACT_DURATION, SOURCE_ATTEMPT,
	    "the Date field of the last response against the capture's "
	    "clock", BOTH_DIRECTIONS, NULL, .compute = date_skew },

	{ "capture.complete", FACT_BOOL, SOURCE_CAPTURE,
	    "the capture holds all of these connections, both directions",
	    NULL, NULL, .compute = complete },
	{ "capture.directions", FACT_NUMBER, SOURCE_CAPTURE,
	    "how many directions of the connection were captured", NULL,
	    NULL, .compute = directions },
	{ "capture.missing_bytes", FACT_NUMBER, SOURCE_CAPTURE,
	    "how many bytes of the connection are not in the capture", NULL,
	    NULL, .compute = missing },
	{ "capture.began", FACT_BOOL, SOURCE_CAPTURE,
	    "the capture has the connection from its first packet", NULL,
	    NULL, .compute = began },
	{ "client.address", FACT_STRING, SOURCE_CAPTURE,
	    "the address of the client", NULL, NULL,
	    .compute = address, .offset = 0 },
	{ "proxy.address", FACT_STRING, SOURCE_CAPTURE,
	    "address and port of the proxy", NULL, NULL,
	    .compute = address, .offset = 1 },

	{ "finding.attempts", FACT_NUMBER, SOURCE_FINDING,
	    "how many attempts the finding is about", NULL, NULL,
	    .compute = group_count, GROUP(attempts) },
	{ "finding.times", FACT_STRING, SOURCE_FINDING,
	    "how often, in words: once, twice, 19 times", NULL, NULL,
	    .compute = group_times },
	{ "finding.clients", FACT_NUMBER, SOURCE_FINDING,
	    "how many clients the finding is about", NULL, NULL,
	    .compute = group_count, GROUP(clients) },
	{ "finding.whom", FACT_STRING, SOURCE_FINDING,
	    "the client, or how many: 10.77.1.4, 12 clients", NULL, NULL,
	    .compute = group_whom, .offset = 0 },
	{ "finding.program", FACT_STRING, SOURCE_FINDING,
	    "the program and its client, or how many: curl/7.88.1 on "
	    "10.77.1.4, programs on 12 clients", NULL, NULL,
	    .compute = group_whom, .offset = 1 },
	{ "finding.login", FACT_STRING, SOURCE_FINDING,
	    "the user and the client, or how many: LAB\\erin on 10.77.1.4, "
	    "8 users on 12 clients", NULL, NULL, .compute = group_login },
	{ "finding.users", FACT_NUMBER, SOURCE_FINDING,
	    "how many users the finding is about", NULL, NULL,
	    .compute = group_count, GROUP(users) },
	{ "finding.length", FACT_DURATION, SOURCE_FINDING,
	    "from the first attempt to the last", NULL, NULL,
	    .compute = group_length },
	{ "finding.first", FACT_STRING, SOURCE_FINDING,
	    "when the first attempt began (UTC)", NULL, NULL,
	    .compute = group_time, .offset = 0 },
	{ "finding.last", FACT_STRING, SOURCE_FINDING,
	    "when the last attempt ended (UTC)", NULL, NULL,
	    .compute = group_time, .offset = 1 },
};
/* clang-format on */

const size_t facts_of_exchange_count =
    sizeof(facts_of_exchange) / sizeof(facts_of_exchange[0]);
