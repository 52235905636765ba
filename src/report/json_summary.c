/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json.h"

static void
add_outcomes(struct jsonw *w, const unsigned *outcomes, size_t total)
{
	jsonw_object(w, "attempts");
	jsonw_uint(w, "total", total);
	for (unsigned i = OUTCOME_AUTHENTICATED; i <= OUTCOME_INCOMPLETE; i++)
		jsonw_uint(w, outcome_name((enum outcome)i), outcomes[i]);
	jsonw_end(w);
}

/* Live they are of the whole run, and the attempts only of the window. */
static size_t
sum_of(const unsigned *outcomes)
{
	size_t sum = 0;

	for (unsigned i = 0; i <= OUTCOME_INCOMPLETE; i++)
		sum += outcomes[i];
	return sum;
}

static void
add_inputs(struct jsonw *w, const struct report *r)
{
	jsonw_array(w, "inputs");
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct capture_input *in = &r->inputs[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "name", redact_words(r->redact, in->name));
		jsonw_str(w, "format", in->format);
		jsonw_uint(w, "frames", in->frames);
		jsonw_uint(w, "bytes", in->bytes);
		jsonw_uint(w, "cut_frames", in->cut_frames);
		if (in->drops_known)
			jsonw_uint(w, "dropped", in->dropped);
		jsonw_time(w, "first", in->first);
		jsonw_time(w, "last", in->last);
		jsonw_bool(w, "damaged", in->damaged);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* "schemes":[{"name":"NTLM","count":40}]: a wire's word is no key. */
static void
add_counted(struct jsonw *w, const char *key, const struct counted *list,
    size_t n)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "name", list[i].name);
		jsonw_uint(w, "count", list[i].count);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* The answer that showed it: who reads the events can look for himself. */
static void
add_answer(struct jsonw *w, const struct report *r,
    const struct observed_response *p)
{
	struct redact *x = r->redact;

	jsonw_object(w, "answer");
	jsonw_uint(w, "status", p->status);
	jsonw_str(w, "reason", redact_words(x, p->reason));
	jsonw_str(w, "server", redact_words(x, p->server));
	jsonw_str(w, "via", redact_words(x, p->via));
	jsonw_str(w, "proxy_agent", redact_words(x, p->proxy_agent));
	jsonw_str(w, "x_cache", redact_words(x, p->x_cache));
	jsonw_str(w, "vendor_error", redact_words(x, p->vendor_error));
	jsonw_str(w, "title", redact_words(x, p->body_title));
	jsonw_end(w);
}

static void
add_product(struct jsonw *w, const struct report *r,
    const struct product_match *m)
{
	struct text signs = { .limit = 1000 };

	if (m->product == NULL)
		return;
	product_signs(&signs, m);
	jsonw_object(w, "product");
	jsonw_str(w, "id", m->product->id);
	jsonw_str(w, "name", m->product->name);
	jsonw_str(w, "version", m->version[0] != '\0' ? m->version : NULL);
	jsonw_str(w, "kind", product_kind_name(m->product->kind));
	jsonw_str(w, "confidence", level_name(product_confidence(m)));
	jsonw_str(w, "signs", redact_words(r->redact, text_get(&signs)));
	if (m->response != NULL)
		add_answer(w, r, m->response);
	jsonw_end(w);
	text_fini(&signs);
}

static void
add_proxies(struct jsonw *w, const struct report *r)
{
	jsonw_array(w, "proxies");
	for (size_t i = 0; i < r->n_proxies; i++) {
		const struct proxy_total *t = &r->proxies[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "ip", redact_address(r->redact, &t->address));
		jsonw_uint(w, "port", t->port);
		jsonw_str(w, "software",
		    redact_words(r->redact, t->software));
		add_product(w, r, &t->product);
		add_outcomes(w, t->outcomes, t->attempts);
		add_counted(w, "schemes", t->schemes, t->n_schemes);
		add_counted(w, "offered", t->offered, t->n_offered);
		jsonw_uint(w, "clients", t->clients);
		jsonw_uint(w, "users", t->users);
		jsonw_time(w, "first", t->first);
		jsonw_time(w, "last", t->last);
		jsonw_end(w);
	}
	jsonw_end(w);
	if (r->proxies_left_out > 0)
		jsonw_uint(w, "proxies_left_out_attempts",
		    r->proxies_left_out);
}

static void
add_capture(struct jsonw *w, const struct report *r)
{
	const struct capture_quality *q = &r->quality;

	jsonw_uint(w, "frames", q->frames);
	jsonw_uint(w, "bytes", q->bytes);
	jsonw_time(w, "first", r->first);
	jsonw_time(w, "last", r->last);
	jsonw_uint(w, "connections", q->connections);
	jsonw_uint(w, "http_connections", q->http_connections);
	jsonw_uint(w, "one_sided_connections", q->one_sided);
	jsonw_uint(w, "carried_bytes", q->carried);
	jsonw_uint(w, "missing_bytes", q->missing);
	jsonw_ratio(w, "missing_ratio", report_missing_ratio(r));
	jsonw_uint(w, "cut_frames", r->cut_frames);
	if (r->drops_known)
		jsonw_uint(w, "dropped", r->dropped);
	jsonw_uint(w, "damaged_packets", q->damaged_packets);
	jsonw_uint(w, "unknown_link_frames", q->unknown_link);
	jsonw_uint(w, "conflicting_retransmissions", q->conflicts);
	jsonw_bool(w, "damaged", r->damaged);
	jsonw_bool(w, "stopped", r->stopped);
}

static void
add_limits(struct jsonw *w, const struct report *r)
{
	jsonw_array(w, "limits");
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		if (r->limit_hits[i] == 0)
			continue;
		jsonw_object(w, NULL);
		jsonw_str(w, "what", limit_what((enum limit)i));
		jsonw_uint(w, "limit", limit_of((enum limit)i));
		jsonw_uint(w, "hits", r->limit_hits[i]);
		jsonw_end(w);
	}
	jsonw_end(w);
}

void
json_summary(struct text *t, const struct report *r)
{
	struct jsonw w = jsonw_of(t);

	jsonw_object(&w, NULL);
	jsonw_time(&w, "@timestamp", r->last);
	jsonw_object(&w, "event");
	jsonw_str(&w, "dataset", "p407.summary");
	jsonw_str(&w, "kind", "metric");
	jsonw_time(&w, "start", r->first);
	jsonw_time(&w, "end", r->last);
	jsonw_end(&w);
	jsonw_object(&w, "p407");
	jsonw_object(&w, "summary");
	jsonw_str(&w, "version", r->version);
	jsonw_str(&w, "rules_version", r->rules_version);
	add_inputs(&w, r);
	add_capture(&w, r);
	add_outcomes(&w, r->outcomes, sum_of(r->outcomes));
	add_proxies(&w, r);
	json_latency(&w, r);
	json_clocks(&w, r);
	jsonw_object(&w, "findings");
	jsonw_uint(&w, "total", r->n_findings);
	jsonw_uint(&w, "faults", r->n_faults);
	jsonw_end(&w);
	add_limits(&w, r);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
}
