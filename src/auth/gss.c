/* SPDX-License-Identifier: BSD-2-Clause */
/* NTLM and Negotiate: what their tokens say, into a struct token. */
#include <stdio.h>
#include <stdlib.h>

#include "auth/decode.h"
#include "auth/kerberos.h"
#include "auth/ntlm.h"
#include "auth/spnego.h"
#include "base/base64.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/utf16.h"

static void read_inner(struct span inner, struct arena *a, struct token *out);
static void read_ntlm(struct span msg, struct arena *a, struct token *out);
static void read_kerberos(struct span msg, struct arena *a,
    struct token *out);

void
decode_gss(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out)
{
	struct span in = c->rest;
	struct spnego s;

	(void)challenge;
	if (in.len == 0)
		return;
	/* negotiate_wrapper_auth of Squid 5 writes "token=oYG...". */
	if (span_starts_nocase(in, SPAN("token="))) {
		out->garbled = true;
		in = span_from(in, 6);
	}

	uint8_t *raw = memory_grow(NULL, base64_room(in.len), 1);
	struct base64 b = base64_decode(in, raw);
	struct span token = span_of(raw, b.len);

	out->bytes = b.len;
	out->not_base64 = b.flaws & (BASE64_BROKEN | BASE64_LOOSE);
	out->kind = TOKEN_UNKNOWN;
	if (out->not_base64)
		out->fault = fault_at(FAULT_VALUE, b.bad_at, "base64");
	/* Squid's Kerberos helper writes "AA==" where there is no token. */
	if (b.len == 1 && raw[0] == 0) {
		out->kind = TOKEN_NONE;
	} else if (b.len > 0) {
		struct fault fault;
		struct text mechs = { .limit = 256 };

		spnego_decode(token, &s, &fault);
		if (out->fault.kind == FAULT_NONE)
			out->fault = fault;
		out->wrap = s.wrap;
		out->is_init = s.is_init;
		out->neg_state = s.state;
		if (s.wrap == WRAP_SPNEGO)
			out->kind = TOKEN_SPNEGO;
		for (size_t i = 0; i < s.n_mechs; i++) {
			const char *name = spnego_mech_name(s.mechs[i]);

			text_fmt(&mechs, "%s%s", i > 0 ? "," : "",
			    name != NULL ? name : "unknown");
		}
		if (s.n_mechs > 0) {
			out->mechs = decode_text(a, text_span(&mechs));
			out->mech = spnego_mech_name(s.mechs[0]);
		}
		if (span_is_set(s.supported))
			out->mech = spnego_mech_name(s.supported);
		if (span_has_bytes(s.inner))
			read_inner(s.inner, a, out);
		text_fini(&mechs);
	}
	secret_wipe(raw, base64_room(in.len));
	free(raw);
}

static void
read_inner(struct span inner, struct arena *a, struct token *out)
{
	if (ntlm_message_type(inner) != 0 ||
	    span_starts(inner, SPAN("NTLMSSP"))) {
		out->kind = TOKEN_UNKNOWN;
		read_ntlm(inner, a, out);
		if (out->mech == NULL)
			out->mech = "ntlmssp";
	} else if (span_starts(inner, SPAN("NEGOEXTS"))) {
		out->kind = TOKEN_NEGOEX;
	} else if (kerberos_kind(inner) != KERBEROS_NONE) {
		read_kerberos(inner, a, out);
		if (out->mech == NULL)
			out->mech = "krb5";
	}
}

/* -- NTLM -- */

/* UTF-16 of ASCII, as nearly all is: every other byte.  NULL: it is not. */
static const char *
ascii_text(struct arena *a, struct span s)
{
	if (s.len % 2 != 0 || s.len > 2048)
		return NULL;
	for (size_t i = 0; i < s.len; i += 2)
		if (s.at[i] == 0 || s.at[i] > 0x7f || s.at[i + 1] != 0)
			return NULL;

	char *copy = arena_new(a, s.len / 2 + 1);

	for (size_t i = 0; i < s.len / 2; i++)
		copy[i] = (char)s.at[2 * i];
	return copy;
}

