/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/grammar.h"

#include "base/chars.h"

/* token = 1*tchar */
size_t
http_token_len(struct span s)
{
	return chars_len(s, CHAR_TCHAR);
}

bool
http_is_token(struct span s)
{
	return s.len > 0 && http_token_len(s) == s.len;
}

/* quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE */
size_t
http_quoted_len(struct span s)
{
	if (s.len == 0 || s.at[0] != '"')
		return 0;
	for (size_t n = 1; n < s.len; n++) {
		if (s.at[n] == '"')
			return n + 1;
		if (s.at[n] == '\\')
			n++;
	}
	return 0;
}

/*
 * #element => [ element ] *( OWS "," OWS [ element ] )
 *
 * A quote that is never closed is an ordinary character: it must not
 * swallow the elements behind it.
 */
bool
http_list_next(struct span *list, struct span *element)
{
	while (list->len > 0) {
		size_t n = 0;
		bool closed = true;

		while (n < list->len && list->at[n] != ',') {
			size_t quoted = list->at[n] == '"' && closed
			    ? http_quoted_len(span_from(*list, n))
			    : 0;

			if (list->at[n] == '"' && quoted == 0)
				closed = false;
			n += quoted > 0 ? quoted : 1;
		}
		*element = span_trim(span_first(*list, n));
		*list = span_from(*list, n + 1);
		if (element->len > 0)
			return true;
	}
	return false;
}

bool
http_list_has(struct span list, struct span token)
{
	struct span element;

	while (http_list_next(&list, &element)) {
		size_t end = span_find(element, ';');

		if (span_eq_nocase(span_trim(span_first(element, end)), token))
			return true;
	}
	return false;
}

/* HTTP-version = "HTTP" "/" DIGIT "." DIGIT (RFC 9112 2.3), in capitals */
bool
http_version(struct span s, uint8_t *minor)
{
	if (s.len != 8 || !span_starts(s, SPAN("HTTP/1.")) ||
	    s.at[7] < '0' || s.at[7] > '9')
		return false;
	*minor = (uint8_t)(s.at[7] - '0');
	return true;
}
