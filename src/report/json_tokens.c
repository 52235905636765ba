/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json.h"

/* The first token of a kind among those of a handshake; NULL: none. */
static const struct token *
token_of_kind(const struct json_tokens *of, enum token_kind kind)
{
	const struct token *const all[] = { of->authenticate, of->challenge,
		of->negotiate, of->credentials, of->verdict };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != NULL && all[i]->kind == kind)
			return all[i];
	return NULL;
}

static void
ntlm_names(struct jsonw *w, struct redact *x, const struct token_ntlm *n)
{
	jsonw_str(w, "target", redact_name(x, IDENTITY_DOMAIN, n->target));
	jsonw_str(w, "nb_computer",
	    redact_name(x, IDENTITY_HOST, n->nb_computer));
	jsonw_str(w, "nb_domain",
	    redact_name(x, IDENTITY_DOMAIN, n->nb_domain));
	jsonw_str(w, "dns_computer",
	    redact_name(x, IDENTITY_HOST, n->dns_computer));
	jsonw_str(w, "dns_domain",
	    redact_name(x, IDENTITY_DOMAIN, n->dns_domain));
	jsonw_str(w, "dns_tree",
	    redact_name(x, IDENTITY_DOMAIN, n->dns_tree));
	jsonw_time(w, "proxy_time", n->timestamp);
}

/*
 * The clock in a type 3 against the capture's.  Where it echoes the proxy's
 * (AV 7 of the type 2) it says nothing of the client's and is left out.
 */
static void
ntlm_skew(struct jsonw *w, const struct token_ntlm *n, when_ns captured)
{
	int64_t skew;

	if (n->timestamp == WHEN_NONE || n->timestamp == n->av_timestamp ||
	    captured == WHEN_NONE ||
	    __builtin_sub_overflow(n->timestamp, captured, &skew))
		return;
	jsonw_seconds(w, "clock_skew_s", skew);
}

static void
ntlm(struct jsonw *w, const struct report *r, const struct json_tokens *of)
{
	const struct token *t1 = token_of_kind(of, TOKEN_NTLM_NEGOTIATE);
	const struct token *t2 = token_of_kind(of, TOKEN_NTLM_CHALLENGE);
	const struct token *t3 = token_of_kind(of, TOKEN_NTLM_AUTHENTICATE);
	const struct token *best = t3 != NULL ? t3 : t2 != NULL ? t2 : t1;
	struct redact *x = r->redact;
	char flags[16];

	jsonw_object(w, "ntlm");
	if (t3 != NULL) {
		jsonw_str(w, "version", ntlm_version_name(t3->ntlm->version));
		jsonw_str(w, "user",
		    redact_name(x, IDENTITY_USER, t3->ntlm->user));
		jsonw_str(w, "domain",
		    redact_name(x, IDENTITY_DOMAIN, t3->ntlm->domain));
		jsonw_str(w, "workstation",
		    redact_name(x, IDENTITY_HOST, t3->ntlm->workstation));
		jsonw_str(w, "target_spn",
		    redact_words(x, t3->ntlm->target_spn));
		jsonw_bool(w, "mic", t3->ntlm->has_mic);
		if (t3->ntlm->anonymous)
			jsonw_bool(w, "anonymous", true);
		ntlm_skew(w, t3->ntlm, of->authenticated_at);
	}
	if (t2 != NULL)
		ntlm_names(w, x, t2->ntlm);
	if (best != NULL) {
		snprintf(flags, sizeof(flags), "0x%08x", best->ntlm->flags);
		jsonw_str(w, "flags", flags);
		jsonw_str(w, "os_version", best->ntlm->os_version);
	}
	jsonw_end(w);
}

static void
spnego(struct jsonw *w, const struct json_tokens *of)
{
	const struct token *sent = of->credentials != NULL ? of->credentials
	                                                   : of->negotiate;
	const struct token *back = of->verdict != NULL ? of->verdict
	                                               : of->challenge;

	jsonw_object(w, "spnego");
	if (sent != NULL && sent->scheme == SCHEME_NEGOTIATE) {
		jsonw_str(w, "mech", sent->mech);
		jsonw_str(w, "mechs", sent->mechs);
	}
	if (back != NULL && back->scheme == SCHEME_NEGOTIATE &&
	    back->neg_state != NEG_ABSENT)
		jsonw_str(w, "state", neg_state_name(back->neg_state));
	jsonw_end(w);
}

static void
kerberos_error(struct jsonw *w, const struct report *r,
    const struct token_kerberos *k)
{
	if (k->error_code >= 0)
		jsonw_int(w, "error_code", k->error_code);
	jsonw_str(w, "error", kerberos_error_name(k->error_code));
	jsonw_str(w, "error_text", redact_words(r->redact, k->e_text));
	jsonw_time(w, "proxy_time", k->stime);
	if (k->nt_status != 0)
		jsonw_str(w, "nt_status", nt_status_name(k->nt_status));
}

