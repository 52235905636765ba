/* SPDX-License-Identifier: BSD-2-Clause */
#include "events/events.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/table.h"
#include "capture/lines.h"
#include "diagnose/rules.h"
#include "events/makers.h"
#include "events/parts.h"

/* An attempt of the run that is being read, by its id. */
struct known_id {
	struct table_entry entry;
	uint32_t id;
	size_t index; /* in events.attempts */
};

struct events {
	struct arena arena;
	const struct rules *rules;
	struct attempt **attempts;
	size_t n_attempts, room_attempts;
	struct finding **findings;
	size_t n_findings, room_findings;
	size_t run_findings; /* where those of this run begin */
	struct capture_input *inputs;
	size_t n_inputs, room_inputs;
	size_t run_inputs;
	struct capture_quality quality; /* of the runs before */
	struct capture_quality run_quality;
	struct table ids;
	struct makers *makers;
	size_t useless; /* events that cannot be told of */
	size_t runs;    /* with attempts */
	bool streams; /* numbers of streams are Wireshark's */
};

struct events *
events_new(const struct rules *rules)
{
	struct events *e = memory_new(1, sizeof(*e));

	e->rules = rules;
	e->streams = true;
	table_init(&e->ids);
	e->makers = makers_new(rules);
	return e;
}

static void
forget_ids(struct events *e)
{
	struct table_entry *entry;

	while ((entry = table_oldest(&e->ids)) != NULL) {
		table_remove(&e->ids, entry);
		free(LIST_OBJECT(entry, struct known_id, entry));
	}
}

void
events_free(struct events *e)
{
	if (e == NULL)
		return;
	forget_ids(e);
	table_fini(&e->ids);
	makers_free(e->makers);
	arena_fini(&e->arena);
	free(e->attempts);
	free(e->findings);
	free(e->inputs);
	free(e);
}

static struct known_id *
find_id(const struct events *e, uint32_t id)
{
	uint64_t hash = table_hash(span_of(&id, sizeof(id)));

	for (struct table_entry *t = table_first(&e->ids, hash); t != NULL;
	     t = table_next(t)) {
		struct known_id *k = LIST_OBJECT(t, struct known_id, entry);

		if (k->id == id)
			return k;
	}
	return NULL;
}

/* What follows is of another run: its ids and totals begin anew. */
static void
next_run(struct events *e)
{
	struct capture_quality *all = &e->quality, *q = &e->run_quality;

	all->frames += q->frames;
	all->bytes += q->bytes;
	all->connections += q->connections;
	all->http_connections += q->http_connections;
	all->one_sided += q->one_sided;
	all->missing += q->missing;
	all->carried += q->carried;
	all->damaged_packets += q->damaged_packets;
	all->unknown_link += q->unknown_link;
	all->conflicts += q->conflicts;
	*q = (struct capture_quality){ 0 };
	e->runs += e->ids.count > 0;
	e->run_findings = e->n_findings;
	e->run_inputs = e->n_inputs;
	forget_ids(e);
}

static void
take_attempt(struct events *e, struct span line)
{
	struct attempt *a = parts_attempt(&e->arena, line);
	struct known_id *k;

	if (a == NULL) {
		e->useless++;
		return;
	}
	k = find_id(e, a->id);
	if (k != NULL && e->attempts[k->index]->start != a->start) {
		next_run(e);
		k = NULL;
	}
	if (k != NULL) {
		/* In its place: findings may have been told of it. */
		*e->attempts[k->index] = *a;
		list_init(&e->attempts[k->index]->observations);
		return;
	}
	if (e->n_attempts >= limit_of(LIMIT_ATTEMPTS)) {
		limit_hit(LIMIT_ATTEMPTS);
		return;
	}
	if (e->n_attempts == e->room_attempts) {
		e->room_attempts = 2 * e->room_attempts + 64;
		e->attempts = memory_grow(e->attempts, e->room_attempts,
		    sizeof(*e->attempts));
	}
	k = memory_new(1, sizeof(*k));
	k->id = a->id;
	k->index = e->n_attempts;
	e->attempts[e->n_attempts++] = a;
	table_add(&e->ids, &k->entry, table_hash(span_of(&k->id,
	    sizeof(k->id))));
	e->streams = e->streams && span_starts(
	    json_member(json_member(json_member(line, "p407"), "attempt"),
	        "display_filter"), SPAN("tcp.stream"));
}

static struct attempt *
attempt_named(const struct events *e, struct span name)
{
	const struct known_id *k = find_id(e, parts_id(name));

	return k != NULL ? e->attempts[k->index] : NULL;
}

