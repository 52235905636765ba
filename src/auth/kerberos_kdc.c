/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/kerberos_kdc.h"

static void read_preauth(struct reader *seq, struct kerberos_kdc_req *out);
static void read_body(struct reader *seq, struct kerberos_kdc_req *out);
static void read_etypes(struct reader *body, struct kerberos_kdc_req *out);
static bool finish(const struct reader *seq, const char *name,
    struct fault *fault);

enum kerberos_kdc_type
kerberos_kdc_type(struct span msg)
{
	uint8_t tag = msg.len > 0 ? msg.at[0] : 0;

	switch (tag) {
	case DER_APPLICATION(KERBEROS_AS_REQ):
	case DER_APPLICATION(KERBEROS_AS_REP):
	case DER_APPLICATION(KERBEROS_TGS_REQ):
	case DER_APPLICATION(KERBEROS_TGS_REP):
	case DER_APPLICATION(KERBEROS_KDC_ERROR):
		return (enum kerberos_kdc_type)(tag & 0x1f);
	default:
		return KERBEROS_KDC_NONE;
	}
}

/*
 * The SEQUENCE of either of two messages.  Of one that is cut it is what is
 * left, and *outer has the fault.
 */
static bool
enter_message(struct span msg, enum kerberos_kdc_type one,
    enum kerberos_kdc_type other, struct reader *outer, struct reader *seq)
{
	enum kerberos_kdc_type type = kerberos_kdc_type(msg);
	struct reader app;

	*outer = reader_of(msg);
	*seq = reader_of(SPAN(""));
	if ((type != one && type != other) ||
	    !der_enter(outer, msg.at[0], &app) ||
	    !der_enter(&app, DER_SEQUENCE, seq))
		return false;
	if (!reader_ok(&app))
		reader_fail(outer, app.fault.kind, app.fault.offset, "message");
	return true;
}

bool
kerberos_kdc_req_decode(struct span msg, struct kerberos_kdc_req *out,
    struct fault *fault)
{
	struct reader r, seq;
	int32_t ignored;

	*out = (struct kerberos_kdc_req){ .till = WHEN_NONE,
		.tgt = { .etype = -1, .kvno = -1 } };
	if (!enter_message(msg, KERBEROS_AS_REQ, KERBEROS_TGS_REQ, &r, &seq)) {
		*fault = (struct fault){ FAULT_VALUE, 0, "KDC-REQ" };
		return false;
	}
	der_context_int(&seq, 1, DER_INTEGER, &ignored); /* pvno */
	der_context_int(&seq, 2, DER_INTEGER, &ignored); /* msg-type */
	read_preauth(&seq, out);
	read_body(&seq, out);
	if (reader_ok(&seq) && out->service.n == 0 && !out->has_nonce)
		reader_fail(&seq, FAULT_VALUE, seq.pos, "req-body");
	return finish(reader_ok(&r) ? &seq : &r, "KDC-REQ", fault);
}

/* padata [3] SEQUENCE OF PA-DATA { type [1], value [2] }, 5.2.7. */
static void
read_preauth(struct reader *seq, struct kerberos_kdc_req *out)
{
	struct reader wrap, list, row, value, octets;

	if (!der_enter(seq, DER_CONTEXT(3), &wrap) ||
	    !der_enter(&wrap, DER_SEQUENCE, &list))
		return;
	while (der_enter(&list, DER_SEQUENCE, &row)) {
		int32_t type = 0;

		der_context_int(&row, 1, DER_INTEGER, &type);
		if (type == 2 || type == 138)
			out->preauth |= KERBEROS_PA_TIMESTAMP;
		else if (type >= 14 && type <= 17)
			out->preauth |= KERBEROS_PA_CERTIFICATE;
		else if (type == 136)
			out->preauth |= KERBEROS_PA_FAST;
		if (type != 1 || !der_enter(&row, DER_CONTEXT(2), &value) ||
		    !der_enter(&value, DER_OCTETS, &octets))
			continue;

		struct kerberos_ap_req ap;
		struct fault ignored;

		out->preauth |= KERBEROS_PA_TICKET;
		kerberos_ap_req_decode(octets.in, &ap, &ignored);
		out->tgt = (struct kerberos_ticket){ ap.realm, ap.service,
			ap.ticket_etype, ap.kvno, ap.ticket_cipher };
	}
}