static const char *
ntlm_text(struct arena *a, struct span s, bool unicode)
{
	struct text t = { .limit = 1024 };
	const char *copy;

	if (!span_is_set(s))
		return NULL;
	if (unicode && (copy = ascii_text(a, s)) != NULL)
		return copy;
	if (unicode)
		utf16_add(&t, s);
	else
		oem_add(&t, s);
	copy = decode_text(a, utf8_whole(text_span(&t)));
	text_fini(&t);
	return copy;
}

/* ProductMajorVersion, ProductMinorVersion, ProductBuild: 2.2.2.10 */
static const char *
os_version(struct arena *a, struct span v)
{
	struct text t = { 0 };
	struct reader r = reader_of(v);
	const char *copy;

	if (v.len != 8)
		return NULL;

	unsigned major = reader_u8(&r, "major");
	unsigned minor = reader_u8(&r, "minor");
	unsigned build = reader_le16(&r, "build");

	if (major == 0)
		return NULL;
	text_uint(&t, major);
	text_char(&t, '.');
	text_uint(&t, minor);
	text_char(&t, '.');
	text_uint(&t, build);
	copy = arena_str(a, text_span(&t));
	text_fini(&t);
	return copy;
}

/* The AV pairs; those that type 3 repeats from type 2 are fingerprinted. */
static void
read_target_info(struct span info, struct arena *a, struct token_ntlm *n)
{
	struct reader list = reader_of(info);
	struct ntlm_av av;
	struct text shared = { 0 };

	while (ntlm_av_next(&list, &av)) {
		const char **name = av.id == NTLM_AV_NB_COMPUTER
		    ? &n->nb_computer
		    : av.id == NTLM_AV_NB_DOMAIN    ? &n->nb_domain
		    : av.id == NTLM_AV_DNS_COMPUTER ? &n->dns_computer
		    : av.id == NTLM_AV_DNS_DOMAIN   ? &n->dns_domain
		    : av.id == NTLM_AV_DNS_TREE     ? &n->dns_tree
		    : av.id == NTLM_AV_TARGET_NAME  ? &n->target_spn
		                                    : NULL;
		struct reader value = reader_of(av.value);

		if (name != NULL)
			*name = ntlm_text(a, av.value, true);
		if (av.id >= NTLM_AV_NB_COMPUTER &&
		    av.id <= NTLM_AV_DNS_TREE) {
			text_char(&shared, (char)av.id);
			text_add(&shared, av.value);
		}
		if (av.id == NTLM_AV_FLAGS)
			n->av_flags = reader_le32(&value, "MsvAvFlags");
		if (av.id == NTLM_AV_TIMESTAMP)
			n->av_timestamp = when_of_filetime(
			    reader_le64(&value, "MsvAvTimestamp"));
		if (av.id == NTLM_AV_CHANNEL_BINDINGS)
			for (size_t i = 0; i < av.value.len; i++)
				n->has_channel_bindings |= av.value.at[i] != 0;
	}
	n->has_target_info = info.len > 4;
	if (shared.len > 0)
		n->target_info =
		    secret_fingerprint("target info", text_span(&shared));
	text_fini(&shared);
}

static bool
looks_utf16(struct span s)
{
	size_t zeros = 0;

	for (size_t i = 1; i < s.len; i += 2)
		zeros += s.at[i] == 0;
	return s.len >= 4 && s.len % 2 == 0 && zeros == s.len / 2;
}

static void
read_authenticate(struct span msg, struct arena *a, struct token *out)
{
	struct token_ntlm *n = token_add_ntlm(out, a);
	struct ntlm_authenticate m;

	ntlm_authenticate_decode(msg, &m, &out->fault);

	bool unicode = m.flags & NTLM_UNICODE;

	/* The old form without flags is OEM, or shows that it is not. */
	if (!unicode && looks_utf16(m.user)) {
		n->charset_mismatch = m.flags != 0;
		unicode = true;
	} else if (unicode && m.user.len % 2 != 0) {
		n->charset_mismatch = true;
		unicode = false;
	}
	n->flags = m.flags;
	n->version = m.kind;
	n->lm_len = (uint16_t)m.lm_response.len;
	n->nt_len = (uint16_t)m.nt_response.len;
	n->user = ntlm_text(a, m.user, unicode);
	n->domain = ntlm_text(a, m.domain, unicode);
	n->workstation = ntlm_text(a, m.workstation, unicode);
	n->os_version = os_version(a, m.version);
	n->timestamp = when_of_filetime(m.blob_time);
	read_target_info(m.target_info, a, n);
	/* 2.2.1.3: the field is there for certain only if the flag says so. */
	n->has_mic = span_is_set(m.mic) && (n->av_flags & 2);
	n->anonymous = m.kind == NTLM_VERSION_ANONYMOUS && m.user.len == 0;
	n->machine_account = n->user != NULL && n->user[0] != '\0' &&
	    n->user[strlen(n->user) - 1] == '$';
	if (m.nt_response.len > 0)
		n->response =
		    secret_fingerprint("ntlm response", m.nt_response);
	if (n->domain != NULL && n->domain[0] != '\0') {
		out->user = n->user;
		out->domain = n->domain;
	} else if (n->user != NULL) {
		decode_user(a, span_of_str(n->user), out);
	}
}