/* Those that are there, of a list of ids. */
static const struct attempt **
attempts_named(struct events *e, struct span list, size_t *n)
{
	size_t room = parts_count(list, limit_of(LIMIT_ATTEMPTS));
	const struct attempt **all =
	    arena_new(&e->arena, (room + 1) * sizeof(*all));
	struct reader r = reader_of(list);
	struct json_member m;

	json_array(&r);
	*n = 0;
	while (*n < room && json_element(&r, &m))
		if ((all[*n] = attempt_named(e, m.value)) != NULL)
			++*n;
	return all;
}

/*
 * Its attempts, and the example among them; false if it has some, and all are
 * missing.
 */
static bool
find_attempts(struct events *e, struct span about, struct finding *f,
    struct attempt **example)
{
	struct span list = json_member(about, "attempts");
	size_t room = parts_count(list, limit_of(LIMIT_ATTEMPTS));

	f->attempts = attempts_named(e, list, &f->n_attempts);
	f->inner = attempts_named(e, json_member(about, "inner"), &f->n_inner);
	for (size_t i = 0; i < f->n_attempts; i++)
		f->times += attempt_refusals(f->attempts[i]);
	*example = attempt_named(e, json_member(about, "example"));
	f->example = *example;
	f->good = attempt_named(e, json_member(about, "good"));
	return room == 0 || f->n_attempts > 0;
}

/* Where it is, or where the next one goes, among those of this run. */
static size_t
place_of(const struct events *e, const char *id)
{
	size_t i = e->run_findings;

	while (i < e->n_findings && strcmp(e->findings[i]->id, id) != 0)
		i++;
	return i;
}

/* What a sensor says of a finding whose attempts it has forgotten. */
static void
end_finding(struct events *e, struct span about)
{
	const char *id = json_string(&e->arena, about, "id");
	size_t i = id != NULL ? place_of(e, id) : e->n_findings;

	/* Closed: it is quiet.  Withdrawn: another one explains it. */
	if (i == e->n_findings ||
	    !span_eq(json_member(about, "state"), SPAN("withdrawn")))
		return;
	memmove(&e->findings[i], &e->findings[i + 1],
	    (e->n_findings - i - 1) * sizeof(*e->findings));
	e->n_findings--;
}

static void
take_finding(struct events *e, struct span line)
{
	struct span about =
	    json_member(json_member(line, "p407"), "finding");
	struct finding *f = parts_finding(&e->arena, line);
	const char *rule =
	    json_string(&e->arena, json_member(line, "rule"), "id");
	struct attempt *example = NULL;
	size_t i;

	if (span_is_set(json_member(about, "state")) &&
	    !span_is_set(json_member(line, "message"))) {
		end_finding(e, about);
		return;
	}
	if (f == NULL || !find_attempts(e, about, f, &example)) {
		e->useless++;
		return;
	}
	if (example != NULL)
		parts_ladder(&e->arena, line, example);
	f->rule = rule != NULL ? rules_find(e->rules, rule) : NULL;
	i = place_of(e, f->id);
	if (i == e->room_findings) {
		e->room_findings = 2 * e->room_findings + 64;
		e->findings = memory_grow(e->findings, e->room_findings,
		    sizeof(*e->findings));
	}
	e->findings[i] = f;
	e->n_findings += i == e->n_findings;
}

static void
take_input(struct events *e, struct span object)
{
	struct capture_input in = {
		.name = json_string(&e->arena, object, "name"),
		.format = json_string(&e->arena, object, "format"),
		.first = when_of_iso(json_member(object, "first")),
		.last = when_of_iso(json_member(object, "last")),
		.damaged = span_eq(json_member(object, "damaged"),
		    SPAN("true")),
	};

	if (in.name == NULL || in.format == NULL)
		return;
	span_decimal(json_member(object, "frames"), &in.frames);
	span_decimal(json_member(object, "bytes"), &in.bytes);
	span_decimal(json_member(object, "cut_frames"), &in.cut_frames);
	in.drops_known =
	    span_decimal(json_member(object, "dropped"), &in.dropped);
	if (e->n_inputs == e->room_inputs) {
		e->room_inputs = 2 * e->room_inputs + 4;
		e->inputs = memory_grow(e->inputs, e->room_inputs,
		    sizeof(*e->inputs));
	}
	e->inputs[e->n_inputs++] = in;
}