/* What --keytab told of the ticket. */
static void
kerberos_opened(struct jsonw *w, const struct report *r,
    const struct token_opened *o)
{
	jsonw_object(w, "keytab");
	jsonw_str(w, "opens", token_opening_name(o->how));
	jsonw_str(w, "kvnos", o->kvnos);
	jsonw_str(w, "entry", redact_words(r->redact, o->entry));
	if (o->entry != NULL)
		jsonw_int(w, "entry_kvno", o->entry_kvno);
	jsonw_str(w, "client",
	    redact_name(r->redact, IDENTITY_USER, o->client));
	jsonw_str(w, "client_realm",
	    redact_name(r->redact, IDENTITY_DOMAIN, o->client_realm));
	jsonw_time(w, "start", o->start);
	jsonw_time(w, "end", o->end);
	jsonw_time(w, "renew_till", o->renew);
	jsonw_time(w, "client_time", o->ctime);
	if (o->other_client)
		jsonw_bool(w, "other_client", true);
	jsonw_end(w);
}

static void
kerberos(struct jsonw *w, const struct report *r,
    const struct json_tokens *of)
{
	const struct token *req = token_of_kind(of, TOKEN_AP_REQ);
	const struct token *error = token_of_kind(of, TOKEN_KRB_ERROR);
	struct redact *x = r->redact;

	jsonw_object(w, "kerberos");
	if (req != NULL) {
		const struct token_kerberos *k = req->kerberos;

		jsonw_str(w, "realm",
		    redact_name(x, IDENTITY_DOMAIN, k->realm));
		jsonw_str(w, "service", redact_words(x, k->service));
		if (k->ticket_etype >= 0)
			jsonw_str(w, "etype",
			    kerberos_etype_name(k->ticket_etype));
		if (k->authenticator_etype >= 0)
			jsonw_str(w, "authenticator_etype",
			    kerberos_etype_name(k->authenticator_etype));
		if (k->kvno >= 0)
			jsonw_int(w, "kvno", k->kvno);
		jsonw_bool(w, "mutual", k->mutual_required);
		if (req->opened != NULL)
			kerberos_opened(w, r, req->opened);
	}
	if (error != NULL)
		kerberos_error(w, r, error->kerberos);
	jsonw_end(w);
}

static void
basic(struct jsonw *w, const struct report *r, const struct token *t)
{
	jsonw_object(w, "basic");
	jsonw_array(w, "oddities");
	for (unsigned bit = 1; basic_shape_name(bit) != NULL; bit <<= 1)
		if (t->basic.shape & bit)
			jsonw_str(w, NULL, basic_shape_name(bit));
	jsonw_end(w);
	jsonw_str(w, "realm",
	    redact_name(r->redact, IDENTITY_REALM, t->basic.realm));
	jsonw_str(w, "charset", t->basic.charset);
	jsonw_end(w);
}

static void
digest(struct jsonw *w, const struct report *r, const struct token *t)
{
	const struct token_digest *d = t->digest;

	jsonw_object(w, "digest");
	jsonw_str(w, "user", redact_name(r->redact, IDENTITY_USER, d->user));
	jsonw_str(w, "realm",
	    redact_name(r->redact, IDENTITY_REALM, d->realm));
	jsonw_str(w, "uri", redact_target(r->redact, d->uri));
	jsonw_str(w, "algorithm", d->algorithm);
	jsonw_str(w, "qop", d->qop);
	if (d->nc > 0)
		jsonw_uint(w, "nc", d->nc);
	if (d->stale >= 0)
		jsonw_bool(w, "stale", d->stale > 0);
	if (d->userhash)
		jsonw_bool(w, "userhash", true);
	jsonw_str(w, "missing", d->missing);
	jsonw_end(w);
}

static void
bearer(struct jsonw *w, const struct report *r, const struct token *t)
{
	const struct token_bearer *b = t->bearer;
	struct redact *x = r->redact;

	jsonw_object(w, "bearer");
	jsonw_str(w, "kind", b->is_jwt ? "JWT" : b->is_jwe ? "JWE" : "opaque");
	jsonw_str(w, "alg", b->alg);
	jsonw_str(w, "kid", b->kid);
	jsonw_str(w, "typ", b->typ);
	jsonw_str(w, "iss", redact_target(x, b->iss));
	jsonw_str(w, "aud", redact_name(x, IDENTITY_HOST, b->aud));
	jsonw_str(w, "sub", redact_name(x, IDENTITY_USER, b->sub));
	jsonw_str(w, "scope", b->scope);
	jsonw_str(w, "client_id",
	    redact_name(x, IDENTITY_USER, b->client_id));
	jsonw_time(w, "exp", b->exp);
	jsonw_time(w, "nbf", b->nbf);
	jsonw_time(w, "iat", b->iat);
	jsonw_str(w, "oddity", b->oddity);
	jsonw_end(w);
}

void
json_tokens(struct jsonw *w, const struct report *r,
    const struct json_tokens *of)
{
	const struct token *t = of->credentials;

	ntlm(w, r, of);
	spnego(w, of);
	kerberos(w, r, of);
	if (t != NULL && t->kind == TOKEN_BASIC)
		basic(w, r, t);
	if (t != NULL && t->kind == TOKEN_DIGEST)
		digest(w, r, t);
	if (t != NULL && t->kind == TOKEN_BEARER)
		bearer(w, r, t);
}
