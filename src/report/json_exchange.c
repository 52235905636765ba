/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json.h"

static void
add_event(struct jsonw *w, const struct observation *o)
{
	const struct observed_request *q = &o->request;
	const struct observed_response *p = &o->response;

	jsonw_time(w, "@timestamp", q->seen ? q->time : o->time);
	jsonw_object(w, "event");
	jsonw_str(w, "dataset", "p407.exchange");
	jsonw_str(w, "kind", "event");
	if (q->seen)
		jsonw_time(w, "start", q->time);
	if (p->seen)
		jsonw_time(w, "end", p->time);
	if (q->seen && p->seen && p->time >= q->time && q->time != WHEN_NONE)
		jsonw_int(w, "duration", p->time - q->time);
	jsonw_end(w);
}

static void
add_http(struct jsonw *w, const struct report *r, const struct observation *o)
{
	const struct observed_request *q = &o->request;
	const struct observed_response *p = &o->response;
	const struct token *t = q->credentials;
	struct redact *x = r->redact;

	jsonw_object(w, "http");
	jsonw_object(w, "request");
	jsonw_str(w, "method", q->method);
	jsonw_end(w);
	jsonw_object(w, "response");
	if (p->seen)
		jsonw_uint(w, "status_code", p->status);
	jsonw_end(w);
	if (q->seen)
		jsonw_str(w, "version",
		    q->version_minor == 0 ? "1.0" : "1.1");
	jsonw_end(w);
	jsonw_object(w, "url");
	jsonw_str(w, "original", redact_target(x, q->target));
	jsonw_end(w);
	jsonw_object(w, "user");
	if (t != NULL) {
		jsonw_str(w, "name", redact_name(x, IDENTITY_USER, t->user));
		jsonw_str(w, "domain",
		    redact_name(x, IDENTITY_DOMAIN, t->domain));
	}
	jsonw_end(w);
	jsonw_object(w, "user_agent");
	jsonw_str(w, "original",
	    redact_name(x, IDENTITY_AGENT, q->user_agent));
	jsonw_end(w);
}

static const char *
kind_name(enum token_kind kind)
{
	static const char *const names[] = {
		[TOKEN_BASIC] = "basic",
		[TOKEN_DIGEST] = "digest",
		[TOKEN_BEARER] = "bearer",
		[TOKEN_NTLM_NEGOTIATE] = "ntlm-negotiate",
		[TOKEN_NTLM_CHALLENGE] = "ntlm-challenge",
		[TOKEN_NTLM_AUTHENTICATE] = "ntlm-authenticate",
		[TOKEN_AP_REQ] = "ap-req",
		[TOKEN_AP_REP] = "ap-rep",
		[TOKEN_KRB_ERROR] = "krb-error",
		[TOKEN_SPNEGO] = "spnego",
		[TOKEN_NEGOEX] = "negoex",
		[TOKEN_UNKNOWN] = "unknown",
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind]
	                                                       : NULL;
}

static void
add_token(struct jsonw *w, const char *key, const struct report *r,
    const struct token *t, when_ns when, bool challenge)
{
	struct json_tokens of = { .authenticated_at = when };

	if (challenge)
		of.verdict = t;
	else
		of.credentials = t;
	jsonw_object(w, key);
	jsonw_str(w, "scheme", t->scheme == SCHEME_MISSING ? NULL
	                                                   : t->scheme_name);
	jsonw_str(w, "token", kind_name(t->kind));
	jsonw_str(w, "realm",
	    redact_name(r->redact, IDENTITY_REALM, t->realm));
	json_tokens(w, r, &of);
	jsonw_end(w);
}

static void
add_request(struct jsonw *w, const struct report *r,
    const struct observed_request *q)
{
	jsonw_object(w, "request");
	jsonw_uint(w, "frame", q->frame);
	jsonw_time(w, "time", q->time);
	jsonw_bool(w, "keeps_alive", q->keeps_alive);
	jsonw_str(w, "via", redact_words(r->redact, q->via));
	if (q->has_authorization)
		jsonw_bool(w, "authorization", true);
	if (q->credentials != NULL)
		add_token(w, "credentials", r, q->credentials, q->time,
		    false);
	jsonw_end(w);
}

static void
add_response(struct jsonw *w, const struct report *r,
    const struct observed_response *p)
{
	struct redact *x = r->redact;

	jsonw_object(w, "response");
	jsonw_uint(w, "frame", p->frame);
	jsonw_time(w, "time", p->time);
	jsonw_bool(w, "keeps_alive", p->keeps_alive);
	jsonw_str(w, "reason", redact_words(x, p->reason));
	jsonw_str(w, "server", redact_words(x, p->server));
	jsonw_str(w, "via", redact_words(x, p->via));
	jsonw_str(w, "proxy_agent", redact_words(x, p->proxy_agent));
	jsonw_str(w, "vendor_error", redact_words(x, p->vendor_error));
	jsonw_time(w, "date", p->date);
	jsonw_array(w, "challenges");
	for (size_t i = 0; i < p->n_challenges; i++)
		add_token(w, NULL, r, &p->challenges[i], p->time, true);
	jsonw_end(w);
	jsonw_end(w);
}

void
json_exchange(struct text *t, const struct report *r,
    const struct observation *o)
{
	struct jsonw w = jsonw_of(t);
	const struct connection *c = &o->connection;

	jsonw_object(&w, NULL);
	add_event(&w, o);
	json_connection(&w, r, c);
	add_http(&w, r, o);
	jsonw_object(&w, "p407");
	jsonw_object(&w, "exchange");
	jsonw_uint(&w, "connection", c->id);
	jsonw_uint(&w, "stream", c->stream);
	jsonw_uint(&w, "number", o->number);
	jsonw_bool(&w, "tunnel", o->tunnel);
	if (o->request.seen)
		add_request(&w, r, &o->request);
	if (o->response.seen)
		add_response(&w, r, &o->response);
	jsonw_object(&w, "capture");
	jsonw_bool(&w, "began", c->began);
	jsonw_uint(&w, "missing_bytes", c->missing_bytes);
	if (c->directions > 0)
		jsonw_uint(&w, "directions", c->directions);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
}
