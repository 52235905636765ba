/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "report/annex.h"
#include "report/clocks.h"
#include "report/inventory.h"
#include "report/json.h"
#include "report/latency.h"

void
json_clocks(struct jsonw *w, const struct report *r)
{
	if (r->n_clocks == 0)
		return;
	jsonw_array(w, "clocks");
	for (size_t i = 0; i < r->n_clocks; i++) {
		const struct clock_row *row = &r->clocks[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "ip", redact_address(r->redact, &row->host));
		jsonw_str(w, "source", clock_source_name(row->source));
		jsonw_str(w, "proves", clock_source_proves(row->source));
		jsonw_uint(w, "count", row->n);
		jsonw_seconds(w, "offset_s", row->median_ns);
		jsonw_seconds(w, "least_s", row->least_ns);
		jsonw_seconds(w, "most_s", row->most_ns);
		jsonw_uint(w, "frame", row->frame);
		jsonw_end(w);
	}
	jsonw_end(w);
}

void
json_latency(struct jsonw *w, const struct report *r)
{
	if (r->n_latency == 0)
		return;
	jsonw_array(w, "latency");
	for (size_t i = 0; i < r->n_latency; i++) {
		const struct latency_row *row = &r->latency[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "ip", redact_address(r->redact, &row->proxy));
		jsonw_uint(w, "port", row->port);
		jsonw_str(w, "scheme", row->scheme);
		jsonw_str(w, "outcome", outcome_name(row->good
		        ? OUTCOME_AUTHENTICATED
		        : OUTCOME_REJECTED));
		jsonw_uint(w, "count", row->n);
		jsonw_seconds(w, "median_s", row->median_ns);
		jsonw_seconds(w, "p95_s", row->p95_ns);
		jsonw_seconds(w, "worst_s", row->worst_ns);
		jsonw_uint(w, "worst_frame", row->worst_frame);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
add_names(struct jsonw *w, const struct report *r, const char *key,
    const struct tally *tally)
{
	jsonw_object(w, key);
	jsonw_uint(w, "total", tally->total);
	jsonw_array(w, "names");
	for (size_t i = 0; i < tally->n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "name",
		    redact_words(r->redact, tally->entries[i].name));
		jsonw_uint(w, "count", tally->entries[i].count);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

/* A line for each proxy and method. */
void
json_inventory(struct text *t, const struct report *r,
    const struct inventory_row *row)
{
	struct jsonw w = jsonw_of(t);

	jsonw_object(&w, NULL);
	jsonw_time(&w, "@timestamp", row->last);
	jsonw_object(&w, "event");
	jsonw_str(&w, "dataset", "p407.inventory");
	jsonw_str(&w, "kind", "metric");
	jsonw_time(&w, "start", row->first);
	jsonw_time(&w, "end", row->last);
	jsonw_end(&w);
	jsonw_object(&w, "destination");
	jsonw_str(&w, "ip", redact_address(r->redact, &row->proxy));
	jsonw_uint(&w, "port", row->port);
	jsonw_end(&w);
	jsonw_object(&w, "p407");
	jsonw_object(&w, "inventory");
	jsonw_str(&w, "method", row->method);
	jsonw_str(&w, "remark", row->remark);
	jsonw_uint(&w, "attempts", row->attempts);
	jsonw_uint(&w, "authenticated", row->authenticated);
	add_names(&w, r, "clients", &row->clients);
	add_names(&w, r, "users", &row->users);
	add_names(&w, r, "user_agents", &row->agents);
	add_names(&w, r, "destinations", &row->targets);
	if (row->applications.n > 0)
		add_names(&w, r, "applications", &row->applications);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_end(&w);
}

static void
annex_begin(struct jsonw *w, const struct report *r, const struct annex *a)
{
	struct text dataset = { 0 };

	text_fmt(&dataset, "p407.%s", a->key);
	jsonw_object(w, NULL);
	jsonw_time(w, "@timestamp", r->last);
	jsonw_object(w, "event");
	jsonw_str(w, "dataset", text_get(&dataset));
	jsonw_str(w, "kind", "event");
	jsonw_end(w);
	text_fini(&dataset);
}

/* Lines, each with its end: the sentences, then the rows. */
void
json_annex(struct text *t, const struct report *r, const struct annex *a)
{
	for (size_t i = 0; i < a->n_lines; i++) {
		struct jsonw w = jsonw_of(t);

		annex_begin(&w, r, a);
		jsonw_str(&w, "message", redact_words(r->redact,
		    a->lines[i]));
		jsonw_end(&w);
		text_char(t, '\n');
	}
	for (size_t i = 0; i < a->n_rows; i++) {
		struct jsonw w = jsonw_of(t);

		annex_begin(&w, r, a);
		jsonw_object(&w, "p407");
		jsonw_object(&w, a->key);
		for (size_t k = 0; k < a->n_columns; k++) {
			const char *cell = annex_cell(r, a, i, k);

			if (cell == NULL || a->columns[k].kind != ANNEX_NUMBER)
				jsonw_str(&w, a->columns[k].key, cell);
			else
				jsonw_uint(&w, a->columns[k].key,
				    strtoull(cell, NULL, 10));
		}
		jsonw_end(&w);
		jsonw_end(&w);
		jsonw_end(&w);
		text_char(t, '\n');
	}
}
