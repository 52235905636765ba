/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/redact.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "report/target.h"

static const char *const kinds[IDENTITY_COUNT] = {
	[IDENTITY_USER] = "user",
	[IDENTITY_DOMAIN] = "domain",
	[IDENTITY_HOST] = "host",
	[IDENTITY_ADDRESS] = "addr",
	[IDENTITY_AGENT] = "agent",
	[IDENTITY_REALM] = "realm",
};

/*
 * Words of ours that somebody's computer may be called, too: in a sentence
 * they are taken for the name only in the spelling that was on the wire.
 */
static const char *const vocabulary[] = { "account", "admin", "agent",
	"browser", "capture", "client", "computer", "connection", "directory",
	"domain", "host", "internet", "lab", "local", "login", "name",
	"network", "password", "proxy", "realm", "server", "service", "test",
	"user", "web", "windows", "workgroup", "workstation" };

/* One identity.  As many as attempts and their fields, which are bounded. */
struct known {
	struct table_entry entry; /* by kind and name */
	char *name;               /* lower case */
	enum identity kind;
	char pseudonym[24];
};

/* How it may be written in a sentence. */
struct spelling {
	struct table_entry entry;
	char *text;
	const struct known *of; /* the first that was written so */
};

/* The first word of spellings: where a search in a sentence may begin. */
struct opening {
	struct table_entry entry;
	char *word;
	size_t longest; /* of the spellings that begin with it */
};

struct redact {
	enum redact_level level;
	unsigned counts[IDENTITY_COUNT];
	struct table names, spellings, openings;
	struct text address, address_port, target, sentence, scratch;
};

struct redact *
redact_new(enum redact_level level)
{
	struct redact *r = memory_new(1, sizeof(*r));

	r->level = level;
	table_init(&r->names);
	table_init(&r->spellings);
	table_init(&r->openings);
	return r;
}

void
redact_free(struct redact *r)
{
	if (r == NULL)
		return;
	LIST_EACH (link, &r->openings.by_age) {
		struct opening *o =
		    LIST_OBJECT(link, struct opening, entry.age);

		free(o->word);
		free(o);
	}
	LIST_EACH (link, &r->spellings.by_age) {
		struct spelling *w =
		    LIST_OBJECT(link, struct spelling, entry.age);

		free(w->text);
		free(w);
	}
	LIST_EACH (link, &r->names.by_age) {
		struct known *k = LIST_OBJECT(link, struct known, entry.age);

		free(k->name);
		free(k);
	}
	table_fini(&r->openings);
	table_fini(&r->spellings);
	table_fini(&r->names);
	text_fini(&r->address);
	text_fini(&r->address_port);
	text_fini(&r->target);
	text_fini(&r->sentence);
	text_fini(&r->scratch);
	free(r);
}

void
redact_walk(const struct redact *r,
    void (*pair)(void *context, const char *pseudonym, const char *real),
    void *context)
{
	LIST_EACH (link, &r->names.by_age) {
		const struct known *k =
		    LIST_OBJECT(link, struct known, entry.age);

		pair(context, k->pseudonym, k->name);
	}
}

size_t
redact_count(const struct redact *r)
{
	return r->names.count;
}

enum redact_level
redact_level_of(const struct redact *r)
{
	return r->level;
}

static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
}

static bool
is_word(uint8_t c)
{
	return isalnum(c) || c == '_' || c >= 0x80;
}

/* A run of word characters, or one other byte: what s begins with. */
static struct span
first_run(struct span s)
{
	size_t n = 1;

	if (s.len > 0 && is_word(s.at[0]))
		while (n < s.len && is_word(s.at[n]))
			n++;
	return span_first(s, n);
}

/* Run by run, so that a search in a sentence can do it step by step. */
static uint64_t
hash_runs(struct span s)
{
	struct span run = first_run(s);
	uint64_t hash = table_hash(run);

	for (s = span_from(s, run.len); s.len > 0; s = span_from(s, run.len)) {
		run = first_run(s);
		hash = table_hash_more(hash, run);
	}
	return hash;
}

static const struct spelling *
find_spelling(const struct redact *r, uint64_t hash, struct span text)
{
	for (struct table_entry *e = table_first(&r->spellings, hash);
	     e != NULL; e = table_next(e)) {
		struct spelling *w = LIST_OBJECT(e, struct spelling, entry);

		if (span_eq(span_of_str(w->text), text))
			return w;
	}
	return NULL;
}

