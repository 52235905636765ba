/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "report/community.h"
#include "report/inventory.h"
#include "report/words.h"

/* ECS event.outcome, by enum outcome: the table in CONTRACT.md. */
static const char *const event_outcomes[] = {
	[OUTCOME_OPEN] = "unknown",
	[OUTCOME_AUTHENTICATED] = "success",
	[OUTCOME_REJECTED] = "failure",
	[OUTCOME_ABANDONED] = "failure",
	[OUTCOME_BROKEN] = "failure",
	[OUTCOME_INCOMPLETE] = "unknown",
};

void
json_connection(struct jsonw *w, const struct report *r,
    const struct connection *c)
{
	struct text id;

	jsonw_object(w, "source");
	jsonw_str(w, "ip", redact_address(r->redact, &c->client));
	jsonw_uint(w, "port", c->client_port);
	jsonw_end(w);
	jsonw_object(w, "destination");
	jsonw_str(w, "ip", redact_address(r->redact, &c->proxy));
	jsonw_uint(w, "port", c->proxy_port);
	jsonw_end(w);
	/* A hash over the addresses: whoever guesses them can check it. */
	if (r->options.redact != REDACT_SECRETS)
		return;
	text_init(&id);
	community_id_add(&id, PROTOCOL_TCP, &c->client, c->client_port,
	    &c->proxy, c->proxy_port);
	jsonw_object(w, "network");
	if (id.len > 0)
		jsonw_str(w, "community_id", text_get(&id));
	jsonw_end(w);
	text_fini(&id);
}

void
json_schemes(struct jsonw *w, const char *key, const struct token *tokens,
    size_t n)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < n; i++) {
		const char *name = words_scheme(&tokens[i]);
		size_t j = 0;

		while (j < i && !span_eq_nocase(span_of_str(name),
		                    span_of_str(words_scheme(&tokens[j]))))
			j++;
		if (j == i)
			jsonw_str(w, NULL, name);
	}
	jsonw_end(w);
}

void
json_attempt_id(struct jsonw *w, const char *key, const struct attempt *a)
{
	char id[24];

	snprintf(id, sizeof(id), "a%u", a->id);
	jsonw_str(w, key, id);
}

static void
attempt_event(struct jsonw *w, const struct attempt *a)
{
	jsonw_time(w, "@timestamp", a->start);
	jsonw_object(w, "event");
	jsonw_str(w, "dataset", "p407.attempt");
	jsonw_str(w, "kind", "event");
	jsonw_array(w, "category");
	jsonw_str(w, NULL, "authentication");
	jsonw_end(w);
	jsonw_str(w, "outcome", event_outcomes[a->outcome]);
	jsonw_time(w, "start", a->start);
	jsonw_time(w, "end", a->end);
	if (a->start != WHEN_NONE && a->end != WHEN_NONE &&
	    a->end >= a->start)
		jsonw_int(w, "duration", a->end - a->start);
	jsonw_end(w);
}

static void
attempt_http(struct jsonw *w, const struct report *r, const struct attempt *a)
{
	jsonw_object(w, "http");
	jsonw_object(w, "request");
	jsonw_str(w, "method", a->method);
	jsonw_end(w);
	jsonw_object(w, "response");
	if (a->status > 0)
		jsonw_uint(w, "status_code", a->status);
	jsonw_end(w);
	jsonw_end(w);
	jsonw_object(w, "url");
	jsonw_str(w, "original", redact_target(r->redact, a->target));
	jsonw_end(w);
	jsonw_object(w, "user");
	jsonw_str(w, "name", redact_name(r->redact, IDENTITY_USER, a->user));
	jsonw_str(w, "domain",
	    redact_name(r->redact, IDENTITY_DOMAIN, a->domain));
	jsonw_end(w);
	jsonw_object(w, "user_agent");
	jsonw_str(w, "original",
	    redact_name(r->redact, IDENTITY_AGENT, a->user_agent));
	jsonw_end(w);
}

static void
attempt_legs(struct jsonw *w, const struct attempt *a)
{
	jsonw_array(w, "legs");
	for (unsigned i = 0; i < a->n_legs; i++) {
		const struct leg *leg = &a->legs[i];

		jsonw_object(w, NULL);
		if (leg->frame > 0)
			jsonw_uint(w, "frame", leg->frame);
		jsonw_time(w, "time", leg->time);
		jsonw_str(w, "from", leg->from_client ? "client" : "proxy");
		jsonw_str(w, "step", step_name(leg->step));
		jsonw_uint(w, "stream", leg->stream);
		jsonw_uint(w, "port", leg->port);
		if (leg->status > 0)
			jsonw_uint(w, "status", leg->status);
		jsonw_str(w, "note", leg_note_name(leg->note));
		jsonw_end(w);
	}
	jsonw_end(w);
	if (a->legs_dropped > 0)
		jsonw_uint(w, "legs_dropped", a->legs_dropped);
}

static void
attempt_tokens(struct jsonw *w, const struct report *r,
    const struct attempt *a)
{
	struct json_tokens tokens = {
		.negotiate = a->negotiate,
		.challenge = a->challenge,
		.authenticate = a->authenticate,
		.credentials = a->credentials,
		.verdict = a->verdict,
		/* To hold its clock against. */
		.authenticated_at = attempt_time_of(a, STEP_AUTHENTICATE),
	};

	json_tokens(w, r, &tokens);
}