/* KDC-REQ-BODY [4]; the nonce is a UInt32 that some send as negative. */
static void
read_body(struct reader *seq, struct kerberos_kdc_req *out)
{
	struct reader wrap, body, name;
	int32_t nonce = 0;

	if (!der_enter(seq, DER_CONTEXT(4), &wrap) ||
	    !der_enter(&wrap, DER_SEQUENCE, &body))
		return;
	der_context_value(&body, 0, DER_BIT_STRING); /* kdc-options */
	if (der_enter(&body, DER_CONTEXT(1), &name))
		kerberos_name_read(&name, &out->client);
	out->realm = der_context_value(&body, 2, DER_STRING);
	if (der_enter(&body, DER_CONTEXT(3), &name))
		kerberos_name_read(&name, &out->service);
	der_context_value(&body, 4, DER_TIME); /* from */
	out->till = when_of_kerberos(der_context_value(&body, 5, DER_TIME));
	der_context_value(&body, 6, DER_TIME); /* rtime */
	out->has_nonce = der_context_int(&body, 7, DER_INTEGER, &nonce);
	out->nonce = (uint32_t)nonce;
	read_etypes(&body, out);
	if (!reader_ok(&body))
		reader_fail(seq, body.fault.kind, body.fault.offset,
		    "req-body");
}

static void
read_etypes(struct reader *body, struct kerberos_kdc_req *out)
{
	struct reader wrap, list, value;

	if (!der_enter(body, DER_CONTEXT(8), &wrap) ||
	    !der_enter(&wrap, DER_SEQUENCE, &list))
		return;
	while (der_enter(&list, DER_INTEGER, &value)) {
		if (out->n_etypes < KERBEROS_ETYPES)
			der_int(value.in, &out->etypes[out->n_etypes++]);
	}
}

bool
kerberos_kdc_rep_decode(struct span msg, struct kerberos_kdc_rep *out,
    struct fault *fault)
{
	struct reader r, seq, wrap;
	int32_t ignored;

	*out = (struct kerberos_kdc_rep){ .etype = -1,
		.ticket = { .etype = -1, .kvno = -1 } };
	if (!enter_message(msg, KERBEROS_AS_REP, KERBEROS_TGS_REP, &r, &seq)) {
		*fault = (struct fault){ FAULT_VALUE, 0, "KDC-REP" };
		return false;
	}
	der_context_int(&seq, 0, DER_INTEGER, &ignored); /* pvno */
	der_context_int(&seq, 1, DER_INTEGER, &ignored); /* msg-type */
	der_enter(&seq, DER_CONTEXT(2), &wrap);          /* padata */
	out->client_realm = der_context_value(&seq, 3, DER_STRING);
	if (der_enter(&seq, DER_CONTEXT(4), &wrap))
		kerberos_name_read(&wrap, &out->client);
	if (der_enter(&seq, DER_CONTEXT(5), &wrap)) {
		out->ticket_bytes = wrap.in;
		kerberos_ticket_read(&wrap, &out->ticket);
	}
	kerberos_encrypted_read(&seq, 6, &out->etype, NULL, NULL);
	if (reader_ok(&seq) && out->ticket.service.n == 0)
		reader_fail(&seq, FAULT_VALUE, seq.pos, "ticket");
	return finish(reader_ok(&r) ? &seq : &r, "KDC-REP", fault);
}

static bool
finish(const struct reader *seq, const char *name, struct fault *fault)
{
	*fault = seq->fault;
	if (!reader_ok(seq))
		fault->field = name;
	return reader_ok(seq);
}
