/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/ntlm.h"

/* A variable-length field: its header says where in the payload it lies. */
struct field {
	uint16_t len;
	uint32_t offset;
};

static void take_preamble(struct reader *r, uint32_t message_type);
static struct field take_field(struct reader *r, const char *name);
static struct span field_bytes(struct reader *r, struct field f,
    const char *name);
static void read_response(struct ntlm_authenticate *out, struct reader *r);

uint32_t
ntlm_message_type(struct span msg)
{
	struct reader r = reader_of(msg);

	if (!span_eq(reader_take(&r, 8, "Signature"), SPAN("NTLMSSP\0")))
		return 0;
	return reader_le32(&r, "MessageType");
}

bool
ntlm_negotiate_decode(struct span msg, struct ntlm_negotiate *out,
    struct fault *fault)
{
	struct reader r = reader_of(msg);

	*out = (struct ntlm_negotiate){ 0 };
	take_preamble(&r, 1);
	out->flags = reader_le32(&r, "NegotiateFlags");
	/* Flags alone are a legal message: 16 bytes, no fields. */
	if (reader_ok(&r) && reader_left(&r) >= 16) {
		struct field domain = take_field(&r, "DomainNameFields");
		struct field station = take_field(&r, "WorkstationFields");

		/*
		 * cntlm sets the flag and puts its payload where the version
		 * would be: the bytes are a version only if no payload
		 * claims them.
		 */
		bool claimed = (domain.len > 0 && domain.offset < 40) ||
		    (station.len > 0 && station.offset < 40);

		if ((out->flags & NTLM_VERSION) && !claimed &&
		    reader_left(&r) >= 8)
			out->version = reader_take(&r, 8, "Version");
		if (out->flags & NTLM_DOMAIN_SUPPLIED)
			out->domain = field_bytes(&r, domain, "DomainName");
		if (out->flags & NTLM_WORKSTATION_SUPPLIED)
			out->workstation =
			    field_bytes(&r, station, "WorkstationName");
	}
	*fault = r.fault;
	return reader_ok(&r);
}

bool
ntlm_challenge_decode(struct span msg, struct ntlm_challenge *out,
    struct fault *fault)
{
	struct reader r = reader_of(msg);
	struct field info = { 0 };

	*out = (struct ntlm_challenge){ 0 };

	take_preamble(&r, 2);
	struct field name = take_field(&r, "TargetNameFields");
	out->flags = reader_le32(&r, "NegotiateFlags");
	out->server_challenge = reader_take(&r, 8, "ServerChallenge");

	/*
	 * Old servers end the fixed part here and begin the payload at once
	 * ("The Type 2 Message", davenport.sourceforge.net/ntlm.html): what
	 * follows is theirs to define only if the flags announce it.
	 */
	if (out->flags & (NTLM_TARGET_INFO | NTLM_VERSION)) {
		reader_take(&r, 8, "Reserved");
		info = take_field(&r, "TargetInfoFields");
	}
	if (out->flags & NTLM_VERSION)
		out->version = reader_take(&r, 8, "Version");

	out->target_name = field_bytes(&r, name, "TargetName");
	out->target_info = field_bytes(&r, info, "TargetInfo");

	*fault = r.fault;
	return reader_ok(&r);
}

bool
ntlm_authenticate_decode(struct span msg, struct ntlm_authenticate *out,
    struct fault *fault)
{
	struct reader r = reader_of(msg);

	*out = (struct ntlm_authenticate){ 0 };

	take_preamble(&r, 3);
	struct field lm = take_field(&r, "LmChallengeResponseFields");
	struct field nt = take_field(&r, "NtChallengeResponseFields");
	struct field domain = take_field(&r, "DomainNameFields");
	struct field user = take_field(&r, "UserNameFields");
	struct field station = take_field(&r, "WorkstationFields");
	struct field key = { 0 };

