/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/names.h"
#include "base/reader.h"
#include "witness/tls.h"

/* RFC 8446 4.2; RFC 6066 3; RFC 7301 3.1. */
enum {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_ALPN = 16,
	EXTENSION_VERSIONS = 43,
};

/* RFC 8446 6, RFC 5246 7.2, RFC 4279 2 */
static const struct name alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
	{ 0, NULL },
};

static const struct name versions[] = {
	{ 0x0300, "SSL 3.0" },
	{ 0x0301, "TLS 1.0" },
	{ 0x0302, "TLS 1.1" },
	{ 0x0303, "TLS 1.2" },
	{ 0x0304, "TLS 1.3" },
	{ 0, NULL },
};

const char *
tls_alert_name(uint8_t description)
{
	return names_of(alerts, description, NULL);
}

const char *
tls_version_name(uint16_t version)
{
	return names_of(versions, version, NULL);
}

bool
tls_looks_like_hello(struct span first)
{
	return first.len >= 3 && first.at[0] == 22 && first.at[1] == 3 &&
	    first.at[2] <= 4;
}

bool
tls_looks_like_alert(struct span first)
{
	return first.len >= 7 && first.at[0] == 21 && first.at[1] == 3 &&
	    first.at[2] <= 4 && first.at[3] == 0 && first.at[4] == 2 &&
	    (first.at[5] == 1 || first.at[5] == 2);
}

/* ServerNameList; the first host_name. */
static struct span
server_name_of(struct span data)
{
	struct reader r = reader_of(data);

	reader_be16(&r, "ServerNameList");
	while (reader_ok(&r) && reader_left(&r) > 0) {
		uint8_t type = reader_u8(&r, "NameType");
		uint16_t len = reader_be16(&r, "HostName");
		struct span name = reader_take(&r, len, "HostName");

		if (reader_ok(&r) && type == 0 && name.len > 0)
			return name;
	}
	return (struct span){ 0 };
}

static void
read_alpn(struct span data, struct tls_record *out)
{
	struct reader r = reader_of(data);

	reader_be16(&r, "ProtocolNameList");
	while (reader_ok(&r) && reader_left(&r) > 0) {
		uint8_t len = reader_u8(&r, "ProtocolName");
		struct span name = reader_take(&r, len, "ProtocolName");

		out->offers_http |= span_eq(name, SPAN("http/1.1"));
		out->offers_h2 |= span_eq(name, SPAN("h2"));
	}
}

/* The highest that is known; GREASE (RFC 8701) and drafts are not. */
static void
read_versions(struct span data, struct tls_record *out)
{
	struct reader r = reader_of(data);

	reader_u8(&r, "versions");
	while (reader_left(&r) >= 2) {
		uint16_t version = reader_be16(&r, "versions");

		if (tls_version_name(version) != NULL &&
		    version > out->client_version)
			out->client_version = version;
	}
}

/* RFC 8446 4.1.2 */
bool
tls_client_hello_decode(struct span body, struct tls_record *out,
    struct span *server_name, struct fault *fault)
{
	struct reader r = reader_of(body);

	*server_name = (struct span){ 0 };
	out->client_version = reader_be16(&r, "legacy_version");
	reader_take(&r, 32, "random");
	reader_take(&r, reader_u8(&r, "session_id"), "session_id");
	reader_take(&r, reader_be16(&r, "cipher_suites"), "cipher_suites");
	reader_take(&r, reader_u8(&r, "compression_methods"),
	    "compression_methods");
	/* Before RFC 3546 a hello ended here. */
	if (reader_ok(&r) && reader_left(&r) > 0)
		reader_be16(&r, "extensions");
	while (reader_ok(&r) && reader_left(&r) > 0) {
		uint16_t type = reader_be16(&r, "ExtensionType");
		uint16_t len = reader_be16(&r, "extension_data");
		struct span data = reader_take(&r, len, "extension_data");

		if (!reader_ok(&r))
			break;
		switch (type) {
		case EXTENSION_SERVER_NAME:
			*server_name = server_name_of(data);
			break;
		case EXTENSION_ALPN:
			read_alpn(data, out);
			break;
		case EXTENSION_VERSIONS:
			read_versions(data, out);
			break;
		default:
			break;
		}
	}
	*fault = r.fault;
	return reader_ok(&r);
}

/* RFC 8446 4.1.3 */
bool
tls_server_hello_decode(struct span body, uint16_t *version,
    struct fault *fault)
{
	struct reader r = reader_of(body);

	*version = reader_be16(&r, "legacy_version");
	reader_take(&r, 32, "random");
	reader_take(&r, reader_u8(&r, "session_id"), "session_id");
	reader_take(&r, 3, "cipher_suite");
	if (reader_ok(&r) && reader_left(&r) > 0)
		reader_be16(&r, "extensions");
	while (reader_ok(&r) && reader_left(&r) > 0) {
		uint16_t type = reader_be16(&r, "ExtensionType");
		uint16_t len = reader_be16(&r, "extension_data");
		struct span data = reader_take(&r, len, "extension_data");

		if (reader_ok(&r) && type == EXTENSION_VERSIONS &&
		    data.len == 2)
			*version = (uint16_t)(data.at[0] << 8 | data.at[1]);
	}
	*fault = r.fault;
	return reader_ok(&r);
}
