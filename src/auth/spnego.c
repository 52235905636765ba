/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spnego.h"

#include "auth/der.h"

static const struct {
	struct span oid;
	const char *name;
} mechs[] = {
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"), "krb5" },
	/* A bug that became the protocol; Windows lists it first. */
	{ SPAN_INIT("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"), "ms-krb5" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"), "krb5-u2u" },
	{ SPAN_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"), "ntlmssp" },
	{ SPAN_INIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e"), "negoex" },
	{ SPAN_INIT("\x2b\x06\x01\x05\x02\x05"), "iakerb" },
	{ SPAN_INIT("\x2b\x06\x01\x05\x05\x02"), "spnego" },
};

static void read_init(struct reader *r, struct spnego *out);
static void read_resp(struct reader *r, struct spnego *out);
static void unwrap_krb5(struct spnego *out);

const char *
spnego_mech_name(struct span oid)
{
	for (size_t i = 0; i < sizeof(mechs) / sizeof(mechs[0]); i++)
		if (span_eq(mechs[i].oid, oid))
			return mechs[i].name;
	return NULL;
}

static bool
is_krb5(struct span oid)
{
	const char *name = spnego_mech_name(oid);

	return name != NULL && strstr(name, "krb5") != NULL;
}

/*
 * InitialContextToken of RFC 2743 3.1: [APPLICATION 0] { thisMech, ... }.
 * What follows the OID is SPNEGO's choice, or Kerberos' own framing.
 */
static void
read_gss(struct reader *r, struct spnego *out)
{
	struct reader app, oid;

	der_enter(r, DER_APPLICATION(0), &app);
	if (!der_enter(&app, DER_OID, &oid)) {
		reader_fail(r, FAULT_VALUE, 0, "thisMech");
		return;
	}

	const char *name = spnego_mech_name(oid.in);

	if (name != NULL && strcmp(name, "spnego") == 0) {
		out->wrap = WRAP_SPNEGO;
		if (der_tag(&app) == DER_CONTEXT(0))
			read_init(&app, out);
		else
			read_resp(&app, out);
		if (!reader_ok(&app))
			reader_fail(r, app.fault.kind, app.fault.offset,
			    app.fault.field);
		return;
	}
	out->wrap = WRAP_GSS_KRB5;
	out->mechs[out->n_mechs++] = oid.in;
	out->inner = span_from(app.in, app.pos);
}

bool
spnego_decode(struct span token, struct spnego *out, struct fault *fault)
{
	struct reader r = reader_of(token);

	*out = (struct spnego){ .state = NEG_ABSENT };
	switch (der_tag(&r)) {
	case DER_APPLICATION(0):
		read_gss(&r, out);
		break;
	case DER_CONTEXT(0):
		out->wrap = WRAP_SPNEGO;
		read_init(&r, out);
		break;
	case DER_CONTEXT(1):
		out->wrap = WRAP_SPNEGO;
		read_resp(&r, out);
		break;
	default:
		out->inner = token; /* NTLMSSP, or raw Kerberos */
	}
	unwrap_krb5(out);
	*fault = r.fault;
	return reader_ok(&r);
}

static struct span
octets(struct reader *seq, int n)
{
	struct reader wrap, value;

	if (!der_enter(seq, DER_CONTEXT(n), &wrap) ||
	    !der_enter(&wrap, DER_OCTETS, &value))
		return (struct span){ 0 };
	return value.in;
}

/*
 * RFC 4178 4.2.1: mechTypes [0], reqFlags [1], mechToken [2], mechListMIC
 * [3]; [MS-SPNG] 2.2.1 has negHints at [3] and the MIC at [4].
 */
static void
read_init(struct reader *r, struct spnego *out)
{
	struct reader choice, seq, wrap, list, oid;
	int tag;

	out->is_init = true;
	if (!der_enter(r, DER_CONTEXT(0), &choice) ||
	    !der_enter(&choice, DER_SEQUENCE, &seq)) {
		reader_fail(r, FAULT_VALUE, 0, "NegTokenInit");
		return;
	}
	if (der_enter(&seq, DER_CONTEXT(0), &wrap) &&
	    der_enter(&wrap, DER_SEQUENCE, &list))
		while (out->n_mechs < SPNEGO_MECHS &&
		    der_enter(&list, DER_OID, &oid))
			out->mechs[out->n_mechs++] = oid.in;
	der_enter(&seq, DER_CONTEXT(1), &wrap);
	out->inner = octets(&seq, 2);
	while (reader_left(&seq) > 0 && der_any(&seq, &tag, &wrap))
		if (tag == DER_CONTEXT(4) || tag == DER_CONTEXT(3))
			out->mech_list_mic = true;
	if (!reader_ok(&seq))
		reader_fail(r, seq.fault.kind, seq.fault.offset,
		    "NegTokenInit");
}

/*
 * RFC 4178 4.2.2: negState [0], supportedMech [1], responseToken [2],
 * mechListMIC [3].  Old Windows leaves negState out and repeats the
 * responseToken as MIC.
 */
static void
read_resp(struct reader *r, struct spnego *out)
{
	struct reader choice, seq, wrap, oid;
	int32_t state;

	if (!der_enter(r, DER_CONTEXT(1), &choice) ||
	    !der_enter(&choice, DER_SEQUENCE, &seq)) {
		reader_fail(r, FAULT_VALUE, 0, "NegTokenResp");
		return;
	}
	if (der_context_int(&seq, 0, DER_ENUM, &state) && state >= 0 &&
	    state <= NEG_REQUEST_MIC)
		out->state = (enum neg_state)state;
	if (der_enter(&seq, DER_CONTEXT(1), &wrap) &&
	    der_enter(&wrap, DER_OID, &oid))
		out->supported = oid.in;
	out->inner = octets(&seq, 2);
	out->mech_list_mic = span_is_set(octets(&seq, 3));
	if (!reader_ok(&seq))
		reader_fail(r, seq.fault.kind, seq.fault.offset,
		    "NegTokenResp");
}

/* RFC 4121 4.1: inside, Kerberos is framed once more, with a token id. */
static void
unwrap_krb5(struct spnego *out)
{
	struct reader r, app, oid;

	if (!span_has_bytes(out->inner))
		return;
	r = reader_of(out->inner);
	if (der_enter(&r, DER_APPLICATION(0), &app) &&
	    der_enter(&app, DER_OID, &oid) && is_krb5(oid.in)) {
		if (out->n_mechs == 0)
			out->mechs[out->n_mechs++] = oid.in;
		out->inner = span_from(app.in, app.pos);
	}
	/* 01 00 AP-REQ, 02 00 AP-REP, 03 00 KRB-ERROR */
	if (out->inner.len > 2 && out->inner.at[0] >= 1 &&
	    out->inner.at[0] <= 3 && out->inner.at[1] == 0)
		out->inner = span_from(out->inner, 2);
}
