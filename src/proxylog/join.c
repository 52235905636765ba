/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "proxylog/entry.h"

/* Beside the offset of the clocks, for a log that writes whole seconds and
 * late. */
#define NEAR (3 * WHEN_SECOND)
/* Lines looked at for an exchange, and offsets that are weighed. */
#define CANDIDATES 500
#define DELTAS     200000

static const struct annex_column columns[] = {
	{ "where", "in", ANNEX_PLAIN },
	{ "frame", "frame", ANNEX_NUMBER },
	{ "line", "line", ANNEX_NUMBER },
	{ "time", "log time", ANNEX_PLAIN },
	{ "client", "client", ANNEX_HOST },
	{ "method", "method", ANNEX_PLAIN },
	{ "target", "for", ANNEX_TARGET },
	{ "status", "status", ANNEX_NUMBER },
	{ "user", "user in log", ANNEX_USER },
	{ "result", "result", ANNEX_PLAIN },
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* An exchange of the capture, and its line. */
struct side {
	const struct observation *o;
	when_ns begin, end;
	struct log_entry *line; /* NULL: none */
};

struct join {
	struct side *sides;
	size_t n, room;
	struct log_entry **index; /* by client and time */
	size_t n_index;
	int64_t *deltas;
	size_t n_deltas;
	bool finer; /* than whole seconds: the times of the log */
};

static int
by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_frame(const void *one, const void *other)
{
	const struct side *a = one, *b = other;

	return by_number(a->o->frame, b->o->frame);
}

static int
by_size(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

static void
gather(struct join *j, const struct report *r)
{
	for (size_t i = 0; i < r->n_attempts; i++)
		LIST_EACH (link, &r->attempts[i]->observations) {
			const struct observation *o =
			    LIST_OBJECT(link, struct observation, link);

			if (o->kind != OBSERVE_EXCHANGE || !o->request.seen ||
			    !o->response.seen)
				continue;
			if (j->n == j->room) {
				j->room = j->room > 0 ? 2 * j->room : 64;
				j->sides = memory_grow(j->sides, j->room,
				    sizeof(*j->sides));
			}
			j->sides[j->n++] = (struct side){ o,
				o->request.time, o->response.time, NULL };
		}
	if (j->n > 0)
		qsort(j->sides, j->n, sizeof(*j->sides), by_frame);
}

/* The same up to a query, and to a final "/" of an empty path. */
static bool
same_target(const char *a, const char *b)
{
	struct span one = span_of_str(a), other = span_of_str(b);

	one = span_first(one, span_find(one, '?'));
	other = span_first(other, span_find(other, '?'));
	if (one.len > 0 && one.at[one.len - 1] == '/')
		one.len--;
	if (other.len > 0 && other.at[other.len - 1] == '/')
		other.len--;
	return span_eq_nocase(one, other);
}

static bool
may_be(const struct side *s, const struct log_entry *e)
{
	const struct observation *o = s->o;

	return !e->joined && e->status == o->response.status &&
	    address_eq(&e->client, &o->connection.client) &&
	    (e->port == 0 || e->port == o->connection.client_port) &&
	    (e->method == NULL || o->request.method == NULL ||
	        strcmp(e->method, o->request.method) == 0) &&
	    (e->target == NULL || o->request.target == NULL ||
	        same_target(e->target, o->request.target));
}

/* A tunnel is logged when it ends. */
static bool
is_tunnel(const struct side *s)
{
	return s->o->request.method != NULL && s->o->response.status < 300 &&
	    strcmp(s->o->request.method, "CONNECT") == 0;
}

static int64_t
delta_of(const struct side *s, const struct log_entry *e)
{
	if (is_tunnel(s) && e->taken > 0)
		return when_between(s->begin, when_after(e->time, -e->taken));
	return when_between(s->end, e->time);
}

static int
by_client(const void *one, const void *other)
{
	const struct log_entry *a = *(struct log_entry *const *)one;
	const struct log_entry *b = *(struct log_entry *const *)other;
	int c = memcmp(&a->client, &b->client, sizeof(a->client));

	return c != 0             ? c
	    : a->time != b->time  ? (a->time < b->time ? -1 : 1)
	                          : by_number(a->number, b->number);
}

/* The first line of a client at or after a time: place in the index. */
static size_t
first_from(const struct join *j, const struct address *client, when_ns time)
{
	size_t low = 0, high = j->n_index;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = memcmp(&j->index[mid]->client, client,
		    sizeof(*client));

		if (c < 0 || (c == 0 && j->index[mid]->time < time))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct log_entry *
at_index(const struct join *j, size_t i, const struct address *client)
{
	return i < j->n_index && address_eq(&j->index[i]->client, client)
	    ? j->index[i]
	    : NULL;
}

/* What is between the clocks if this line were that of that exchange, for
 * all that may be; the nearest ones of each side of its time. */
static void
take_deltas(struct join *j, const struct side *s)
{
	const struct address *client = &s->o->connection.client;
	size_t middle = first_from(j, client, s->end);
	struct log_entry *e;

	for (size_t i = 0; i < CANDIDATES && j->n_deltas < DELTAS &&
	     (e = at_index(j, middle + i, client)) != NULL; i++)
		if (may_be(s, e))
			j->deltas[j->n_deltas++] = delta_of(s, e);
	for (size_t i = 1; i <= CANDIDATES && i <= middle &&
	     j->n_deltas < DELTAS &&
	     (e = at_index(j, middle - i, client)) != NULL; i++)
		if (may_be(s, e))
			j->deltas[j->n_deltas++] = delta_of(s, e);
}

/*
 * The offset on which most pairs agree, within NEAR; of several the one next
 * to zero, as what repeats itself fits with a shift, too.  Its median.
 */
static bool
find_offset(struct join *j, int64_t *offset)
{
	size_t most = 0, best = 0;

	j->deltas = memory_new(DELTAS, sizeof(*j->deltas));
	for (size_t i = 0; i < j->n; i++)
		if (!is_tunnel(&j->sides[i]))
			take_deltas(j, &j->sides[i]);
	if (j->n_deltas == 0)
		return false;
	qsort(j->deltas, j->n_deltas, sizeof(*j->deltas), by_size);
	for (size_t low = 0, high = 0; high < j->n_deltas; high++) {
		while (when_between(j->deltas[low], j->deltas[high]) > NEAR)
			low++;

		size_t count = high - low + 1;

		if (count > most ||
		    (count == most && llabs(j->deltas[low]) <
		            llabs(j->deltas[best]))) {
			most = count;
			best = low;
		}
	}
	*offset = j->deltas[best + most / 2];
	j->n_deltas = most;
	return true;
}

static void
pair_one(struct join *j, struct side *s, int64_t offset)
{
	const struct address *client = &s->o->connection.client;
	bool tunnel = is_tunnel(s);
	int64_t best = tunnel ? INT64_MAX : NEAR;
	when_ns from = when_after(when_after(tunnel ? s->begin : s->end,
	    offset), -NEAR);
	struct log_entry *e;

	for (size_t i = first_from(j, client, from), k = 0; k < CANDIDATES &&
	     (e = at_index(j, i, client)) != NULL; i++, k++) {
		int64_t off = when_between(offset, delta_of(s, e));

		if (!tunnel && off > NEAR)
			break;
		off = off < 0 ? -off : off;
		if (off < best && may_be(s, e)) {
			best = off;
			s->line = e;
		}
	}
	if (s->line != NULL)
		s->line->joined = true;
}

/* The offset again, of those that were paired only. */
static void
pair(struct join *j, int64_t *offset)
{
	for (size_t i = 0; i < j->n; i++)
		pair_one(j, &j->sides[i], *offset);
	j->n_deltas = 0;
	for (size_t i = 0; i < j->n && j->n_deltas < DELTAS; i++) {
		const struct side *s = &j->sides[i];

		if (s->line == NULL || is_tunnel(s))
			continue;
		j->deltas[j->n_deltas++] = delta_of(s, s->line);
		j->finer |= s->line->time % WHEN_SECOND != 0;
	}
	if (j->n_deltas == 0)
		return;
	qsort(j->deltas, j->n_deltas, sizeof(*j->deltas), by_size);
	*offset = j->deltas[j->n_deltas / 2];
}

static void
add_row(struct annex *x, const struct side *s, const struct log_entry *e)
{
	char frame[24] = "", line[24] = "", status[24];
	struct text time = { 0 }, client = { 0 };
	const struct observation *o = s != NULL ? s->o : NULL;

	if (o != NULL)
		snprintf(frame, sizeof(frame), "%llu",
		    (unsigned long long)o->response.frame);
	if (e != NULL) {
		snprintf(line, sizeof(line), "%llu",
		    (unsigned long long)e->number);
		when_iso(&time, e->time);
	}
	address_add(&client, o != NULL ? &o->connection.client : &e->client);
	snprintf(status, sizeof(status), "%u",
	    o != NULL ? o->response.status : e->status);

	const char *const cells[N_COLUMNS] = {
		o != NULL && e != NULL ? "both"
		    : o != NULL        ? "capture only"
		                       : "log only",
		o != NULL ? frame : NULL, e != NULL ? line : NULL,
		e != NULL ? text_get(&time) : NULL, text_get(&client),
		o != NULL ? o->request.method : e->method,
		o != NULL ? o->request.target : e->target, status,
		e != NULL ? e->user : NULL, e != NULL ? e->result : NULL };

	annex_row(x, cells);
	text_fini(&time);
	text_fini(&client);
}

/* Of this capture's time, on the proxy's clock; not at its very ends. */
static bool
in_time(const struct report *r, const struct log_entry *e, int64_t offset,
    bool finer)
{
	int64_t margin = (finer ? 200 : 1500) * WHEN_MS;
	when_ns t = when_after(e->time, -offset);

	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct capture_input *in = &r->inputs[i];

		if (in->first != WHEN_NONE &&
		    t >= when_after(in->first, margin) &&
		    t <= when_after(in->last, -margin))
			return true;
	}
	return false;
}

/* Clients that were asked on more connections than the one they answered on. */
static bool
spares(const struct report *r)
{
	for (size_t i = 0; i < r->n_attempts; i++)
		if (r->attempts[i]->spare > 0)
			return true;
	return false;
}

static void
sentences(struct annex *x, const struct proxylog *l, const struct report *r,
    const struct join *j, bool known, int64_t offset, const size_t *n)
{
	struct text t = { 0 };

	annex_line(x, "Format: %s; lines: %zu; lines of another form: %llu. "
	              "Exchanges of the capture that have a line: %zu of "
	              "%zu.",
	    l->format, l->n, (unsigned long long)l->others, n[0], j->n);
	if (known && !j->finer && llabs(offset) < WHEN_SECOND) {
		annex_line(x, "The clocks of the proxy and of the capture "
		              "agree, as far as a log of whole seconds can "
		              "tell.");
	} else if (known) {
		when_length(&t, offset < 0 ? -offset : offset);
		annex_line(x, "The proxy's clock%s is %s %s that of the "
		              "capture (median of %zu pairs).",
		    l->lacks_zone ? ", taken for UTC as the log has no zone,"
		                  : "",
		    text_get(&t), offset < 0 ? "behind" : "ahead of",
		    j->n_deltas);
		text_fini(&t);
	} else {
		annex_line(x, "No line fits an exchange: it is the log of "
		              "another proxy or another time, or the clients "
		              "have other addresses there.");
	}
	if (known && n[1] > 0)
		annex_line(x, "407s in the capture without a line: %zu. "
		              "Another proxy (or another process of it) wrote "
		              "them, or the log leaves some out.", n[1]);
	if (known && n[2] > 0)
		annex_line(x, "407s in the log that no attempt here has, "
		              "from its time: %zu. It lost frames, or they "
		              "took another path%s.", n[2],
		    spares(r) ? ", or a client was asked on a spare "
		                "connection, too, which is not told apart"
		              : "");
}

struct annex *
proxylog_annex(struct proxylog *l, const struct report *r)
{
	struct annex *x = annex_new("proxy_log", "The proxy's log", columns,
	    N_COLUMNS);
	struct join j = { 0 };
	int64_t offset = 0;
	size_t n[3] = { 0 };
	bool known;

	gather(&j, r);
	j.index = memory_new(l->n, sizeof(*j.index));
	for (; j.n_index < l->n; j.n_index++)
		j.index[j.n_index] = &l->list[j.n_index];
	qsort(j.index, j.n_index, sizeof(struct log_entry *), by_client);
	known = find_offset(&j, &offset);
	if (known)
		pair(&j, &offset);
	for (size_t i = 0; i < j.n; i++) {
		const struct side *s = &j.sides[i];

		n[0] += s->line != NULL;
		if (s->line == NULL && s->o->response.status != 407)
			continue;
		n[1] += s->line == NULL;
		if (known)
			add_row(x, s, s->line);
	}
	for (size_t i = 0; known && i < l->n; i++)
		if (!l->list[i].joined && l->list[i].status == 407 &&
		    in_time(r, &l->list[i], offset, j.finer)) {
			n[2]++;
			add_row(x, NULL, &l->list[i]);
		}
	sentences(x, l, r, &j, known, offset, n);
	free(j.sides);
	free(j.index);
	free(j.deltas);
	return x;
}
