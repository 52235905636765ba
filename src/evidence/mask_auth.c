/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask_auth.h"

#include <stdlib.h>

#include "auth/challenge.h"
#include "auth/token.h"
#include "base/memory.h"
#include "base/secret.h"
#include "evidence/coded.h"
#include "evidence/mask_gss.h"

/* A longer scheme word is a secret without one, as in auth/token.c. */
#define SCHEME_LONGEST 24

/* Parameters of challenges and credentials, RFC 7616, 6750, 7615. */
enum treatment {
	HIDE,
	HIDE_VALUE,
	SHOW,
	SHOW_USER,
	SHOW_REALM,
	SHOW_URL,
	NUMBER_HEX,
	NUMBER_LETTERS,
};

static const struct {
	const char *name;
	enum treatment treatment;
} params[] = {
	{ "realm", SHOW_REALM },
	{ "nonce", SHOW },
	{ "nextnonce", SHOW },
	{ "opaque", NUMBER_LETTERS },
	{ "algorithm", SHOW },
	{ "qop", SHOW },
	{ "nc", SHOW },
	{ "stale", SHOW },
	{ "charset", SHOW },
	{ "userhash", SHOW },
	{ "domain", SHOW_URL },
	{ "uri", SHOW_URL },
	{ "username", SHOW_USER },
	{ "username*", HIDE_VALUE }, /* RFC 8187: percent-encoded */
	{ "response", NUMBER_HEX },
	{ "rspauth", NUMBER_HEX },
	{ "cnonce", NUMBER_LETTERS },
	{ "error", SHOW },
	{ "error_description", SHOW },
	{ "scope", SHOW },
};

static enum treatment
treatment_of(struct span name)
{
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		if (span_eq_nocase(name, span_of_str(params[i].name)))
			return params[i].treatment;
	return HIDE;
}

void
mask_whole(struct mask *m, const struct shown *s, struct span part)
{
	mask_letters(m, s, part);
	show_only(s, part, "");
}

/*
 * Parsers see a copy in which folds are spaces, byte for byte; this is the
 * place of what they found in the original.
 */
struct unfolded {
	struct span original;
	uint8_t *copy;
};

static struct span
unfold(struct unfolded *u, struct span value)
{
	u->original = value;
	u->copy = memory_new(value.len + 1, 1);
	if (value.len > 0)
		memcpy(u->copy, value.at, value.len);
	for (size_t i = 0; i < value.len; i++)
		if (u->copy[i] == '\r' || u->copy[i] == '\n')
			u->copy[i] = ' ';
	return span_of(u->copy, value.len);
}

static struct span
original_of(const struct unfolded *u, struct span found)
{
	if (!span_is_set(found))
		return found;
	return span_of(u->original.at + (found.at - u->copy), found.len);
}

static void
unfold_end(struct unfolded *u)
{
	secret_wipe(u->copy, u->original.len);
	free(u->copy);
}

static void
mask_param(struct mask *m, const struct shown *s, struct span name,
    struct span value, const struct unfolded *u)
{
	enum treatment t = treatment_of(name);
	struct span v = original_of(u, value);

	show(s, t != HIDE ? original_of(u, name) : (struct span){ 0 });
	switch (t) {
	case SHOW:
		show_text(s, v);
		break;
	case SHOW_USER:
		names_show_account(mask_names(m), s, v);
		break;
	case SHOW_REALM:
		names_show(mask_names(m), s, v, IDENTITY_REALM);
		break;
	case SHOW_URL:
		mask_url(m, s, v);
		break;
	case NUMBER_HEX:
		mask_hex(m, s, v);
		break;
	case NUMBER_LETTERS:
	case HIDE_VALUE:
	case HIDE:
		mask_letters(m, s, v);
		break;
	}
}

static void
mask_params(struct mask *m, const struct shown *s, const struct challenge *c,
    const struct unfolded *u)
{
	show_only(s, original_of(u, c->rest), ",=\"");
	for (size_t i = 0; i < c->n_params; i++)
		mask_param(m, s, c->params[i].name, c->params[i].value, u);
}

/* negotiate_wrapper_auth of Squid 5 writes "token=oYG...". */
static bool
is_garbled(struct span text)
{
	return span_starts_nocase(text, SPAN("token="));
}

static void
mask_token(struct mask *m, const struct shown *s, struct span text)
{
	struct coded c;

	if (is_garbled(text)) {
		show(s, span_first(text, 6));
		text = span_from(text, 6);
	}
	if (text.len == 0)
		return;
	coded_open(&c, text);

	struct shown inside = coded_inside(&c);

	if (c.len > 0)
		mask_gss(m, &inside);
	coded_close(&c, s, false);
}

