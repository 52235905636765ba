/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/challenge.h"

#include "base/chars.h"

static size_t
token_len(struct span s)
{
	return chars_len(s, CHAR_TCHAR);
}

static struct span
skip_space(struct span s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = span_from(s, 1);
	return s;
}

static struct span
skip_list_space(struct span s)
{
	while (s.len > 0 &&
	    (s.at[0] == ' ' || s.at[0] == '\t' || s.at[0] == ','))
		s = span_from(s, 1);
	return s;
}

/* To the comma that ends this element; one inside quotes does not. */
static size_t
element_len(struct span s)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < s.len; i++) {
		if (quoted && s.at[i] == '\\' && i + 1 < s.len)
			i++;
		else if (s.at[i] == '"')
			quoted = !quoted;
		else if (s.at[i] == ',' && !quoted)
			break;
	}
	return i;
}

static void
fail(struct fault *fault, size_t offset, const char *field)
{
	if (fault->kind == FAULT_NONE)
		*fault = fault_at(FAULT_VALUE, offset, field);
}

/* name BWS "=" BWS value: true if the element has that form. */
static bool
read_param(struct span s, struct auth_param *out, struct fault *fault)
{
	size_t n = token_len(s);
	struct span after = skip_space(span_from(s, n));

	if (n == 0 || after.len == 0 || after.at[0] != '=')
		return false;
	after = skip_space(span_from(after, 1));
	out->name = span_first(s, n);
	out->quoted = after.len > 0 && after.at[0] == '"';
	if (out->quoted) {
		size_t i = 1;

		while (i < after.len && after.at[i] != '"')
			i += after.at[i] == '\\' && i + 1 < after.len ? 2 : 1;
		if (i >= after.len)
			fail(fault, 0, "quoted-string");
		out->value = span_of(after.at + 1,
		    (i < after.len ? i : after.len) - 1);
	} else {
		out->value = span_trim(after);
		/* "realm=my proxy": meant as one value, so read as one. */
		if (token_len(out->value) < out->value.len)
			fail(fault, 0, "auth-param");
	}
	return true;
}

/* token68, with its "=" at the end: not a parameter without a value. */
static bool
is_token68(struct span s)
{
	size_t n = chars_len(s, CHAR_TOKEN68);

	if (n == 0)
		return false;
	while (n < s.len && s.at[n] == '=')
		n++;
	return n == s.len;
}

static void
add_param(struct challenge *c, const struct auth_param *p)
{
	if (c->n_params < CHALLENGE_PARAMS)
		c->params[c->n_params++] = *p;
}

bool
challenge_next(struct span *list, struct challenge *out, struct fault *fault)
{
	struct span s = skip_list_space(*list);
	size_t n = token_len(s);
	struct auth_param p;

	*out = (struct challenge){ 0 };
	if (s.len == 0) {
		*list = s;
		return false;
	}
	if (n == 0) { /* no scheme: step over the element, keep it as rest */
		fail(fault, 0, "auth-scheme");
		n = element_len(s);
		out->scheme = span_first(s, 0);
		out->rest = span_trim(span_first(s, n));
		*list = span_from(s, n);
		return true;
	}
	out->scheme = span_first(s, n);

	struct span rest = span_from(s, n);
	const uint8_t *begin = rest.at;

	if (rest.len > 0 && rest.at[0] != ' ' && rest.at[0] != '\t' &&
	    rest.at[0] != ',')
		fail(fault, n, "auth-scheme");

	/* The first element belongs to the scheme, whatever it is. */
	struct span first = skip_space(rest);
	size_t len = element_len(first);
	struct span element = span_trim(span_first(first, len));

	if (element.len > 0 && is_token68(element)) {
		out->token68 = element;
		rest = span_from(first, len);
	} else {
		rest = first;
		if (element.len > 0 && !read_param(element, &p, fault)) {
			fail(fault, n, "token68");
			out->token68 = element;
			rest = span_from(first, len);
		}
		/* Parameters, as long as what follows looks like one. */
		for (;;) {
			struct span next = skip_list_space(rest);

			len = element_len(next);
			element = span_trim(span_first(next, len));
			if (element.len == 0 ||
			    !read_param(element, &p, fault))
				break;
			/* "Basic realm=x" after a comma is a challenge. */
			add_param(out, &p);
			rest = span_from(next, len);
		}
	}
	out->rest = span_trim(span_of(begin, (size_t)(rest.at - begin)));
	*list = rest;
	return true;
}

struct span
challenge_param(const struct challenge *c, const char *name)
{
	for (size_t i = 0; i < c->n_params; i++)
		if (span_eq_nocase(c->params[i].name, span_of_str(name)))
			return c->params[i].value;
	return (struct span){ 0 };
}

bool
credentials_read(struct span value, struct challenge *out,
    struct fault *fault)
{
	struct span s = span_trim(value);
	size_t n = token_len(s);

	*out = (struct challenge){ 0 };
	if (n == 0 || (n < s.len && s.at[n] != ' ' && s.at[n] != '\t')) {
		out->rest = s;
		fail(fault, 0, "auth-scheme");
		return false;
	}
	out->scheme = span_first(s, n);
	out->rest = skip_space(span_from(s, n));
	if (is_token68(out->rest)) {
		out->token68 = out->rest;
		return true;
	}
	for (struct span rest = out->rest; rest.len > 0;) {
		struct auth_param p;
		size_t len = element_len(rest);
		struct span element = span_trim(span_first(rest, len));

		if (element.len > 0 && read_param(element, &p, fault))
			add_param(out, &p);
		rest = skip_list_space(span_from(rest, len));
	}
	return true;
}
