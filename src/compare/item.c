/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare/item.h"

#include <stdlib.h>
#include <strings.h>

#include "auth/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

void
items_fini(struct items *s)
{
	free(s->list);
	arena_fini(&s->arena);
	*s = (struct items){ 0 };
}

static const char *
keep(struct items *s, const char *words)
{
	return words != NULL && words[0] != '\0'
	    ? arena_str(&s->arena, span_of_str(words))
	    : NULL;
}

/* Copies all strings. */
static void
add(struct items *s, const struct item *i)
{
	/* Runs of the same are the rule. */
	const struct item *last = s->n > 0 ? &s->list[s->n - 1] : NULL;

	if (last != NULL && strcmp(last->client, i->client) == 0 &&
	    strcmp(last->proxy, i->proxy) == 0 &&
	    strcmp(last->scheme, i->scheme) == 0 &&
	    strcmp(last->user != NULL ? last->user : "",
	        i->user != NULL ? i->user : "") == 0 &&
	    (last->cause == NULL) == (i->cause == NULL) &&
	    (i->cause == NULL || strcmp(last->cause, i->cause) == 0)) {
		s->list[s->n - 1].count++;
		return;
	}
	if (s->n >= limit_of(LIMIT_ATTEMPTS)) {
		limit_hit(LIMIT_ATTEMPTS);
		return;
	}
	if (s->n == s->room) {
		s->room = s->room > 0 ? 2 * s->room : 64;
		s->list = memory_grow(s->list, s->room, sizeof(*s->list));
	}
	s->list[s->n++] = (struct item){ keep(s, i->client),
		keep(s, i->proxy), keep(s, i->user), keep(s, i->scheme),
		keep(s, i->cause), 1 };
}

/* "LAB\bob"; empty where there is no user. */
static void
account(struct text *t, const char *user, const char *domain)
{
	if (user == NULL || user[0] == '\0')
		return;
	if (domain != NULL && domain[0] != '\0')
		text_fmt(t, "%s\\", domain);
	text_str(t, user);
}

void
items_attempt(struct items *s, const struct attempt *a)
{
	struct text client = { 0 }, proxy = { 0 }, user = { 0 };
	const char *cause = cause_name(a->cause);

	if (a->outcome != OUTCOME_AUTHENTICATED && !attempt_failed(a))
		return;
	address_add(&client, &a->connection.client);
	address_port_add(&proxy, &a->connection.proxy,
	    a->connection.proxy_port);
	account(&user, a->user, a->domain);
	add(s, &(struct item){ text_get(&client), text_get(&proxy),
	    text_get(&user),
	    a->scheme_name != NULL ? a->scheme_name
	                           : attempt_scheme_name(a->scheme),
	    attempt_failed(a) ? (cause != NULL ? cause : "other") : NULL, 1 });
	text_fini(&client);
	text_fini(&proxy);
	text_fini(&user);
}

static struct text
words(struct span object, const char *name)
{
	struct text t = { .limit = 1024 };

	json_unescape(&t, json_member(object, name));
	/* As a C string ends there. */
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] == '\0')
			t.at[i] = '\x01';
	return t;
}

/* "10.77.1.4" and 3128, as the program writes them; false: no address. */
static bool
place(struct span object, bool with_port, struct text *out)
{
	struct text ip = words(object, "ip");
	struct address a;
	uint64_t port = 0;
	bool ok = address_parse(text_get(&ip), &a) &&
	    (!with_port || (span_decimal(json_member(object, "port"), &port) &&
	                       port <= 65535));

	if (ok && with_port)
		address_port_add(out, &a, (uint16_t)port);
	else if (ok)
		address_add(out, &a);
	text_fini(&ip);
	return ok;
}

static void
take_attempt(struct items *s, struct span line)
{
	struct span about = json_member(json_member(line, "p407"), "attempt");
	struct text outcome = words(about, "outcome");
	struct text scheme = words(about, "scheme");
	struct text cause = words(about, "cause");
	struct text name = words(json_member(line, "user"), "name");
	struct text domain = words(json_member(line, "user"), "domain");
	struct text client = { 0 }, proxy = { 0 }, user = { 0 };
	bool passed = strcmp(text_get(&outcome), "authenticated") == 0;
	bool told = strcmp(text_get(&outcome), "incomplete") != 0;
	enum cause known;

	account(&user, text_get(&name), text_get(&domain));
	/* null, and words of another version. */
	if (!cause_of(text_span(&cause), &known)) {
		text_clear(&cause);
		text_str(&cause, "other");
	}
	if (told && outcome.len > 0 && scheme.len > 0 &&
	    place(json_member(line, "source"), false, &client) &&
	    place(json_member(line, "destination"), true, &proxy))
		add(s, &(struct item){ text_get(&client), text_get(&proxy),
		    text_get(&user), text_get(&scheme),
		    passed ? NULL : text_get(&cause), 1 });

	struct text *all[] = { &outcome, &scheme, &cause, &name, &domain,
		&client, &proxy, &user };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		text_fini(all[i]);
}

bool
items_json(struct items *s, struct span line)
{
	struct span dataset =
	    json_member(json_member(line, "event"), "dataset");

	if (!span_starts(dataset, SPAN("p407.")))
		return false;
	if (span_eq(dataset, SPAN("p407.attempt")))
		take_attempt(s, line);
	return true;
}

static int
order(const char *a, const char *b)
{
	return a == b    ? 0
	    : a == NULL  ? -1
	    : b == NULL  ? 1
	                 : strcmp(a, b);
}

static int
by_place(const struct item *a, const struct item *b)
{
	int c = order(a->client, b->client);

	return c != 0 ? c : order(a->proxy, b->proxy);
}

static int
by_all(const void *one, const void *other)
{
	const struct item *a = one, *b = other;
	int c = by_place(a, b);

	c = c != 0 ? c : order(a->user, b->user);
	c = c != 0 ? c : order(a->scheme, b->scheme);
	return c != 0 ? c : order(a->cause, b->cause);
}

void
items_sort(struct items *s)
{
	size_t n = 0;

	if (s->n == 0)
		return;
	qsort(s->list, s->n, sizeof(*s->list), by_all);
	for (size_t i = 1; i < s->n; i++)
		if (by_all(&s->list[n], &s->list[i]) == 0)
			s->list[n].count += s->list[i].count;
		else
			s->list[++n] = s->list[i];
	s->n = n + 1;
}

size_t
items_place(const struct items *s, const struct item *like, size_t *end)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_place(&s->list[mid], like) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*end = low;
	while (*end < s->n && by_place(&s->list[*end], like) == 0)
		++*end;
	return low;
}

/* Without a domain, unless both have one. */
bool
item_same_user(const struct item *a, const struct item *b)
{
	if (a->user == NULL || b->user == NULL)
		return true;

	const char *one = strchr(a->user, '\\');
	const char *other = strchr(b->user, '\\');

	if (one != NULL && other != NULL)
		return strcasecmp(a->user, b->user) == 0;
	return strcasecmp(one != NULL ? one + 1 : a->user,
	           other != NULL ? other + 1 : b->user) == 0;
}