void
mask_credentials(struct mask *m, const struct shown *s, struct span value)
{
	struct unfolded u;
	struct challenge c;
	struct fault fault = { 0 };
	bool has_scheme = credentials_read(unfold(&u, value), &c, &fault);
	struct span rest = original_of(&u, c.rest);
	enum scheme scheme = has_scheme ? scheme_of(c.scheme)
	                                : SCHEME_MISSING;

	if (scheme == SCHEME_OTHER &&
	    (c.rest.len == 0 || c.scheme.len > SCHEME_LONGEST))
		scheme = SCHEME_MISSING;
	if (scheme != SCHEME_MISSING)
		show(s, original_of(&u, c.scheme));
	switch (scheme) {
	case SCHEME_BASIC:
		mask_basic(m, s, rest);
		break;
	case SCHEME_DIGEST:
		mask_params(m, s, &c, &u);
		break;
	case SCHEME_BEARER:
		mask_bearer(m, s, rest);
		break;
	case SCHEME_NTLM:
	case SCHEME_NEGOTIATE:
		mask_token(m, s, rest);
		break;
	case SCHEME_OTHER:
		mask_whole(m, s, rest);
		break;
	default:
		mask_whole(m, s, value);
		break;
	}
	unfold_end(&u);
}

void
mask_challenges(struct mask *m, const struct shown *s, struct span value)
{
	struct unfolded u;
	struct challenge c;
	struct fault fault = { 0 };
	struct span list = unfold(&u, value);

	show_only(s, value, ",");
	while (challenge_next(&list, &c, &fault)) {
		enum scheme scheme = scheme_of(c.scheme);

		if (c.scheme.len <= SCHEME_LONGEST)
			show(s, original_of(&u, c.scheme));
		if ((scheme == SCHEME_NTLM || scheme == SCHEME_NEGOTIATE) &&
		    (span_has_bytes(c.token68) || is_garbled(c.rest)))
			mask_token(m, s, original_of(&u, c.rest));
		else
			mask_params(m, s, &c, &u);
	}
	unfold_end(&u);
}

void
mask_info(struct mask *m, const struct shown *s, struct span value)
{
	struct unfolded u;
	struct challenge c;
	struct fault fault = { 0 };
	struct text t = { 0 };

	/* As the parameters of a scheme that has no name. */
	text_str(&t, "I ");
	text_add(&t, unfold(&u, value));
	credentials_read(text_span(&t), &c, &fault);
	show_only(s, value, ",=\"");
	for (size_t i = 0; i < c.n_params; i++) {
		struct auth_param p = c.params[i];

		p.name = span_of(u.copy + (p.name.at - c.scheme.at) - 2,
		    p.name.len);
		p.value = span_of(u.copy + (p.value.at - c.scheme.at) - 2,
		    p.value.len);
		mask_param(m, s, p.name, p.value, &u);
	}
	if (t.len > 0)
		secret_wipe(t.at, t.len);
	text_fini(&t);
	unfold_end(&u);
}

/* That it is a PAC file, and as everybody calls it, names nobody. */
static void
show_pac_name(const struct shown *s, struct span path)
{
	static const struct span usual[] = { SPAN_INIT("/proxy.pac"),
		SPAN_INIT("/wpad.dat"), SPAN_INIT(".pac") };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		size_t n = usual[i].len;

		if (path.len >= n &&
		    span_eq_nocase(span_from(path, path.len - n), usual[i])) {
			show(s, span_from(path, path.len - n));
			return;
		}
	}
}

void
mask_url(struct mask *m, const struct shown *s, struct span url)
{
	size_t begin = span_find_nocase(url, SPAN("://"));
	struct span rest = begin < url.len ? span_from(url, begin + 3) : url;
	bool path_only = begin == url.len && url.len > 0 && url.at[0] == '/';
	size_t end = 0, user = 0;

	if (!shown_holds(s, url))
		return;
	show(s, span_first(url, (size_t)(rest.at - url.at)));
	while (!path_only && end < rest.len &&
	    strchr("/?#", rest.at[end]) == NULL)
		end++;

	struct span authority = span_first(rest, end);

	for (size_t i = 0; i < authority.len; i++)
		if (authority.at[i] == '@')
			user = i + 1;
	if (user > 0) {
		mask_letters(m, s, span_first(authority, user - 1));
		show_only(s, span_first(authority, user), "@:");
	}
	names_show_host(mask_names(m), s, span_from(authority, user));

	/* The path to its query; parameters of a segment may be sessions. */
	struct span path = span_from(rest, end);
	size_t secret = 0;

	while (secret < path.len && strchr("?#;", path.at[secret]) == NULL)
		secret++;
	if (names_hidden(mask_names(m))) {
		memset(shown_at(s, span_first(path, secret)), 'x', secret);
		show_only(s, span_first(path, secret), "/");
		show_pac_name(s, span_first(path, secret));
	} else {
		show_text(s, span_first(path, secret));
	}

	struct span query = span_from(path, secret);

	if (query.len > 0) {
		mask_letters(m, s, query);
		show_only(s, query, "?#;&=");
	}
}
