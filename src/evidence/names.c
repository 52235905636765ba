/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "base/utf16.h"
#include "evidence/agents.h"
#include "evidence/numbers.h"

/* Words between names that say nothing of anybody. */
static const char *const plain_words[] = { "http", "https", "host", "krbtgt",
	"cifs", "ldap", "gc", "rpcss", "localhost" };

/* Realms that come with a product: they name nobody's house. */
static const char *const product_realms[] = { "Cntlm for parent",
	"Cntlm Proxy", "Auth failed, you can try other credentials",
	"Squid proxy-caching web server", "proxy", "restricted" };

static const char letters[IDENTITY_COUNT] = {
	[IDENTITY_USER] = 'u',
	[IDENTITY_DOMAIN] = 'd',
	[IDENTITY_HOST] = 'h',
	[IDENTITY_ADDRESS] = 'h',
	[IDENTITY_AGENT] = 'a',
	[IDENTITY_REALM] = 'r',
};

struct label {
	struct table_entry entry;
	char *real; /* in lower case */
	size_t len; /* of the pseudonym */
	char *pseudonym;
};

struct names {
	struct redact *redact;
	bool hidden;
	struct table labels;
	unsigned counts[IDENTITY_COUNT];
	struct numbers *numbers;
};

static void write_label(struct names *n, struct span utf8,
    enum identity kind, uint8_t *out, size_t len, size_t step);

struct names *
names_new(struct redact *redact)
{
	struct names *n = memory_new(1, sizeof(*n));

	n->redact = redact;
	n->hidden = redact != NULL &&
	    redact_level_of(redact) == REDACT_IDENTITIES;
	n->numbers = numbers_new();
	table_init(&n->labels);
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	LIST_EACH (link, &n->labels.by_age) {
		struct label *l = LIST_OBJECT(link, struct label, entry.age);

		free(l->real);
		free(l->pseudonym);
		free(l);
	}
	table_fini(&n->labels);
	numbers_free(n->numbers);
	free(n);
}

bool
names_hidden(const struct names *n)
{
	return n->hidden;
}

void
names_walk(const struct names *n, names_pair *pair, void *context)
{
	LIST_EACH (link, &n->labels.by_age) {
		const struct label *l =
		    LIST_OBJECT(link, struct label, entry.age);

		pair(context, l->pseudonym, l->real);
	}
	numbers_walk(n->numbers, pair, context);
}

/* -- labels: a word of a name -- */

static bool
is_product_realm(struct span s)
{
	for (size_t i = 0;
	     i < sizeof(product_realms) / sizeof(product_realms[0]); i++)
		if (span_eq_nocase(s, span_of_str(product_realms[i])))
			return true;
	return false;
}

static bool
is_plain(const char *word)
{
	for (size_t i = 0; i < sizeof(plain_words) / sizeof(plain_words[0]);
	     i++)
		if (strcmp(word, plain_words[i]) == 0)
			return true;
	return false;
}

/* "user-3" of the report if there is room for it, else "u3" of our own. */
static char *
invent(struct names *n, enum identity kind, const char *real, size_t len)
{
	const char *said = redact_words(n->redact, real);
	char own[32];
	char *made = memory_new(len + 1, 1);
	size_t k;

	if (strcmp(said, real) == 0 || strlen(said) > len ||
	    strchr(said, ' ') != NULL) {
		snprintf(own, sizeof(own), "%c%u", letters[kind],
		    ++n->counts[kind]);
		said = own;
	}
	k = strlen(said);
	memset(made, 'x', len);
	/* Where not even that fits, its last digits have to do. */
	if (k <= len)
		memcpy(made, said, k);
	else
		memcpy(made, said + (k - len), len);
	return made;
}

static const char *
pseudonym_of(struct names *n, enum identity kind, const char *real,
    size_t len)
{
	uint64_t hash = table_hash(span_of_str(real));
	struct label *l;

	for (struct table_entry *e = table_first(&n->labels, hash); e != NULL;
	     e = table_next(e)) {
		l = LIST_OBJECT(e, struct label, entry);
		if (l->len == len && strcmp(l->real, real) == 0)
			return l->pseudonym;
	}
	l = memory_new(1, sizeof(*l));
	l->real = memory_strdup(real);
	l->len = len;
	l->pseudonym = invent(n, kind, real, len);
	table_add(&n->labels, &l->entry, hash);
	return l->pseudonym;
}

