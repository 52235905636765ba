/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - field names that somebody here asks for
 *
 * Each name is looked up once, when its line is read; to ask a head for a
 * field is then to compare numbers.
 */
#ifndef P407_HTTP_NAMES_H
#define P407_HTTP_NAMES_H

#include "base/span.h"

enum http_name {
	FIELD_OTHER = 0,
	FIELD_AUTHORIZATION,
	FIELD_CONNECTION,
	FIELD_CONTENT_ENCODING,
	FIELD_CONTENT_LENGTH,
	FIELD_CONTENT_TYPE,
	FIELD_DATE,
	FIELD_HOST,
	FIELD_PROXY_AGENT,
	FIELD_PROXY_AUTHENTICATE,
	FIELD_PROXY_AUTHORIZATION,
	FIELD_PROXY_CONNECTION,
	FIELD_SERVER,
	FIELD_TRANSFER_ENCODING,
	FIELD_USER_AGENT,
	FIELD_VIA,
	FIELD_WWW_AUTHENTICATE,
	FIELD_X_CACHE,
	FIELD_X_FORWARDED_FOR,
	FIELD_X_SQUID_ERROR,
};

/* In any case. */
enum http_name http_name_of(struct span name);

#endif
