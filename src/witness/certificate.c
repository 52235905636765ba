/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <time.h>

/* More of a name than this says nothing to a person. */
#define NAME_MAX_BYTES 256

/* The common name, or the whole name where it has none. */
static const char *
name_of(const X509_NAME *name, struct arena *arena)
{
	int at = X509_NAME_get_index_by_NID((X509_NAME *)(uintptr_t)name,
	    NID_commonName, -1);
	char line[NAME_MAX_BYTES];

	if (at >= 0) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, at);
		unsigned char *utf8 = NULL;
		int n = ASN1_STRING_to_UTF8(&utf8,
		    X509_NAME_ENTRY_get_data(e));
		const char *kept = n < 0
		    ? NULL
		    : arena_str(arena, span_first(span_of(utf8, (size_t)n),
		          NAME_MAX_BYTES));

		OPENSSL_free(utf8);
		if (kept != NULL)
			return kept;
	}
	if (X509_NAME_oneline(name, line, sizeof(line)) == NULL)
		return NULL;
	return arena_str(arena, span_of_str(line));
}

static when_ns
time_of(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return WHEN_NONE;

	time_t seconds = timegm(&tm);

	/* Nanoseconds of the years 1678 to 2262; "never" is 9999. */
	if (seconds > INT64_MAX / WHEN_SECOND)
		return INT64_MAX;
	if (seconds < -(INT64_MAX / WHEN_SECOND))
		return WHEN_NONE;
	return (when_ns)seconds * WHEN_SECOND;
}

static void
compare_names(X509 *x, struct span server_name, const struct address *server,
    struct tls_certificate *out)
{
	if (span_has_bytes(server_name)) {
		out->name_known = true;
		out->name_fits = X509_check_host(x,
		    (const char *)server_name.at, server_name.len, 0,
		    NULL) == 1;
	} else if (server->len > 0) {
		/* It may have been addressed by a name that was not sent. */
		out->name_fits =
		    X509_check_ip(x, server->bytes, server->len, 0) == 1;
		out->name_known = out->name_fits;
	}
}

bool
certificate_decode(struct span der, struct span server_name,
    const struct address *server, struct tls_certificate *out,
    struct arena *arena)
{
	const unsigned char *at = der.at;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);

	out->not_before = out->not_after = WHEN_NONE;
	ERR_clear_error();
	if (x == NULL)
		return false;
	out->read = true;
	out->subject = name_of(X509_get_subject_name(x), arena);
	out->issuer = name_of(X509_get_issuer_name(x), arena);
	out->not_before = time_of(X509_get0_notBefore(x));
	out->not_after = time_of(X509_get0_notAfter(x));
	out->self_signed = X509_self_signed(x, 0) == 1;
	compare_names(x, server_name, server, out);
	X509_free(x);
	ERR_clear_error();
	return true;
}
