/* SPDX-License-Identifier: BSD-2-Clause */
/* p407.attempt to struct attempt. */
#include <stdlib.h>

#include "base/limits.h"
#include "events/parts.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *
outcome_word(unsigned i)
{
	return outcome_name((enum outcome)i);
}

static const char *
step_word(unsigned i)
{
	return step_name((enum step)i);
}

static const char *
scheme_word(unsigned i)
{
	return attempt_scheme_name((enum attempt_scheme)i);
}

static const char *
version_word(unsigned i)
{
	return ntlm_version_name((enum ntlm_version)i);
}

static const char *
verified_word(unsigned i)
{
	return token_verified_name((enum token_verified)i);
}

/* clang-format off */
#define NTLM(key, kind, field)                                                 \
	{ key, kind, offsetof(struct token_ntlm, field) }
#define DIGEST(key, kind, field)                                               \
	{ key, kind, offsetof(struct token_digest, field) }
#define BEARER(key, kind, field)                                               \
	{ key, kind, offsetof(struct token_bearer, field) }

static const struct part ntlm_authenticate[] = {
	NTLM("user", PART_TEXT, user),
	NTLM("domain", PART_TEXT, domain),
	NTLM("workstation", PART_TEXT, workstation),
	NTLM("target_spn", PART_TEXT, target_spn),
	NTLM("mic", PART_BOOL, has_mic),
	NTLM("anonymous", PART_BOOL, anonymous),
	NTLM("os_version", PART_TEXT, os_version),
};
static const struct part ntlm_challenge[] = {
	NTLM("target", PART_TEXT, target),
	NTLM("nb_computer", PART_TEXT, nb_computer),
	NTLM("nb_domain", PART_TEXT, nb_domain),
	NTLM("dns_computer", PART_TEXT, dns_computer),
	NTLM("dns_domain", PART_TEXT, dns_domain),
	NTLM("dns_tree", PART_TEXT, dns_tree),
	NTLM("proxy_time", PART_TIME, timestamp),
};
static const struct part digest[] = {
	DIGEST("user", PART_TEXT, user),
	DIGEST("realm", PART_TEXT, realm),
	DIGEST("uri", PART_TEXT, uri),
	DIGEST("algorithm", PART_TEXT, algorithm),
	DIGEST("qop", PART_TEXT, qop),
	DIGEST("userhash", PART_BOOL, userhash),
	DIGEST("missing", PART_TEXT, missing),
};
static const struct part bearer[] = {
	BEARER("alg", PART_TEXT, alg),
	BEARER("kid", PART_TEXT, kid),
	BEARER("typ", PART_TEXT, typ),
	BEARER("iss", PART_TEXT, iss),
	BEARER("aud", PART_TEXT, aud),
	BEARER("sub", PART_TEXT, sub),
	BEARER("scope", PART_TEXT, scope),
	BEARER("client_id", PART_TEXT, client_id),
	BEARER("exp", PART_TIME, exp),
	BEARER("nbf", PART_TIME, nbf),
	BEARER("iat", PART_TIME, iat),
	BEARER("oddity", PART_TEXT, oddity),
};
static const struct part kerberos[] = {
	{ "realm", PART_TEXT, offsetof(struct token_kerberos, realm) },
	{ "service", PART_TEXT, offsetof(struct token_kerberos, service) },
	{ "mutual", PART_BOOL,
	    offsetof(struct token_kerberos, mutual_required) },
};
/* clang-format on */

static struct token *
new_token(struct arena *a, const struct attempt *t, enum token_kind kind)
{
	struct token *token = arena_new(a, sizeof(*token));

	token_begin(token);
	token->kind = kind;
	token->user = t->user;
	token->domain = t->domain;
	token->scheme = t->scheme == ATTEMPT_NEGOTIATE_KERBEROS ||
	        t->scheme == ATTEMPT_NEGOTIATE_NTLM
	    ? SCHEME_NEGOTIATE
	    : scheme_of(span_of_str(t->scheme_name));
	token->scheme_name = token->scheme == SCHEME_OTHER
	    ? t->scheme_name
	    : scheme_name(token->scheme);
	return token;
}