static void
read_ntlm(struct span msg, struct arena *a, struct token *out)
{
	struct token_ntlm *n;
	struct ntlm_negotiate t1;
	struct ntlm_challenge t2;

	switch (ntlm_message_type(msg)) {
	case 1:
		out->kind = TOKEN_NTLM_NEGOTIATE;
		ntlm_negotiate_decode(msg, &t1, &out->fault);
		n = token_add_ntlm(out, a);
		n->flags = t1.flags;
		/* OEM by definition; some clients write UTF-16 all the same. */
		n->domain = ntlm_text(a, t1.domain, looks_utf16(t1.domain));
		n->workstation = ntlm_text(a, t1.workstation,
		    looks_utf16(t1.workstation));
		n->os_version = os_version(a, t1.version);
		break;
	case 2:
		out->kind = TOKEN_NTLM_CHALLENGE;
		ntlm_challenge_decode(msg, &t2, &out->fault);
		n = token_add_ntlm(out, a);
		n->flags = t2.flags;
		n->target = ntlm_text(a, t2.target_name,
		    (t2.flags & NTLM_UNICODE) || looks_utf16(t2.target_name));
		n->os_version = os_version(a, t2.version);
		read_target_info(t2.target_info, a, n);
		n->timestamp = n->av_timestamp;
		n->av_timestamp = WHEN_NONE;
		if (span_is_set(t2.server_challenge))
			n->server_challenge = secret_fingerprint(
			    "server challenge", t2.server_challenge);
		break;
	case 3:
		out->kind = TOKEN_NTLM_AUTHENTICATE;
		read_authenticate(msg, a, out);
		break;
	default:
		out->fault =
		    (struct fault){ FAULT_VALUE, 8, "MessageType" };
	}
}

/* -- Kerberos -- */

static void
read_kerberos(struct span msg, struct arena *a, struct token *out)
{
	struct token_kerberos *k;
	struct kerberos_ap_req req;
	struct kerberos_error err;

	switch (kerberos_kind(msg)) {
	case KERBEROS_AP_REQ:
		out->kind = TOKEN_AP_REQ;
		kerberos_ap_req_decode(msg, &req, &out->fault);
		k = token_add_kerberos(out, a);
		k->realm = decode_text(a, req.realm);
		k->service = kerberos_name_text(a, &req.service);
		k->name_type = req.service.type;
		k->ticket_etype = req.ticket_etype;
		k->authenticator_etype = req.authenticator_etype;
		k->kvno = req.kvno;
		k->mutual_required = req.mutual_required;
		if (span_has_bytes(req.ticket))
			k->ticket = secret_fingerprint("ticket", req.ticket);
		out->secret = k->ticket;
		break;
	case KERBEROS_AP_REP:
		out->kind = TOKEN_AP_REP;
		break;
	case KERBEROS_KRB_ERROR:
		out->kind = TOKEN_KRB_ERROR;
		kerberos_error_decode(msg, &err, &out->fault);
		k = token_add_kerberos(out, a);
		k->error_code = err.code;
		k->stime = err.stime;
		k->ctime = err.ctime;
		k->realm = decode_text(a, err.realm);
		k->service = kerberos_name_text(a, &err.service);
		k->client = kerberos_name_text(a, &err.client);
		k->client_realm = decode_text(a, err.client_realm);
		k->e_text = decode_text(a, err.e_text);
		k->nt_status = err.nt_status;
		break;
	case KERBEROS_NONE:
		break;
	}
}