static struct opening *
find_opening(const struct redact *r, uint64_t hash, struct span word)
{
	for (struct table_entry *e = table_first(&r->openings, hash);
	     e != NULL; e = table_next(e)) {
		struct opening *o = LIST_OBJECT(e, struct opening, entry);

		if (span_eq(span_of_str(o->word), word))
			return o;
	}
	return NULL;
}

static void
note_opening(struct redact *r, struct span name)
{
	struct span word = first_run(name);
	uint64_t hash = table_hash(word);
	struct opening *o = find_opening(r, hash, word);

	if (o == NULL) {
		o = memory_new(1, sizeof(*o));
		o->word = memory_str(word);
		table_add(&r->openings, &o->entry, hash);
	}
	if (name.len > o->longest)
		o->longest = name.len;
}

static void
add_spelling(struct redact *r, const struct known *k, const char *text)
{
	struct span s = span_of_str(text);
	uint64_t hash = hash_runs(s);

	if (find_spelling(r, hash, s) != NULL)
		return;

	struct spelling *w = memory_new(1, sizeof(*w));

	w->text = memory_strdup(text);
	w->of = k;
	table_add(&r->spellings, &w->entry, hash);
	note_opening(r, s);
}

static bool
is_vocabulary(const char *word)
{
	for (size_t i = 0; i < sizeof(vocabulary) / sizeof(vocabulary[0]); i++)
		if (strcmp(vocabulary[i], word) == 0)
			return true;
	return false;
}

/* Takes the (lower case) name over. */
static struct known *
add(struct redact *r, enum identity kind, char *name, uint64_t hash)
{
	struct known *k = memory_new(1, sizeof(*k));

	k->kind = kind;
	k->name = name;
	snprintf(k->pseudonym, sizeof(k->pseudonym), "%s-%u", kinds[kind],
	    ++r->counts[kind]);
	table_add(&r->names, &k->entry, hash);
	if (!is_vocabulary(name))
		add_spelling(r, k, name);
	return k;
}

static struct known *
known(struct redact *r, enum identity kind, const char *name)
{
	char *key = memory_strdup(name);
	uint8_t tag = (uint8_t)kind;

	lower(key);

	uint64_t hash = table_hash_more(table_hash(span_of(&tag, 1)),
	    span_of_str(key));

	for (struct table_entry *e = table_first(&r->names, hash); e != NULL;
	     e = table_next(e)) {
		struct known *k = LIST_OBJECT(e, struct known, entry);

		if (k->kind == kind && strcmp(k->name, key) == 0) {
			free(key);
			return k;
		}
	}
	return add(r, kind, key, hash);
}

const char *
redact_name(struct redact *r, enum identity kind, const char *name)
{
	if (r->level == REDACT_SECRETS || name == NULL || *name == '\0')
		return name;

	struct known *k = known(r, kind, name);

	/* A realm called "proxy" is nobody, and our sentences stay readable. */
	if (kind != IDENTITY_REALM || !is_vocabulary(name))
		add_spelling(r, k, name);
	return k->pseudonym;
}

void
redact_learn(struct redact *r, enum identity kind, const char *name)
{
	redact_name(r, kind, name);
}

void
redact_learn_address(struct redact *r, const struct address *a)
{
	redact_address(r, a);
}

static void
learn_part(struct redact *r, enum identity kind, const char *from,
    const char *to)
{
	text_clear(&r->scratch);
	text_add(&r->scratch, span_of(from, (size_t)(to - from)));
	redact_learn(r, kind, text_get(&r->scratch));
}

void
redact_learn_user(struct redact *r, const char *account)
{
	const char *slash = account != NULL ? strchr(account, '\\') : NULL;
	const char *at = account != NULL ? strrchr(account, '@') : NULL;

	if (r->level == REDACT_SECRETS || account == NULL)
		return;
	if (slash != NULL) {
		learn_part(r, IDENTITY_DOMAIN, account, slash);
		redact_learn(r, IDENTITY_USER, slash + 1);
	} else if (at != NULL && at != account) {
		learn_part(r, IDENTITY_USER, account, at);
		redact_learn(r, IDENTITY_DOMAIN, at + 1);
	} else {
		redact_learn(r, IDENTITY_USER, account);
	}
}