static void
read_ntlm(struct arena *a, struct span object, struct attempt *t)
{
	struct span version = json_member(object, "version");

	if (!span_is_set(object))
		return;
	if (span_is_set(json_member(object, "nb_domain")) ||
	    span_is_set(json_member(object, "target"))) {
		struct token *t2 = new_token(a, t, TOKEN_NTLM_CHALLENGE);

		parts_read(a, object, ntlm_challenge, COUNT(ntlm_challenge),
		    token_add_ntlm(t2, a));
		t->challenge = t2;
	}
	if (span_is_set(version)) {
		struct token *t3 = new_token(a, t, TOKEN_NTLM_AUTHENTICATE);
		struct token_ntlm *n = token_add_ntlm(t3, a);
		unsigned v = parts_which(version, version_word,
		    NTLM_VERSION_ANONYMOUS);

		n->version =
		    v > NTLM_VERSION_ANONYMOUS ? 0 : (enum ntlm_version)v;
		parts_read(a, object, ntlm_authenticate,
		    COUNT(ntlm_authenticate), n);
		t->authenticate = t->credentials = t3;
	}
}

static void *
digest_of(struct token *t, struct arena *a)
{
	return token_add_digest(t, a);
}

static void *
bearer_of(struct token *t, struct arena *a)
{
	return token_add_bearer(t, a);
}

static void *
kerberos_of(struct token *t, struct arena *a)
{
	return token_add_kerberos(t, a);
}

static void *
nothing_of(struct token *t, struct arena *a)
{
	(void)a;
	return t;
}

/* The other schemes: one token that proves the user. */
static void
read_credentials(struct arena *a, struct span about, struct attempt *t)
{
	static const struct {
		const char *key;
		enum token_kind kind;
		const struct part *parts;
		size_t n;
		void *(*part_of)(struct token *t, struct arena *a);
	} shapes[] = {
		{ "digest", TOKEN_DIGEST, digest, COUNT(digest),
		    digest_of },
		{ "bearer", TOKEN_BEARER, bearer, COUNT(bearer),
		    bearer_of },
		{ "kerberos", TOKEN_AP_REQ, kerberos, COUNT(kerberos),
		    kerberos_of },
		{ "basic", TOKEN_BASIC, NULL, 0, nothing_of },
	};
	unsigned v = parts_which(json_member(about, "verified"),
	    verified_word, VERIFIED_MISCOMPUTED);

	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct span object = json_member(about, shapes[i].key);

		if (!span_is_set(object) || t->credentials != NULL)
			continue;

		struct token *token = new_token(a, t, shapes[i].kind);

		parts_read(a, object, shapes[i].parts, shapes[i].n,
		    shapes[i].part_of(token, a));
		t->credentials = token;
	}
	if (t->credentials != NULL && v <= VERIFIED_MISCOMPUTED)
		((struct token *)(uintptr_t)t->credentials)->verified =
		    (enum token_verified)v;
}

/* Schemes of an offer that are kept. */
#define OFFERS_MOST 16

static struct token *
read_offers(struct arena *a, struct span list, size_t *n)
{
	size_t room = parts_count(list, OFFERS_MOST);
	struct token *offers = arena_new(a, (room + 1) * sizeof(*offers));
	struct reader r = reader_of(list);
	struct json_member m;

	*n = 0;
	json_array(&r);
	while (*n < room && json_element(&r, &m)) {
		struct token *t = &offers[(*n)++];

		token_begin(t);
		t->scheme = scheme_of(m.value);
		t->scheme_name = json_text(a, m.value);
	}
	return offers;
}

static bool
read_leg(struct span object, struct leg *leg)
{
	uint64_t port = 0, stream = 0, status = 0;
	unsigned step = parts_which(json_member(object, "step"), step_word,
	    STEP_CLOSED);

	if (step > STEP_CLOSED)
		return false;
	*leg = (struct leg){ .step = (enum step)step,
		.time = when_of_iso(json_member(object, "time")) };
	span_decimal(json_member(object, "frame"), &leg->frame);
	span_decimal(json_member(object, "port"), &port);
	span_decimal(json_member(object, "stream"), &stream);
	span_decimal(json_member(object, "status"), &status);
	leg->port = (uint16_t)port;
	leg->stream = (uint32_t)stream;
	leg->status = (uint16_t)status;
	leg->from_client =
	    span_eq(json_member(object, "from"), SPAN("client"));
	return true;
}

static void
read_legs(struct arena *a, struct span list, struct attempt *t)
{
	size_t room = parts_count(list, limit_of(LIMIT_LEGS));
	struct reader r = reader_of(list);
	struct json_member m;

	t->legs = arena_new(a, (room + 1) * sizeof(*t->legs));
	json_array(&r);
	while (t->n_legs < room && json_element(&r, &m)) {
		struct leg *leg = &t->legs[t->n_legs];

		t->n_legs += read_leg(m.value, leg);
		leg->note = json_string(a, m.value, "note");
	}
}

