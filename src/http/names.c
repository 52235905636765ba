/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/names.h"

#define LONGEST 19
#define MOST    3 /* names of one length */

struct known {
	struct span name;
	enum http_name id;
};

/* By length, which tells most of them apart. */
/* clang-format off */
static const struct known names[LONGEST + 1][MOST] = {
	[3] = { { SPAN_INIT("via"), FIELD_VIA } },
	[4] = { { SPAN_INIT("host"), FIELD_HOST },
	        { SPAN_INIT("date"), FIELD_DATE } },
	[6] = { { SPAN_INIT("server"), FIELD_SERVER } },
	[7] = { { SPAN_INIT("x-cache"), FIELD_X_CACHE } },
	[10] = { { SPAN_INIT("user-agent"), FIELD_USER_AGENT },
	         { SPAN_INIT("connection"), FIELD_CONNECTION } },
	[11] = { { SPAN_INIT("proxy-agent"), FIELD_PROXY_AGENT } },
	[12] = { { SPAN_INIT("content-type"), FIELD_CONTENT_TYPE } },
	[13] = { { SPAN_INIT("authorization"), FIELD_AUTHORIZATION },
	         { SPAN_INIT("x-squid-error"), FIELD_X_SQUID_ERROR } },
	[14] = { { SPAN_INIT("content-length"), FIELD_CONTENT_LENGTH } },
	[15] = { { SPAN_INIT("x-forwarded-for"), FIELD_X_FORWARDED_FOR } },
	[16] = { { SPAN_INIT("proxy-connection"), FIELD_PROXY_CONNECTION },
	         { SPAN_INIT("content-encoding"), FIELD_CONTENT_ENCODING },
	         { SPAN_INIT("www-authenticate"), FIELD_WWW_AUTHENTICATE } },
	[17] = { { SPAN_INIT("transfer-encoding"), FIELD_TRANSFER_ENCODING } },
	[18] = { { SPAN_INIT("proxy-authenticate"),
	           FIELD_PROXY_AUTHENTICATE } },
	[19] = { { SPAN_INIT("proxy-authorization"),
	           FIELD_PROXY_AUTHORIZATION } },
};
/* clang-format on */

enum http_name
http_name_of(struct span name)
{
	if (name.len > LONGEST)
		return FIELD_OTHER;
	for (size_t i = 0; i < MOST; i++) {
		const struct known *k = &names[name.len][i];

		if (k->id == FIELD_OTHER)
			break;
		if (((name.at[0] ^ k->name.at[0]) & 0xdf) == 0 &&
		    span_eq_nocase(name, k->name))
			return k->id;
	}
	return FIELD_OTHER;
}