static void
attempt_body(struct jsonw *w, const struct report *r, const struct attempt *a)
{
	size_t n_offers;
	const struct token *offers = report_offer(a, &n_offers);
	struct text filter;

	json_attempt_id(w, "id", a);
	jsonw_str(w, "scheme", a->scheme_name != NULL
	        ? a->scheme_name
	        : attempt_scheme_name(a->scheme));
	jsonw_str(w, "outcome", outcome_name(a->outcome));
	jsonw_str_or_null(w, "broke_at", step_name(a->broke_at));
	jsonw_str_or_null(w, "cause", cause_name(a->cause));
	jsonw_str_or_null(w, "rule", a->rule);
	if (n_offers > 0 || a->offer_seen || a->last_407_empty)
		json_schemes(w, "offered", offers, n_offers);
	jsonw_uint(w, "responses_407", a->responses_407);
	jsonw_uint(w, "connections", a->connections);
	jsonw_uint(w, "requests", a->requests);
	if (a->asked_again > 0)
		jsonw_uint(w, "asked_again", a->asked_again);
	if (a->spare > 0)
		jsonw_uint(w, "spare_connections", a->spare);
	jsonw_str(w, "application", a->application);
	attempt_legs(w, a);
	attempt_tokens(w, r, a);
	if (a->credentials != NULL)
		jsonw_str(w, "verified",
		    token_verified_name(a->credentials->verified));
	jsonw_object(w, "capture");
	jsonw_bool(w, "complete", a->capture_complete);
	jsonw_uint(w, "missing_bytes", a->missing_bytes);
	if (a->directions > 0)
		jsonw_uint(w, "directions", a->directions);
	jsonw_end(w);
	text_init(&filter);
	if (report_display_filter(r, a, &filter))
		jsonw_str(w, "display_filter", text_get(&filter));
	text_fini(&filter);
}

void
json_attempt(struct text *t, const struct report *r, const struct attempt *a)
{
	struct jsonw w = jsonw_of(t);

	jsonw_object(&w, NULL);
	attempt_event(&w, a);
	json_connection(&w, r, &a->connection);
	attempt_http(&w, r, a);
	jsonw_object(&w, "p407");
	jsonw_object(&w, "attempt");
	attempt_body(&w, r, a);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
}

/* Some lines are written at a time. */
#define AT_A_TIME 65536

static void
end_line(struct sink *s, struct text *lines)
{
	text_char(lines, '\n');
	if (lines->len < AT_A_TIME)
		return;
	sink_add(s, text_span(lines));
	text_clear(lines);
}

/* Attempts that one thread writes before the next one is asked. */
#define PIECE 48

struct writing {
	struct report *own; /* of each thread, with a redact of its own */
	struct sink *sink;
};

static void *
make_piece(void *context, unsigned thread, size_t piece)
{
	struct writing *w = context;
	const struct report *r = &w->own[thread];
	struct text *lines = memory_new(1, sizeof(*lines));
	size_t end = (piece + 1) * PIECE;

	for (size_t i = piece * PIECE; i < end && i < r->n_attempts; i++) {
		json_attempt(lines, r, r->attempts[i]);
		text_char(lines, '\n');
	}
	return lines;
}

static void
take_piece(void *context, size_t piece, void *made)
{
	struct writing *w = context;
	struct text *lines = made;

	(void)piece;
	sink_add(w->sink, text_span(lines));
	text_fini(lines);
	free(lines);
}

/* Of all there is to write they are by far the most. */
static void
write_attempts(struct sink *s, const struct report *r)
{
	/* Pseudonyms are given out in order, and by one. */
	bool alone = redact_level_of(r->redact) != REDACT_SECRETS;
	unsigned threads = alone || r->threads < 2 ? 1 : r->threads;
	struct writing w = { memory_new(threads, sizeof(*w.own)), s };
	const struct parallel work = { make_piece, take_piece, &w, threads };

	for (unsigned i = 0; i < threads; i++) {
		w.own[i] = *r;
		if (!alone)
			w.own[i].redact = redact_new(REDACT_SECRETS);
	}
	parallel_do(&work, (r->n_attempts + PIECE - 1) / PIECE);
	for (unsigned i = 0; i < threads && !alone; i++)
		redact_free(w.own[i].redact);
	free(w.own);
}

void
json_write(struct sink *s, const struct report *r)
{
	struct text lines;

	text_init(&lines);
	for (size_t i = 0; i < r->n_exchanges; i++) {
		json_exchange(&lines, r, r->exchanges[i]);
		end_line(s, &lines);
	}
	sink_add(s, text_span(&lines));
	text_clear(&lines);
	write_attempts(s, r);
	for (size_t i = 0; i < r->n_findings; i++) {
		json_finding(&lines, r, r->findings[i]);
		end_line(s, &lines);
	}
	for (size_t i = 0; i < r->n_inventory; i++) {
		json_inventory(&lines, r, &r->inventory[i]);
		end_line(s, &lines);
	}
	for (size_t i = 0; i < r->n_annexes; i++) {
		json_annex(&lines, r, r->annexes[i]);
	}
	json_summary(&lines, r);
	end_line(s, &lines);
	sink_add(s, text_span(&lines));
	text_fini(&lines);
}