/* From the last credentials to what the proxy said of them. */
static void
measure(struct attempt *t)
{
	const struct leg *sent = NULL;

	t->answer_ns = t->verdict_ns = -1;
	for (unsigned i = 0; i < t->n_legs; i++) {
		const struct leg *leg = &t->legs[i];

		if (leg->step == STEP_AUTHENTICATE ||
		    leg->step == STEP_TICKET ||
		    leg->step == STEP_CREDENTIALS)
			sent = leg;
		else if (sent != NULL && (leg->step == STEP_AUTHENTICATED ||
		             leg->step == STEP_REJECTED))
			t->verdict_ns = when_between(sent->time, leg->time);
	}
	if (t->n_legs > 0) {
		t->first_frame = t->legs[0].frame;
		t->last_frame = t->legs[t->n_legs - 1].frame;
		t->first_stream = t->legs[0].stream;
		t->connection.stream = t->legs[t->n_legs - 1].stream;
	}
}

static bool
read_end(struct arena *a, struct span object, struct address *address,
    uint16_t *port)
{
	const char *ip = json_string(a, object, "ip");
	uint64_t number = 0;

	span_decimal(json_member(object, "port"), &number);
	*port = (uint16_t)number;
	return ip != NULL && address_parse(ip, address) && number <= 65535;
}

struct attempt *
parts_attempt(struct arena *a, struct span line)
{
	struct span about =
	    json_member(json_member(line, "p407"), "attempt");
	struct span event = json_member(line, "event");
	struct span http = json_member(line, "http");
	struct span capture = json_member(about, "capture");
	struct attempt *t = arena_new(a, sizeof(*t));
	unsigned outcome = parts_which(json_member(about, "outcome"),
	    outcome_word, OUTCOME_INCOMPLETE);
	unsigned step = parts_which(json_member(about, "broke_at"),
	    step_word, STEP_CLOSED);
	uint64_t n = 0;

	list_init(&t->observations);
	t->id = parts_id(json_member(about, "id"));
	t->scheme_name = json_string(a, about, "scheme");
	if (outcome > OUTCOME_INCOMPLETE || t->id == 0 ||
	    t->scheme_name == NULL ||
	    !read_end(a, json_member(line, "source"), &t->connection.client,
	        &t->connection.client_port) ||
	    !read_end(a, json_member(line, "destination"),
	        &t->connection.proxy, &t->connection.proxy_port))
		return NULL;

	unsigned scheme = parts_which(span_of_str(t->scheme_name),
	    scheme_word, ATTEMPT_OTHER);

	t->outcome = (enum outcome)outcome;
	t->scheme = scheme > ATTEMPT_OTHER ? ATTEMPT_OTHER
	                                   : (enum attempt_scheme)scheme;
	t->broke_at = step > STEP_CLOSED ? STEP_NONE : (enum step)step;
	cause_of(json_member(about, "cause"), &t->cause);
	t->rule = json_string(a, about, "rule");
	t->start = when_of_iso(json_member(event, "start"));
	t->end = when_of_iso(json_member(event, "end"));
	t->method =
	    json_string(a, json_member(http, "request"), "method");
	t->target = json_string(a, json_member(line, "url"), "original");
	t->user = json_string(a, json_member(line, "user"), "name");
	t->domain = json_string(a, json_member(line, "user"), "domain");
	t->user_agent =
	    json_string(a, json_member(line, "user_agent"), "original");

	const struct {
		struct span of;
		const char *key;
		unsigned *to;
	} numbers[] = {
		{ json_member(http, "response"), "status_code", &t->status },
		{ about, "responses_407", &t->responses_407 },
		{ about, "connections", &t->connections },
		{ about, "requests", &t->requests },
		{ about, "spare_connections", &t->spare },
		{ about, "legs_dropped", &t->legs_dropped },
	};

	for (size_t i = 0; i < COUNT(numbers); i++)
		if (span_decimal(json_member(numbers[i].of, numbers[i].key),
		        &n))
			*numbers[i].to = (unsigned)n;
	t->offers = read_offers(a, json_member(about, "offered"),
	    &t->n_offers);
	t->offer_seen = t->n_offers > 0;
	t->last_offers = t->offers;
	t->n_last_offers = t->n_offers;
	read_legs(a, json_member(about, "legs"), t);
	measure(t);
	read_ntlm(a, json_member(about, "ntlm"), t);
	read_credentials(a, about, t);
	t->capture_complete =
	    span_eq(json_member(capture, "complete"), SPAN("true"));
	span_decimal(json_member(capture, "missing_bytes"),
	    &t->missing_bytes);
	if (span_decimal(json_member(capture, "directions"), &n))
		t->directions = (uint8_t)n;
	return t;
}
