/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/kerberos.h"

#include "auth/decode.h"
#include "base/escape.h"
#include "base/names.h"

/* RFC 4120 7.5.9, RFC 4556 3.1.3 and RFC 6113 5.4. */
static const struct name errors[] = {
	{ 0, "KDC_ERR_NONE" },
	{ 1, "KDC_ERR_NAME_EXP" },
	{ 2, "KDC_ERR_SERVICE_EXP" },
	{ 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN" },
	{ 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN" },
	{ 8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE" },
	{ 9, "KDC_ERR_NULL_KEY" },
	{ 10, "KDC_ERR_CANNOT_POSTDATE" },
	{ 11, "KDC_ERR_NEVER_VALID" },
	{ 12, "KDC_ERR_POLICY" },
	{ 13, "KDC_ERR_BADOPTION" },
	{ 14, "KDC_ERR_ETYPE_NOSUPP" },
	{ 15, "KDC_ERR_SUMTYPE_NOSUPP" },
	{ 16, "KDC_ERR_PADATA_TYPE_NOSUPP" },
	{ 17, "KDC_ERR_TRTYPE_NOSUPP" },
	{ 18, "KDC_ERR_CLIENT_REVOKED" },
	{ 19, "KDC_ERR_SERVICE_REVOKED" },
	{ 20, "KDC_ERR_TGT_REVOKED" },
	{ 21, "KDC_ERR_CLIENT_NOTYET" },
	{ 22, "KDC_ERR_SERVICE_NOTYET" },
	{ 23, "KDC_ERR_KEY_EXPIRED" },
	{ 24, "KDC_ERR_PREAUTH_FAILED" },
	{ 25, "KDC_ERR_PREAUTH_REQUIRED" },
	{ 26, "KDC_ERR_SERVER_NOMATCH" },
	{ 27, "KDC_ERR_MUST_USE_USER2USER" },
	{ 28, "KDC_ERR_PATH_NOT_ACCEPTED" },
	{ 29, "KDC_ERR_SVC_UNAVAILABLE" },
	{ 31, "KRB_AP_ERR_BAD_INTEGRITY" },
	{ 32, "KRB_AP_ERR_TKT_EXPIRED" },
	{ 33, "KRB_AP_ERR_TKT_NYV" },
	{ 34, "KRB_AP_ERR_REPEAT" },
	{ 35, "KRB_AP_ERR_NOT_US" },
	{ 36, "KRB_AP_ERR_BADMATCH" },
	{ 37, "KRB_AP_ERR_SKEW" },
	{ 38, "KRB_AP_ERR_BADADDR" },
	{ 40, "KRB_AP_ERR_MSG_TYPE" },
	{ 41, "KRB_AP_ERR_MODIFIED" },
	{ 44, "KRB_AP_ERR_BADKEYVER" },
	{ 45, "KRB_AP_ERR_NOKEY" },
	{ 46, "KRB_AP_ERR_MUT_FAIL" },
	{ 52, "KRB_ERR_RESPONSE_TOO_BIG" },
	{ 60, "KRB_ERR_GENERIC" },
	{ 61, "KRB_ERR_FIELD_TOOLONG" },
	{ 62, "KDC_ERR_CLIENT_NOT_TRUSTED" },
	{ 63, "KDC_ERR_KDC_NOT_TRUSTED" },
	{ 64, "KDC_ERR_INVALID_SIG" },
	{ 65, "KDC_ERR_DH_KEY_PARAMETERS_NOT_ACCEPTED" },
	{ 66, "KDC_ERR_CERTIFICATE_MISMATCH" },
	{ 67, "KRB_AP_ERR_NO_TGT" },
	{ 68, "KDC_ERR_WRONG_REALM" },
	{ 69, "KRB_AP_ERR_USER_TO_USER_REQUIRED" },
	{ 70, "KDC_ERR_CANT_VERIFY_CERTIFICATE" },
	{ 71, "KDC_ERR_INVALID_CERTIFICATE" },
	{ 72, "KDC_ERR_REVOKED_CERTIFICATE" },
	{ 73, "KDC_ERR_REVOCATION_STATUS_UNKNOWN" },
	{ 74, "KDC_ERR_REVOCATION_STATUS_UNAVAILABLE" },
	{ 75, "KDC_ERR_CLIENT_NAME_MISMATCH" },
	{ 76, "KDC_ERR_KDC_NAME_MISMATCH" },
	{ 77, "KDC_ERR_INCONSISTENT_KEY_PURPOSE" },
	{ 78, "KDC_ERR_DIGEST_IN_CERT_NOT_ACCEPTED" },
	{ 80, "KDC_ERR_DIGEST_IN_SIGNED_DATA_NOT_ACCEPTED" },
	{ 81, "KDC_ERR_PUBLIC_KEY_ENCRYPTION_NOT_SUPPORTED" },
	{ 90, "KDC_ERR_PREAUTH_EXPIRED" },
	{ 91, "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED" },
	{ 93, "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS" },
	{ 0, NULL },
};

static const struct name etypes[] = {
	{ 1, "des-cbc-crc" },
	{ 3, "des-cbc-md5" },
	{ 16, "des3-cbc-sha1" },
	{ 17, "aes128-cts-hmac-sha1-96" },
	{ 18, "aes256-cts-hmac-sha1-96" },
	{ 19, "aes128-cts-hmac-sha256-128" },
	{ 20, "aes256-cts-hmac-sha384-192" },
	{ 23, "rc4-hmac" },
	{ 24, "rc4-hmac-exp" },
	{ 25, "camellia128-cts-cmac" },
	{ 26, "camellia256-cts-cmac" },
	{ 0, NULL },
};

/* [MS-ERREF] 2.3.1, the ones that a log-on ends with. */
static const struct name statuses[] = {
	{ 0xc000005e, "STATUS_NO_LOGON_SERVERS" },
	{ 0xc0000064, "STATUS_NO_SUCH_USER" },
	{ 0xc000006a, "STATUS_WRONG_PASSWORD" },
	{ 0xc000006d, "STATUS_LOGON_FAILURE" },
	{ 0xc000006e, "STATUS_ACCOUNT_RESTRICTION" },
	{ 0xc000006f, "STATUS_INVALID_LOGON_HOURS" },
	{ 0xc0000070, "STATUS_INVALID_WORKSTATION" },
	{ 0xc0000071, "STATUS_PASSWORD_EXPIRED" },
	{ 0xc0000072, "STATUS_ACCOUNT_DISABLED" },
	{ 0xc0000133, "STATUS_TIME_DIFFERENCE_AT_DC" },
	{ 0xc0000193, "STATUS_ACCOUNT_EXPIRED" },
	{ 0xc0000224, "STATUS_PASSWORD_MUST_CHANGE" },
	{ 0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT" },
	{ 0xc0000413, "STATUS_AUTHENTICATION_FIREWALL_FAILED" },
	{ 0xc0000418, "STATUS_NTLM_BLOCKED" },
	{ 0, NULL },
};

static uint32_t status_of_row(struct reader *row);

const char *
kerberos_error_name(int code)
{
	return code < 0 ? NULL : names_of(errors, (uint64_t)code, NULL);
}

const char *
kerberos_etype_name(int etype)
{
	return etype < 0 ? NULL : names_of(etypes, (uint64_t)etype, NULL);
}

int
kerberos_etype_of(struct span name)
{
	uint64_t etype;

	return names_value(etypes, name, &etype) ? (int)etype : -1;
}

const char *
nt_status_name(uint32_t status)
{
	return names_of(statuses, status, NULL);
}

uint32_t
nt_status_of(struct span name)
{
	uint64_t status;

	return names_value(statuses, name, &status) ? (uint32_t)status : 0;
}

enum kerberos_kind
kerberos_kind(struct span msg)
{
	uint8_t tag = msg.len > 0 ? msg.at[0] : 0;

	switch (tag) {
	case DER_APPLICATION(KERBEROS_AP_REQ):
	case DER_APPLICATION(KERBEROS_AP_REP):
	case DER_APPLICATION(KERBEROS_KRB_ERROR):
		return (enum kerberos_kind)(tag & 0x1f);
	default:
		return KERBEROS_NONE;
	}
}

void
kerberos_name_read(struct reader *r, struct kerberos_name *out)
{
	struct reader seq, wrap, list, part;

	*out = (struct kerberos_name){ 0 };
	if (!der_enter(r, DER_SEQUENCE, &seq))
		return;
	der_context_int(&seq, 0, DER_INTEGER, &out->type);
	if (!der_enter(&seq, DER_CONTEXT(1), &wrap) ||
	    !der_enter(&wrap, DER_SEQUENCE, &list))
		return;
	while (out->n < KERBEROS_NAME_PARTS &&
	    der_enter(&list, DER_STRING, &part))
		out->parts[out->n++] = part.in;
}

const char *
kerberos_name_text(struct arena *a, const struct kerberos_name *name)
{
	struct text t = { .limit = 1024 };
	const char *copy;

	if (name->n == 0)
		return NULL;
	for (size_t i = 0; i < name->n; i++) {
		if (i > 0)
			text_char(&t, '/');
		text_add(&t, name->parts[i]);
	}
	copy = decode_text(a,
	    t.cut ? utf8_whole(text_span(&t)) : text_span(&t));
	text_fini(&t);
	return copy;
}

void
kerberos_encrypted_read(struct reader *r, int n, int32_t *etype,
    int32_t *kvno, struct span *cipher)
{
	struct reader wrap, seq;
	int32_t ignored;

	if (!der_enter(r, DER_CONTEXT(n), &wrap) ||
	    !der_enter(&wrap, DER_SEQUENCE, &seq))
		return;
	der_context_int(&seq, 0, DER_INTEGER, etype);
	der_context_int(&seq, 1, DER_INTEGER, kvno != NULL ? kvno : &ignored);
	if (cipher != NULL)
		*cipher = der_context_value(&seq, 2, DER_OCTETS);
}

void
kerberos_ticket_read(struct reader *r, struct kerberos_ticket *out)
{
	struct reader app, seq, name;
	int32_t ignored;

	*out = (struct kerberos_ticket){ .etype = -1, .kvno = -1 };
	if (!der_enter(r, DER_APPLICATION(1), &app) ||
	    !der_enter(&app, DER_SEQUENCE, &seq))
		return;
	der_context_int(&seq, 0, DER_INTEGER, &ignored); /* tkt-vno */
	out->realm = der_context_value(&seq, 1, DER_STRING);
	if (der_enter(&seq, DER_CONTEXT(2), &name))
		kerberos_name_read(&name, &out->service);
	kerberos_encrypted_read(&seq, 3, &out->etype, &out->kvno,
	    &out->cipher);
}

bool
kerberos_ap_req_decode(struct span msg, struct kerberos_ap_req *out,
    struct fault *fault)
{
	struct reader r = reader_of(msg), seq = reader_of(SPAN("")), app, wrap;
	struct kerberos_ticket ticket;
	int32_t ignored;

	*out = (struct kerberos_ap_req){ .ticket_etype = -1, .kvno = -1,
		.authenticator_etype = -1 };
	if (!der_enter(&r, DER_APPLICATION(KERBEROS_AP_REQ), &app) ||
	    !der_enter(&app, DER_SEQUENCE, &seq))
		reader_fail(&r, FAULT_VALUE, 0, "AP-REQ");
	if (!reader_ok(&r) && r.fault.kind != FAULT_CUT)
		goto out;
	der_context_int(&seq, 0, DER_INTEGER, &ignored); /* pvno */
	der_context_int(&seq, 1, DER_INTEGER, &ignored); /* msg-type */

	struct span options = der_context_value(&seq, 2, DER_BIT_STRING);

	/* Bit 2 of the flags, after the octet of unused bits. */
	out->mutual_required = options.len >= 2 && (options.at[1] & 0x20);
	if (der_enter(&seq, DER_CONTEXT(3), &wrap)) {
		out->ticket = wrap.in;
		kerberos_ticket_read(&wrap, &ticket);
		out->realm = ticket.realm;
		out->service = ticket.service;
		out->ticket_etype = ticket.etype;
		out->kvno = ticket.kvno;
		out->ticket_cipher = ticket.cipher;
	}
	kerberos_encrypted_read(&seq, 4, &out->authenticator_etype, NULL,
	    &out->authenticator_cipher);
	if (!reader_ok(&seq))
		reader_fail(&r, seq.fault.kind, seq.fault.offset, "AP-REQ");
	else if (out->service.n == 0)
		reader_fail(&r, FAULT_VALUE, 0, "Ticket");
out:
	*fault = r.fault;
	return reader_ok(&r);
}

/*
 * [MS-KILE] 2.2.1, 2.2.2: KERB-ERROR-DATA with an extended error in it; or a
 * list of such, which has the shape of METHOD-DATA (RFC 4120 5.9.1).
 */
static uint32_t
nt_status_in(struct span e_data)
{
	struct reader r = reader_of(e_data), seq, row;
	int tag;

	if (!der_enter(&r, DER_SEQUENCE, &seq))
		return 0;
	if (der_tag(&seq) == DER_CONTEXT(1))
		return status_of_row(&seq);
	while (reader_left(&seq) > 0 && der_any(&seq, &tag, &row)) {
		uint32_t status =
		    tag == DER_SEQUENCE ? status_of_row(&row) : 0;

		if (status != 0)
			return status;
	}
	return 0;
}

static uint32_t
status_of_row(struct reader *row)
{
	int32_t type = 0;
	struct reader value;

	if (!der_context_int(row, 1, DER_INTEGER, &type) || type != 3)
		return 0;
	value = reader_of(der_context_value(row, 2, DER_OCTETS));
	/* The salt of the password has the same number in a list. */
	return value.in.len == 12 ? reader_le32(&value, "status") : 0;
}

bool
kerberos_error_decode(struct span msg, struct kerberos_error *out,
    struct fault *fault)
{
	struct reader r = reader_of(msg), app, seq, wrap;
	int32_t ignored;

	*out = (struct kerberos_error){ .stime = WHEN_NONE,
		.ctime = WHEN_NONE, .code = -1 };
	if (!der_enter(&r, DER_APPLICATION(KERBEROS_KRB_ERROR), &app) ||
	    !der_enter(&app, DER_SEQUENCE, &seq)) {
		reader_fail(&r, FAULT_VALUE, 0, "KRB-ERROR");
		*fault = r.fault;
		return false;
	}
	der_context_int(&seq, 0, DER_INTEGER, &ignored);
	der_context_int(&seq, 1, DER_INTEGER, &ignored);
	out->ctime = when_of_kerberos(der_context_value(&seq, 2, DER_TIME));
	der_context_int(&seq, 3, DER_INTEGER, &ignored);
	out->stime = when_of_kerberos(der_context_value(&seq, 4, DER_TIME));
	der_context_int(&seq, 5, DER_INTEGER, &ignored);
	der_context_int(&seq, 6, DER_INTEGER, &out->code);
	out->client_realm = der_context_value(&seq, 7, DER_STRING);
	if (der_enter(&seq, DER_CONTEXT(8), &wrap))
		kerberos_name_read(&wrap, &out->client);
	out->realm = der_context_value(&seq, 9, DER_STRING);
	if (der_enter(&seq, DER_CONTEXT(10), &wrap))
		kerberos_name_read(&wrap, &out->service);
	out->e_text = der_context_value(&seq, 11, DER_STRING);
	out->nt_status = nt_status_in(der_context_value(&seq, 12, DER_OCTETS));
	if (!reader_ok(&seq))
		reader_fail(&r, seq.fault.kind, seq.fault.offset, "KRB-ERROR");
	else if (out->code < 0)
		reader_fail(&r, FAULT_VALUE, 0, "error-code");
	*fault = r.fault;
	return reader_ok(&r);
}
