/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/kerberos_parts.h"

/* The SEQUENCE of the message with this application tag. */
static struct reader
enter(struct reader *r, int application, const char *name)
{
	struct reader app, seq = reader_of(SPAN(""));

	if (!der_enter(r, DER_APPLICATION(application), &app) ||
	    !der_enter(&app, DER_SEQUENCE, &seq) || !reader_ok(&app))
		reader_fail(r, FAULT_VALUE, 0, name);
	return seq;
}

/* crealm and cname, in that order. */
static void
read_client(struct reader *seq, int n, struct span *realm,
    struct kerberos_name *client)
{
	struct reader name;

	*realm = der_context_value(seq, n, DER_STRING);
	if (der_enter(seq, DER_CONTEXT(n + 1), &name))
		kerberos_name_read(&name, client);
}

static bool
finish(struct reader *r, const struct reader *seq, bool whole,
    const char *name, struct fault *fault)
{
	if (reader_ok(r) && !reader_ok(seq))
		reader_fail(r, seq->fault.kind, seq->fault.offset, name);
	else if (!whole)
		reader_fail(r, FAULT_VALUE, 0, name);
	*fault = r->fault;
	return reader_ok(r);
}

bool
kerberos_ticket_part_decode(struct span plain,
    struct kerberos_ticket_part *out, struct fault *fault)
{
	struct reader r = reader_of(plain), wrap, key, skipped;
	struct reader seq = enter(&r, 3, "EncTicketPart");

	*out = (struct kerberos_ticket_part){ .key_etype = -1 };
	der_context_value(&seq, 0, DER_BIT_STRING); /* flags */
	/* EncryptionKey, 5.2.9 */
	if (der_enter(&seq, DER_CONTEXT(1), &wrap) &&
	    der_enter(&wrap, DER_SEQUENCE, &key)) {
		der_context_int(&key, 0, DER_INTEGER, &out->key_etype);
		out->key = der_context_value(&key, 1, DER_OCTETS);
	}
	read_client(&seq, 2, &out->realm, &out->client);
	der_enter(&seq, DER_CONTEXT(4), &skipped); /* transited */
	out->auth = when_of_kerberos(der_context_value(&seq, 5, DER_TIME));
	out->start = when_of_kerberos(der_context_value(&seq, 6, DER_TIME));
	out->end = when_of_kerberos(der_context_value(&seq, 7, DER_TIME));
	out->renew = when_of_kerberos(der_context_value(&seq, 8, DER_TIME));
	if (out->start == WHEN_NONE)
		out->start = out->auth;
	return finish(&r, &seq, out->client.n > 0 && out->end != WHEN_NONE,
	    "EncTicketPart", fault);
}

bool
kerberos_authenticator_decode(struct span plain,
    struct kerberos_authenticator *out, struct fault *fault)
{
	struct reader r = reader_of(plain), skipped;
	struct reader seq = enter(&r, 2, "Authenticator");
	int32_t ignored, cusec = 0;

	*out = (struct kerberos_authenticator){ 0 };
	der_context_int(&seq, 0, DER_INTEGER, &ignored); /* vno */
	read_client(&seq, 1, &out->realm, &out->client);
	der_enter(&seq, DER_CONTEXT(3), &skipped); /* cksum */
	der_context_int(&seq, 4, DER_INTEGER, &cusec);
	out->ctime = when_of_kerberos(der_context_value(&seq, 5, DER_TIME));
	if (out->ctime != WHEN_NONE && cusec > 0 && cusec < 1000000)
		out->ctime = when_after(out->ctime, cusec * INT64_C(1000));
	return finish(&r, &seq,
	    out->client.n > 0 && out->ctime != WHEN_NONE, "Authenticator",
	    fault);
}
