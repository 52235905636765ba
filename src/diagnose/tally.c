/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/tally.h"

#include <stdlib.h>
#include <strings.h>

#include "base/memory.h"
#include "witness/kdc.h"

#define MAX_KEPT 50

struct named {
	const char *name;
	size_t first; /* place of its first appearance */
	unsigned count;
};

static int
by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int d = strcasecmp(a->name, b->name);

	if (d != 0)
		return d;
	return a->first < b->first ? -1 : a->first > b->first;
}

static int
by_first(const void *left, const void *right)
{
	const struct named *a = left, *b = right;

	return a->first < b->first ? -1 : a->first > b->first;
}

void
tally_strings(struct tally *t, const char *const *names, size_t n,
    struct arena *arena)
{
	struct named *all = memory_new(n + 1, sizeof(*all));
	size_t count = 0, different = 0;

	for (size_t i = 0; i < n; i++)
		if (names[i] != NULL)
			all[count++] = (struct named){ names[i], i, 1 };
	qsort(all, count, sizeof(*all), by_name);
	for (size_t i = 0; i < count; i++) {
		if (different > 0 &&
		    strcasecmp(all[different - 1].name, all[i].name) == 0)
			all[different - 1].count++;
		else
			all[different++] = all[i];
	}
	qsort(all, different, sizeof(*all), by_first);
	t->total = different;
	t->n = different < MAX_KEPT ? different : MAX_KEPT;
	t->entries = arena_new(arena, (t->n + 1) * sizeof(*t->entries));
	for (size_t i = 0; i < t->n; i++)
		t->entries[i] =
		    (struct tally_entry){ all[i].name, all[i].count };
	free(all);
}

static const char *
kept(struct arena *arena, struct text *t)
{
	const char *string = arena_str(arena, span_of_str(text_get(t)));

	text_fini(t);
	return string;
}

static const char *
client_name(const struct attempt *a, struct arena *arena)
{
	struct text t = { .limit = 80 };

	address_add(&t, &a->connection.client);
	return kept(arena, &t);
}

static const char *
proxy_name(const struct attempt *a, struct arena *arena)
{
	struct text t = { .limit = 80 };

	address_port_add(&t, &a->connection.proxy, a->connection.proxy_port);
	return kept(arena, &t);
}

/* As it was sent: DOMAIN\user, user@realm, user. */
static const char *
user_name(const struct attempt *a, struct arena *arena)
{
	struct text t = { .limit = 300 };

	if (a->user == NULL)
		return NULL;
	if (a->domain == NULL || a->domain[0] == '\0')
		return a->user;
	if (strchr(a->domain, '.') != NULL)
		text_fmt(&t, "%s@%s", a->user, a->domain);
	else
		text_fmt(&t, "%s\\%s", a->domain, a->user);
	return kept(arena, &t);
}

static const char *
agent_name(const struct attempt *a, struct arena *arena)
{
	(void)arena;
	return a->user_agent;
}

static const char *
target_name(const struct attempt *a, struct arena *arena)
{
	(void)arena;
	return a->authority != NULL ? a->authority : a->target;
}

static const char *
application_name(const struct attempt *a, struct arena *arena)
{
	(void)arena;
	return a->application;
}

static const char *
workstation_name(const struct attempt *a, struct arena *arena)
{
	(void)arena;
	if (a->authenticate == NULL ||
	    a->authenticate->ntlm->workstation == NULL ||
	    a->authenticate->ntlm->workstation[0] == '\0')
		return NULL;
	return a->authenticate->ntlm->workstation;
}

void
tally_attempts(struct finding *f, struct arena *arena)
{
	const struct {
		struct tally *tally;
		const char *(*name)(const struct attempt *a,
		    struct arena *arena);
	} all[] = {
		{ &f->clients, client_name },
		{ &f->proxies, proxy_name },
		{ &f->users, user_name },
		{ &f->agents, agent_name },
		{ &f->targets, target_name },
		{ &f->applications, application_name },
		{ &f->workstations, workstation_name },
	};
	const char **names = memory_new(f->n_attempts + 1, sizeof(*names));

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		for (size_t i = 0; i < f->n_attempts; i++)
			names[i] = all[k].name(f->attempts[i], arena);
		tally_strings(all[k].tally, names, f->n_attempts, arena);
	}
	free(names);
}

void
tally_kdc_user(struct finding *f, struct arena *arena)
{
	const struct kdc_record *one = NULL;
	struct text t = { .limit = 300 };
	const char *name;

	if (f->users.total > 0 || f->clients.total != 1)
		return;
	for (size_t i = 0; i < f->n_kdc; i++) {
		const struct kdc_record *k = f->kdc[i]->saw.kdc;

		if (k->client == NULL || strchr(k->client, '/') != NULL)
			continue;
		if (one != NULL && strcmp(one->client, k->client) != 0)
			return;
		one = k;
	}
	if (one == NULL)
		return;
	text_str(&t, one->client);
	if (one->realm != NULL)
		text_fmt(&t, "@%s", one->realm);
	name = kept(arena, &t);
	tally_strings(&f->users, &name, 1, arena);
	f->users.entries[0].count = (unsigned)f->n_attempts;
}
