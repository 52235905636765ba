/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask_gss.h"

#include "auth/ntlm.h"

/* NTLMv2_CLIENT_CHALLENGE, 2.2.2.7, behind the 16 bytes of NTProofStr. */
enum { PROOF = 16, BLOB_HEAD = 16, CLIENT_CHALLENGE = 8, BLOB_PAIRS = 44 };

static void mask_negotiate(struct mask *m, const struct shown *s);
static void mask_challenge(struct mask *m, const struct shown *s);
static void mask_authenticate(struct mask *m, const struct shown *s);

void
mask_ntlm(struct mask *m, const struct shown *s)
{
	show(s, span_first(s->in, 12));
	switch (ntlm_message_type(s->in)) {
	case 1:
		mask_negotiate(m, s);
		break;
	case 2:
		mask_challenge(m, s);
		break;
	case 3:
		mask_authenticate(m, s);
		break;
	default:
		break;
	}
}

/* UTF-16, told by the flag, or by its shape as auth/gss.c has it. */
static void
show_name(struct mask *m, const struct shown *s, struct span name,
    bool unicode, enum identity kind)
{
	size_t zeros = 0;

	for (size_t i = 1; i < name.len; i += 2)
		zeros += name.at[i] == 0;
	if (name.len % 2 != 0)
		unicode = false;
	else if (name.len >= 4 && zeros == name.len / 2)
		unicode = true;
	if (unicode)
		names_show_utf16(mask_names(m), s, name, kind);
	else
		names_show(mask_names(m), s, name, kind);
}

static void
mask_negotiate(struct mask *m, const struct shown *s)
{
	struct ntlm_negotiate t;
	struct fault fault;

	ntlm_negotiate_decode(s->in, &t, &fault);
	show(s, span_first(s->in, 32));
	show(s, t.version);
	show_name(m, s, t.domain, false, IDENTITY_DOMAIN);
	show_name(m, s, t.workstation, false, IDENTITY_HOST);
}

/* 2.2.2.1: names, flags and times; MsvAvSingleHost and hashes are not. */
static void
mask_pairs(struct mask *m, const struct shown *s, struct span list)
{
	struct reader r = reader_of(list);
	struct ntlm_av av;
	bool more = span_has_bytes(list);

	while (more) {
		size_t at = r.pos;

		more = ntlm_av_next(&r, &av);
		if (!reader_ok(&r))
			break;
		show(s, span_of(list.at + at, 4));
		switch (av.id) {
		case NTLM_AV_NB_COMPUTER:
		case NTLM_AV_DNS_COMPUTER:
			names_show_utf16(mask_names(m), s, av.value,
			    IDENTITY_HOST);
			break;
		case NTLM_AV_NB_DOMAIN:
		case NTLM_AV_DNS_DOMAIN:
		case NTLM_AV_DNS_TREE:
			names_show_utf16(mask_names(m), s, av.value,
			    IDENTITY_DOMAIN);
			break;
		case NTLM_AV_TARGET_NAME: /* "HTTP/proxy.lab.test" */
			names_show_utf16(mask_names(m), s, av.value,
			    IDENTITY_HOST);
			break;
		case NTLM_AV_FLAGS:
		case NTLM_AV_TIMESTAMP:
			show(s, span_first(av.value, 8));
			break;
		default:
			mask_bytes(m, s, av.value);
		}
	}
}

/* The challenge alone, without responses, is of no use to anybody. */
static void
mask_challenge(struct mask *m, const struct shown *s)
{
	struct ntlm_challenge t;
	struct fault fault;

	ntlm_challenge_decode(s->in, &t, &fault);
	show(s, span_first(s->in, 32));
	if (t.flags & (NTLM_TARGET_INFO | NTLM_VERSION))
		show(s, span_first(span_from(s->in, 40), 8));
	show(s, t.version);
	show_name(m, s, t.target_name, t.flags & NTLM_UNICODE,
	    IDENTITY_DOMAIN);
	mask_pairs(m, s, t.target_info);
}

static bool
all_zero(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != 0)
			return false;
	return true;
}

/* What of an NTLMv2 response is no secret: version, time, AV pairs. */
static void
show_blob(struct mask *m, const struct shown *s, struct span nt)
{
	show(s, span_first(span_from(nt, PROOF), BLOB_HEAD));
	mask_pairs(m, s, span_from(nt, BLOB_PAIRS));
}

static void
mask_authenticate(struct mask *m, const struct shown *s)
{
	struct ntlm_authenticate t;
	struct fault fault;

	ntlm_authenticate_decode(s->in, &t, &fault);

	bool unicode = t.flags & NTLM_UNICODE;
	struct span lm = t.lm_response, nt = t.nt_response;

	/* The fields up to the first payload, as far as there are any. */
	show(s, span_first(s->in, 52));
	if (t.flags != 0 || span_is_set(t.session_key))
		show(s, span_first(s->in, 64));
	show(s, t.version);
	show_name(m, s, t.domain, unicode, IDENTITY_DOMAIN);
	show_name(m, s, t.user, unicode, IDENTITY_USER);
	show_name(m, s, t.workstation, unicode, IDENTITY_HOST);
	if (t.kind == NTLM_VERSION_2)
		show_blob(m, s, nt);

	/*
	 * Last, as a crafted message may have a name point into a response.
	 * The NTLM2 session response is told by the zeros in its LM field.
	 */
	if (t.kind == NTLM_VERSION_1_ESS)
		mask_bytes(m, s, span_first(lm, 8));
	else
		mask_bytes(m, s, lm);
	if (t.kind == NTLM_VERSION_2) {
		mask_bytes(m, s, span_first(nt, PROOF));
		mask_bytes(m, s,
		    span_first(span_from(nt, PROOF + BLOB_HEAD),
		        CLIENT_CHALLENGE));
	} else {
		mask_bytes(m, s, nt);
	}
	mask_bytes(m, s, t.session_key);
	if (span_is_set(t.mic) && !all_zero(t.mic))
		mask_bytes(m, s, t.mic);
}
