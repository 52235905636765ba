/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/applications.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"
#include "witness/apps.h"
#include "witness/sample.h"

/* host:port, and what is known of it. */
struct place {
	struct table_entry entry;
	char *authority;
	struct observation *sample; /* NULL once it was asked about, or none */
	char *application;          /* NULL: not known */
	bool asked;
};

struct applications {
	struct apps *apps;
	struct table places;
};

struct applications *
applications_new(void)
{
	struct applications *a = memory_new(1, sizeof(*a));

	a->apps = apps_new();
	apps_open(a->apps);
	table_init(&a->places);
	return a;
}

void
applications_free(struct applications *a)
{
	if (a == NULL)
		return;
	LIST_EACH (l, &a->places.by_age) {
		struct place *p = LIST_OBJECT(l, struct place, entry.age);

		observation_free(p->sample);
		free(p->authority);
		free(p->application);
		free(p);
	}
	table_fini(&a->places);
	apps_free(a->apps);
	free(a);
}

struct apps *
applications_apps(struct applications *a)
{
	return a->apps;
}

/* NULL: there are too many. */
static struct place *
place_of(struct applications *a, const char *authority)
{
	uint64_t hash = table_hash(span_of_str(authority));

	for (struct table_entry *e = table_first(&a->places, hash); e != NULL;
	     e = table_next(e)) {
		struct place *p = LIST_OBJECT(e, struct place, entry);

		if (strcmp(p->authority, authority) == 0)
			return p;
	}
	if (a->places.count >= limit_of(LIMIT_SAMPLES)) {
		limit_hit(LIMIT_SAMPLES);
		return NULL;
	}

	struct place *p = memory_new(1, sizeof(*p));

	p->authority = memory_strdup(authority);
	table_add(&a->places, &p->entry, hash);
	return p;
}

void
applications_take(struct applications *a, struct observation *o)
{
	struct place *p = place_of(a, o->witness->saw.sample->authority);

	/* The first that tells something is as good as any. */
	if (p == NULL || p->sample != NULL || (p->asked && p->application)) {
		observation_free(o);
		return;
	}
	p->sample = o;
	p->asked = false;
}

/* "TLS" and what the host is, "Microsoft365", are one name. */
static void
join(struct text *name, const char *host)
{
	if (host == NULL || span_find(text_span(name), '.') < name->len ||
	    strcmp(text_get(name), host) == 0)
		return;
	text_fmt(name, "%s%s", name->len > 0 ? "." : "", host);
}

static void
ask(struct applications *a, struct place *p)
{
	/* observe.c puts a port to each. */
	const char *colon = strrchr(p->authority, ':');
	size_t host = colon != NULL ? (size_t)(colon - p->authority)
	                            : strlen(p->authority);
	uint64_t port = 443;
	struct text name = { .limit = 80 };

	p->asked = true;
	if (p->sample != NULL) {
		const struct sample_record *s = p->sample->witness->saw.sample;

		if (colon != NULL)
			span_decimal(span_of_str(colon + 1), &port);

		const struct apps_talk talk = { s->client, s->server,
			(uint16_t)port, s->server_first };

		apps_of_talk(a->apps, &talk, &name);
		observation_free(p->sample);
		p->sample = NULL;
	}
	join(&name, apps_of_host(a->apps, span_of(p->authority, host)));
	if (name.len > 0) {
		free(p->application);
		p->application = text_steal(&name);
	}
	text_fini(&name);
}

void
applications_name(struct applications *a, struct attempt *const *attempts,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct attempt *t = attempts[i];
		struct place *p = t->authority != NULL
		    ? place_of(a, t->authority)
		    : NULL;

		if (p == NULL)
			continue;
		if (!p->asked)
			ask(a, p);
		if (p->application != NULL && (t->application == NULL ||
		        strcmp(t->application, p->application) != 0))
			t->application = arena_str(&t->arena,
			    span_of_str(p->application));
	}
}