/* `len` characters, each `step` bytes: one, or two of UTF-16LE. */
static void
write_label(struct names *n, struct span utf8, enum identity kind,
    uint8_t *out, size_t len, size_t step)
{
	char *real = memory_str(utf8);
	const char *made;

	for (char *s = real; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
	made = is_plain(real) && strlen(real) == len
	    ? NULL
	    : pseudonym_of(n, kind, real, len);
	for (size_t i = 0; i < len; i++) {
		out[i * step] = (uint8_t)(made != NULL ? made[i] : utf8.at[i]);
		if (step == 2)
			out[i * 2 + 1] = 0;
	}
	free(real);
}

/* Marks of a user name that a verdict may rest on. */
static void
keep_marks(struct span in, uint8_t *out)
{
	size_t n = in.len;
	bool ascii = true;

	for (size_t i = 0; i < n; i++) {
		ascii &= in.at[i] < 0x80;
		if (in.at[i] == '%' && i + 2 < n && isxdigit(in.at[i + 1]) &&
		    isxdigit(in.at[i + 2])) {
			struct span escape = span_of(in.at + i, 3);
			bool separator = span_eq_nocase(escape, SPAN("%5c")) ||
			    span_eq(escape, SPAN("%40"));

			memcpy(out + i, separator ? escape.at
			                          : (const uint8_t *)"%78",
			    3);
		}
	}
	if (!ascii && n >= 2)
		memcpy(out + n - 2, "\xc3\xa9", 2);
	if (n > 1 && (in.at[n - 1] == '$' || in.at[n - 1] == ' '))
		out[n - 1] = in.at[n - 1];
	for (size_t i = 0; i < n; i += n > 1 ? n - 1 : 1)
		if (in.at[i] == '"' || in.at[i] == '\'')
			out[i] = in.at[i];
}

/* The same in UTF-16LE. */
static void
keep_wide_marks(struct span in, uint8_t *out)
{
	size_t n = in.len / 2;
	uint8_t *narrow = memory_new(2 * n + 2, 1), *kept = narrow + n;

	for (size_t i = 0; i < n; i++) {
		narrow[i] = in.at[2 * i + 1] == 0 ? in.at[2 * i] : 'x';
		kept[i] = out[2 * i];
	}
	keep_marks(span_of(narrow, n), kept);
	for (size_t i = 0; i < n; i++)
		out[2 * i] = kept[i];
	free(narrow);
}

/* A template that nobody filled in is nobody's name. */
static bool
is_template(struct span s)
{
	return s.len > 2 && (s.at[0] == '$' || s.at[0] == '<' ||
	                        s.at[0] == '{' || s.at[0] == '%');
}

/* The words of a name between separators, which stay. */
static void
show_labels(struct names *n, const struct shown *s, struct span part,
    enum identity kind, const char *separators)
{
	while (part.len > 0) {
		size_t k = 0;

		while (k < part.len && (part.at[k] == 0 ||
		                           strchr(separators, part.at[k]) ==
		                               NULL))
			k++;
		if (k > 0)
			write_label(n, span_first(part, k), kind,
			    shown_at(s, part), k, 1);
		if (k < part.len)
			show(s, span_of(part.at + k, 1));
		part = span_from(part, k + 1);
	}
}

void
names_show(struct names *n, const struct shown *s, struct span part,
    enum identity kind)
{
	if (!shown_holds(s, part))
		return;
	if (!n->hidden || (kind == IDENTITY_USER && is_template(part)) ||
	    (kind == IDENTITY_REALM && is_product_realm(part))) {
		show(s, part);
	} else if (kind == IDENTITY_AGENT) {
		agents_show(s, part);
	} else if (kind == IDENTITY_REALM) {
		write_label(n, part, kind, shown_at(s, part), part.len, 1);
	} else if (kind == IDENTITY_USER) {
		write_label(n, part, kind, shown_at(s, part), part.len, 1);
		keep_marks(part, shown_at(s, part));
	} else if (!numbers_show(n->numbers, s, part)) {
		show_labels(n, s, part, kind, "./@:");
	}
}

void
names_show_utf16(struct names *n, const struct shown *s, struct span part,
    enum identity kind)
{
	const char *separators = kind == IDENTITY_USER ? "\\@" : "./@:";

	if (!shown_holds(s, part))
		return;
	if (!n->hidden) {
		show(s, part);
		return;
	}
	for (size_t at = 0; at < part.len;) {
		struct text name = { 0 };
		size_t k = at;

		while (k + 1 < part.len &&
		    !(part.at[k + 1] == 0 && part.at[k] != 0 &&
		        strchr(separators, part.at[k]) != NULL))
			k += 2;
		utf16_add(&name, span_of(part.at + at, k - at));
		if (k > at)
			write_label(n, text_span(&name), kind,
			    shown_at(s, part) + at, (k - at) / 2, 2);
		if (kind == IDENTITY_USER)
			keep_wide_marks(span_of(part.at + at, k - at),
			    shown_at(s, part) + at);
		if (k + 1 < part.len)
			show(s, span_of(part.at + k, 2));
		text_fini(&name);
		at = k + 2;
	}
}

void
names_show_account(struct names *n, const struct shown *s, struct span part)
{
	size_t slash = span_find(part, '\\'), at = part.len;

	while (at > 0 && part.at[at - 1] != '@')
		at--;
	if (!n->hidden || !shown_holds(s, part)) {
		show(s, part);
	} else if (slash < part.len) {
		/* In a quoted-string it is written twice. */
		size_t user = slash + 1;

		while (user < part.len && part.at[user] == '\\')
			user++;
		names_show(n, s, span_first(part, slash), IDENTITY_DOMAIN);
		show(s, span_of(part.at + slash, user - slash));
		names_show(n, s, span_from(part, user), IDENTITY_USER);
	} else if (at > 1) {
		names_show(n, s, span_first(part, at - 1), IDENTITY_USER);
		show(s, span_of(part.at + at - 1, 1));
		names_show(n, s, span_from(part, at), IDENTITY_DOMAIN);
	} else {
		names_show(n, s, part, IDENTITY_USER);
	}
}

/* "host", "host:3128", "[fd77::1]:3128", "10.0.0.1" */
void
names_show_host(struct names *n, const struct shown *s, struct span part)
{
	size_t colon = part.len, close = span_find(part, ']');

	if (!shown_holds(s, part))
		return;
	if (!n->hidden) {
		show_text(s, part);
		return;
	}
	if (part.at[0] == '[' && close < part.len) {
		struct span inside = span_of(part.at + 1, close - 1);

		show(s, span_first(part, 1));
		show_text(s, span_from(part, close));
		if (inside.len > 0)
			names_show(n, s, inside, IDENTITY_HOST);
		return;
	}
	while (colon > 0 && isdigit(part.at[colon - 1]))
		colon--;
	if (colon > 1 && colon < part.len && part.at[colon - 1] == ':' &&
	    span_find(part, ':') == colon - 1) {
		show_text(s, span_from(part, colon - 1));
		part = span_first(part, colon - 1);
	}
	names_show(n, s, part, IDENTITY_HOST);
}

/* A name with a dot whose last label is no number; or a known word. */
static bool
looks_like_name(struct names *n, struct span word)
{
	size_t colon = span_find(word, ':');
	struct span host = span_first(word, colon);
	size_t dot = host.len;
	char *copy;
	bool known;

	while (dot > 0 && host.at[dot - 1] != '.')
		dot--;
	if (span_find(word, '/') < word.len)
		return false;
	if (dot > 1 && dot < host.len && isalpha(host.at[dot]))
		return true;
	copy = memory_str(host);
	known = strcmp(redact_words(n->redact, copy), copy) != 0;
	free(copy);
	return known;
}

static void
show_word(struct names *n, const struct shown *s, struct span word)
{
	size_t scheme = span_find_nocase(word, SPAN("://"));

	if (scheme < word.len) {
		struct span rest = span_from(word, scheme + 3);
		size_t end = 0;

		while (end < rest.len && rest.at[end] != '/')
			end++;
		show_text(s, span_first(word, scheme + 3));
		names_show_host(n, s, span_first(rest, end));
		memset(shown_at(s, rest) + end, 'x', rest.len - end);
	} else if (numbers_is(word) || looks_like_name(n, word)) {
		names_show_host(n, s, word);
	} else {
		show_text(s, word);
	}
}

void
names_show_words(struct names *n, const struct shown *s, struct span part)
{
	static const char between[] = " \t\r\n,;()<>\"'=";

	if (!n->hidden || !shown_holds(s, part)) {
		show_text(s, part);
		return;
	}
	while (part.len > 0) {
		size_t k = 0;

		while (k < part.len &&
		    (part.at[k] == 0 || strchr(between, part.at[k]) == NULL))
			k++;
		if (k > 0)
			show_word(n, s, span_first(part, k));
		if (k < part.len)
			show_text(s, span_of(part.at + k, 1));
		part = span_from(part, k + 1);
	}
}

void
names_address(struct names *n, uint8_t *address, size_t len)
{
	if (n->hidden)
		numbers_address(n->numbers, address, len);
}

void
names_mac(struct names *n, uint8_t *mac)
{
	if (n->hidden)
		numbers_mac(n->numbers, mac);
}
