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
		leg->note = leg_note_of(json_member(m.value, "note"));
	}
}

/* From the last credentials to what the proxy said of them. */
static void
measure(struct attempt *t)
{
	const struct leg *sent = NULL;

	t->answer_ns = t->verdict_ns = t->in_vain_ns = -1;
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

/* It is exact, and the two times are not: they are moved by less than 1 us. */
static void
read_duration(struct span duration, struct attempt *t)
{
	uint64_t ns;
	int64_t more;

	if (t->start == WHEN_NONE || t->end == WHEN_NONE ||
	    !span_decimal(duration, &ns) || ns > INT64_MAX)
		return;
	more = (int64_t)ns - when_between(t->start, t->end);
	if (more > 0 && more < 1000)
		t->end += more;
	else if (more < 0 && more > -1000)
		t->start -= more;
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

	enum attempt_scheme known = scheme > ATTEMPT_OTHER
	    ? ATTEMPT_OTHER
	    : (enum attempt_scheme)scheme;
	enum step broke_at = step > STEP_CLOSED ? STEP_NONE : (enum step)step;
	enum cause cause = CAUSE_NONE;

	cause_of(json_member(about, "cause"), &cause);
	t->outcome = (enum outcome)outcome;
	t->scheme = known;
	t->broke_at = broke_at;
	t->cause = cause;
	t->rule = json_string(a, about, "rule");
	t->start = when_of_iso(json_member(event, "start"));
	t->end = when_of_iso(json_member(event, "end"));
	read_duration(json_member(event, "duration"), t);
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
		{ about, "asked_again", &t->asked_again },
		{ about, "spare_connections", &t->spare },
		{ about, "legs_dropped", &t->legs_dropped },
	};

	for (size_t i = 0; i < COUNT(numbers); i++)
		if (span_decimal(json_member(numbers[i].of, numbers[i].key),
		        &n))
			*numbers[i].to = (unsigned)n;
	t->offers = read_offers(a, json_member(about, "offered"),
	    &t->n_offers);
	t->offer_seen = span_is_set(json_member(about, "offered"));
	t->last_offers = t->offers;
	t->n_last_offers = t->n_offers;
	read_legs(a, json_member(about, "legs"), t);
	measure(t);
	parts_tokens(a, about, t);
	t->capture_complete =
	    span_eq(json_member(capture, "complete"), SPAN("true"));
	span_decimal(json_member(capture, "missing_bytes"),
	    &t->missing_bytes);
	if (span_decimal(json_member(capture, "directions"), &n))
		t->directions = (uint8_t)n;
	return t;
}