static void
add_host(struct redact *r, struct text *out, struct span host)
{
	if (r->level == REDACT_SECRETS || host.len == 0) {
		text_add(out, host);
		return;
	}

	char *name = memory_str(host);
	struct address a;

	text_str(out, redact_name(r,
	    address_parse(name, &a) ? IDENTITY_ADDRESS : IDENTITY_HOST, name));
	free(name);
}

static void
add_target(struct redact *r, struct text *out, struct span s)
{
	struct target t = target_split(s);
	bool brackets = r->level == REDACT_SECRETS &&
	    span_find(t.host, ':') < t.host.len;

	text_add(out, t.scheme);
	text_str(out, brackets ? "[" : "");
	add_host(r, out, t.host);
	text_str(out, brackets ? "]" : "");
	text_add(out, t.port);
	if (r->level == REDACT_IDENTITIES && t.path.len > 1)
		text_str(out, "/…");
	else
		text_add(out, t.path);
	if (t.has_query)
		text_str(out, "?…");
}

void
redact_learn_host(struct redact *r, const char *target)
{
	if (r->level == REDACT_SECRETS || target == NULL)
		return;

	struct target t = target_split(span_of_str(target));

	text_clear(&r->scratch);
	add_host(r, &r->scratch, t.host);
}

void
redact_learn_service(struct redact *r, const char *service)
{
	struct span s = span_of_str(service);
	struct span host = span_from(s, span_find(s, '/') + 1);

	if (r->level == REDACT_SECRETS || service == NULL)
		return;
	text_clear(&r->scratch);
	add_host(r, &r->scratch, span_first(host, span_find(host, '@')));
}

const char *
redact_target(struct redact *r, const char *target)
{
	if (target == NULL)
		return NULL;
	text_clear(&r->target);
	add_target(r, &r->target, span_of_str(target));
	return text_get(&r->target);
}

const char *
redact_address(struct redact *r, const struct address *a)
{
	text_clear(&r->address);
	address_add(&r->address, a);
	return redact_name(r, IDENTITY_ADDRESS, text_get(&r->address));
}

const char *
redact_address_port(struct redact *r, const struct address *a, uint16_t port)
{
	text_clear(&r->address_port);
	if (r->level == REDACT_SECRETS)
		address_port_add(&r->address_port, a, port);
	else
		text_fmt(&r->address_port, "%s:%u", redact_address(r, a),
		    port);
	return text_get(&r->address_port);
}

/* The words with every URL in them without its secrets. */
static void
add_without_queries(struct redact *r, struct text *out, struct span s)
{
	while (s.len > 0) {
		size_t hit = span_find_nocase(s, SPAN("://"));
		size_t start = hit, end = hit;

		if (hit == s.len)
			break;
		while (start > 0 && isalnum(s.at[start - 1]))
			start--;
		while (end < s.len && s.at[end] > ' ' &&
		    strchr("\"'<>()", s.at[end]) == NULL)
			end++;
		text_add(out, span_first(s, start));
		add_target(r, out, span_of(s.at + start, end - start));
		s = span_from(s, end);
	}
	text_add(out, s);
}

/* The longest identity that s begins with; NULL: none. */
static const struct spelling *
longest(const struct redact *r, struct span s)
{
	struct span run = first_run(s);
	uint64_t hash = table_hash(run);
	const struct opening *o = find_opening(r, hash, run);
	const struct spelling *best = NULL;
	size_t len = run.len;

	while (o != NULL && len <= o->longest) {
		const struct spelling *w =
		    find_spelling(r, hash, span_first(s, len));

		if (w != NULL)
			best = w;
		if (len == s.len)
			break;
		run = first_run(span_from(s, len));
		hash = table_hash_more(hash, run);
		len += run.len;
	}
	return best;
}

const char *
redact_words(struct redact *r, const char *words)
{
	if (words == NULL)
		return NULL;
	text_clear(&r->sentence);
	if (r->level == REDACT_SECRETS) {
		add_without_queries(r, &r->sentence, span_of_str(words));
		return text_get(&r->sentence);
	}

	struct text plain;

	text_init(&plain);
	add_without_queries(r, &plain, span_of_str(words));

	for (struct span rest = text_span(&plain); rest.len > 0;) {
		const struct spelling *w = longest(r, rest);
		size_t n = w != NULL ? strlen(w->text) : first_run(rest).len;

		if (w != NULL)
			text_str(&r->sentence, w->of->pseudonym);
		else
			text_add(&r->sentence, span_first(rest, n));
		rest = span_from(rest, n);
	}
	text_fini(&plain);
	return text_get(&r->sentence);
}