	/* The oldest form ends here; the payload shows where that is. */
	const struct field *all[] = { &lm, &nt, &domain, &user, &station };
	size_t payload = msg.len;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->len > 0 && all[i]->offset < payload)
			payload = all[i]->offset;
	if (payload >= 64) {
		key = take_field(&r, "EncryptedRandomSessionKeyFields");
		out->flags = reader_le32(&r, "NegotiateFlags");
	}
	/* The flag alone does not prove the bytes; the payload's start does. */
	if (payload >= 72 && (out->flags & NTLM_VERSION))
		out->version = reader_take(&r, 8, "Version");
	else if (payload >= 72)
		reader_take(&r, 8, "Version");
	if (payload >= 88)
		out->mic = reader_take(&r, 16, "MIC");

	out->lm_response = field_bytes(&r, lm, "LmChallengeResponse");
	out->nt_response = field_bytes(&r, nt, "NtChallengeResponse");
	out->domain = field_bytes(&r, domain, "DomainName");
	out->user = field_bytes(&r, user, "UserName");
	out->workstation = field_bytes(&r, station, "Workstation");
	out->session_key =
	    field_bytes(&r, key, "EncryptedRandomSessionKey");
	read_response(out, &r);
	*fault = r.fault;
	return reader_ok(&r);
}

static bool
all_zero(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != 0)
			return false;
	return true;
}

/* 2.2.2.3 to 2.2.2.8: which kind of response, told by its shape. */
static void
read_response(struct ntlm_authenticate *out, struct reader *r)
{
	struct span nt = out->nt_response, lm = out->lm_response;

	if (!reader_ok(r))
		return;
	if (nt.len == 0 && lm.len <= 1) {
		out->kind = NTLM_VERSION_ANONYMOUS;
	} else if (nt.len == 0) {
		out->kind = NTLM_VERSION_LM;
	} else if (nt.len == 24) {
		/* NTLM2 session: the LM field is a client challenge, padded. */
		bool session = lm.len == 24 && all_zero(span_from(lm, 8)) &&
		    !all_zero(span_first(lm, 8));

		out->kind = session ? NTLM_VERSION_1_ESS : NTLM_VERSION_1;
	} else {
		struct reader b = reader_of(nt);

		reader_take(&b, 16, "NTProofStr");
		/* NTLMv2_CLIENT_CHALLENGE: RespType and HiRespType are 1. */
		if (!span_eq(reader_take(&b, 2, "RespType"),
		        SPAN("\1\1"))) {
			reader_fail(r, FAULT_VALUE, 16, "RespType");
			return;
		}
		out->kind = NTLM_VERSION_2;
		reader_take(&b, 6, "Reserved");
		out->blob_time = reader_le64(&b, "TimeStamp");
		reader_take(&b, 8, "ChallengeFromClient");
		reader_take(&b, 4, "Reserved");
		out->target_info = reader_rest(&b);
		if (!reader_ok(&b))
			reader_fail(r, FAULT_CUT, b.fault.offset,
			    "NTLMv2_CLIENT_CHALLENGE");
	}
}

bool
ntlm_av_next(struct reader *list, struct ntlm_av *av)
{
	av->id = reader_le16(list, "AvId");
	av->value = reader_take(list, reader_le16(list, "AvLen"), "Value");

	return reader_ok(list) && av->id != NTLM_AV_EOL;
}

/* Signature and MessageType, which open all three messages. */
static void
take_preamble(struct reader *r, uint32_t message_type)
{
	struct span signature = reader_take(r, 8, "Signature");

	if (reader_ok(r) && !span_eq(signature, SPAN("NTLMSSP\0")))
		reader_fail(r, FAULT_VALUE, 0, "Signature");
	if (reader_le32(r, "MessageType") != message_type)
		reader_fail(r, FAULT_VALUE, 8, "MessageType");
}

/* MaxLen "MUST be ignored on receipt", so it is. */
static struct field
take_field(struct reader *r, const char *name)
{
	struct field f;

	f.len = reader_le16(r, name);
	reader_take(r, 2, name);
	f.offset = reader_le32(r, name);
	return f;
}

/*
 * The payload bytes of a field; unset if it has none.  The length decides,
 * not NTLMSSP_REQUEST_TARGET: the example in [MS-NLMP] 4.2.4.3 carries a
 * TargetName with that flag clear.
 */
static struct span
field_bytes(struct reader *r, struct field f, const char *name)
{
	if (f.len == 0)
		return (struct span){ 0 };
	return reader_slice(r, f.offset, f.len, name);
}