/* Of a sensor the last one counts: its numbers only grow. */
static void
take_summary(struct events *e, struct span line)
{
	struct span about =
	    json_member(json_member(line, "p407"), "summary");
	struct span list = json_member(about, "inputs");
	size_t n = parts_count(list, 4096);
	struct reader r = reader_of(list);
	struct json_member m;
	struct capture_quality *q = &e->run_quality;
	const struct {
		const char *key;
		uint64_t *to;
	} numbers[] = {
		{ "frames", &q->frames },
		{ "bytes", &q->bytes },
		{ "connections", &q->connections },
		{ "http_connections", &q->http_connections },
		{ "one_sided_connections", &q->one_sided },
		{ "missing_bytes", &q->missing },
		{ "carried_bytes", &q->carried },
		{ "damaged_packets", &q->damaged_packets },
		{ "unknown_link_frames", &q->unknown_link },
		{ "conflicting_retransmissions", &q->conflicts },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		span_decimal(json_member(about, numbers[i].key),
		    numbers[i].to);
	e->n_inputs = e->run_inputs;
	json_array(&r);
	while (n-- > 0 && json_element(&r, &m))
		take_input(e, m.value);
	list = json_member(about, "proxies");
	r = reader_of(list);
	n = parts_count(list, limit_of(LIMIT_PROXIES));
	json_array(&r);
	while (n-- > 0 && json_element(&r, &m))
		makers_take(e->makers, m.value);
}

bool
events_line(struct events *e, struct span line)
{
	struct span dataset =
	    json_member(json_member(line, "event"), "dataset");

	if (!span_starts(dataset, SPAN("p407.")))
		return false;
	if (span_eq(dataset, SPAN("p407.attempt")))
		take_attempt(e, line);
	else if (span_eq(dataset, SPAN("p407.finding")))
		take_finding(e, line);
	else if (span_eq(dataset, SPAN("p407.summary")))
		take_summary(e, line);
	return true;
}

bool
events_load(struct events *e, const char *path)
{
	struct problem problem = { .what = "" };
	struct input *in = input_open(path, INPUT_ROOM, &problem);
	struct lines lines = { .in = in };
	struct span line;
	size_t events = 0, others = 0, useless = e->useless;

	if (in == NULL) {
		message_error("%s: %s (%s)", path, problem.what,
		    problem.remedy);
		return false;
	}
	/* Another file is another run. */
	next_run(e);
	while (lines_next(&lines, &line))
		if (events_line(e, line))
			events++;
		else
			others += span_trim(line).len > 0;
	if (input_problem(in) != NULL)
		message_error("%s: %s (%s)", path, input_problem(in)->what,
		    input_problem(in)->remedy);
	else if (events == 0)
		message_error("%s: no line of it is from p407 -o json (give "
		              "that; a capture is read with -r)", path);
	else if (others > 0)
		message_error("%s: %zu lines are not from p407 and were left "
		              "out (give what -o json wrote)", path, others);
	if (e->useless > useless)
		message_error("%s: %zu events were left out: addresses that "
		              "are pseudonyms, or attempts that are missing "
		              "(give what -o json wrote without --redact "
		              "identities, all of it)",
		    path, e->useless - useless);
	input_close(in);
	return events > 0;
}

static int
by_start(const void *one, const void *other)
{
	const struct attempt *a = *(const struct attempt *const *)one;
	const struct attempt *b = *(const struct attempt *const *)other;

	/* Events have microseconds. */
	if (a->start / 1000 != b->start / 1000)
		return a->start < b->start ? -1 : 1;
	if (a->first_frame != b->first_frame)
		return a->first_frame < b->first_frame ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

void
events_fill(struct events *e, struct report *r)
{
	next_run(e);
	if (e->n_attempts > 0)
		qsort(e->attempts, e->n_attempts, sizeof(*e->attempts),
		    by_start);
	for (size_t i = 0; i < e->n_attempts; i++) {
		struct attempt *a = e->attempts[i];

		/* Those of several runs are alike. */
		if (e->runs > 1)
			a->id = (uint32_t)i + 1;
		a->response = makers_answer(e->makers,
		    &a->connection.proxy, a->connection.proxy_port);
	}
	r->inputs = e->inputs;
	r->n_inputs = e->n_inputs;
	r->quality = e->quality;
	r->attempts = e->attempts;
	r->n_attempts = e->n_attempts;
	for (size_t i = 0; i < e->n_findings; i++) {
		char id[24];

		snprintf(id, sizeof(id), "f%zu", i + 1);
		e->findings[i]->id = arena_str(&e->arena, span_of_str(id));
	}
	r->findings = (const struct finding *const *)e->findings;
	r->n_findings = e->n_findings;
	/* One run of one file, with all of its numbers. */
	r->options.stream_filters = e->streams && e->n_inputs <= 1;
}
