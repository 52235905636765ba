/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/ladder.h"
#include "report/words.h"
#include "witness/kdc.h"

/* The exchange that a leg is half of; NULL if it was not kept. */
static const struct observation *
exchange_of(const struct attempt *a, const struct leg *leg)
{
	LIST_EACH (link, &a->observations) {
		const struct observation *o =
		    LIST_OBJECT(link, struct observation, link);
		uint64_t frame = leg->from_client ? o->request.frame
		                                  : o->response.frame;

		if (o->kind == OBSERVE_EXCHANGE && frame == leg->frame &&
		    o->connection.stream == leg->stream &&
		    o->connection.client_port == leg->port)
			return o;
	}
	return NULL;
}

static const struct token *
first_with_bytes(const struct token *tokens, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tokens[i].bytes > 0)
			return &tokens[i];
	return NULL;
}

/* The token that the message of a leg carried; NULL if none, or not kept. */
static const struct token *
token_of_leg(const struct attempt *a, const struct leg *leg)
{
	const struct observation *o = exchange_of(a, leg);

	if (o != NULL && leg->from_client)
		return o->request.credentials;
	if (o != NULL)
		return first_with_bytes(o->response.challenges,
		    o->response.n_challenges);
	switch (leg->step) {
	case STEP_NEGOTIATE:
		return a->negotiate;
	case STEP_CHALLENGE:
		return a->challenge;
	case STEP_AUTHENTICATE:
		return a->authenticate;
	case STEP_TICKET:
	case STEP_CREDENTIALS:
		return a->credentials;
	case STEP_AUTHENTICATED:
	case STEP_REJECTED:
		return a->verdict;
	default:
		return NULL;
	}
}

/* What the proxy offers in the message of a leg. */
static void
add_offers(struct text *t, const struct attempt *a, const struct leg *leg,
    const char *lead)
{
	const struct observation *o = exchange_of(a, leg);
	const struct token *tokens =
	    leg->step == STEP_OFFER ? a->offers : a->last_offers;
	size_t n = leg->step == STEP_OFFER ? a->n_offers : a->n_last_offers;

	if (o != NULL) {
		tokens = o->response.challenges;
		n = o->response.n_challenges;
	}
	text_str(t, lead);
	if (n == 0)
		text_str(t, "nothing");
	words_schemes(t, tokens, n);
}

/* "NTLM type 1", "Negotiate with a Kerberos ticket": what a token is. */
static void
add_token_kind(struct text *t, const struct token *token)
{
	static const char *const kinds[] = {
		[TOKEN_NONE] = "without a token",
		[TOKEN_NTLM_NEGOTIATE] = "type 1 (negotiate)",
		[TOKEN_NTLM_CHALLENGE] = "type 2 (challenge)",
		[TOKEN_NTLM_AUTHENTICATE] = "type 3 (authenticate)",
		[TOKEN_AP_REQ] = "Kerberos ticket (AP-REQ)",
		[TOKEN_AP_REP] = "Kerberos answer (AP-REP)",
		[TOKEN_KRB_ERROR] = "Kerberos error (KRB-ERROR)",
		[TOKEN_SPNEGO] = "SPNEGO token",
		[TOKEN_NEGOEX] = "NEGOEX token",
		[TOKEN_UNKNOWN] = "token that cannot be read",
	};
	size_t kind = (size_t)token->kind;
	bool is_ntlm = token->kind == TOKEN_NTLM_NEGOTIATE ||
	    token->kind == TOKEN_NTLM_CHALLENGE ||
	    token->kind == TOKEN_NTLM_AUTHENTICATE;

	text_str(t, token->scheme_name != NULL
	        ? token->scheme_name
	        : scheme_name(token->scheme));
	if (kind >= sizeof(kinds) / sizeof(kinds[0]) || kinds[kind] == NULL)
		return;
	if (is_ntlm && token->scheme == SCHEME_NEGOTIATE)
		text_str(t, ": NTLM");
	else if (!is_ntlm && token->kind != TOKEN_NONE)
		text_char(t, ':');
	text_fmt(t, " %s", kinds[kind]);
}

static void
label_of_request(const struct report *r, const struct attempt *a,
    const struct leg *leg, struct text *t)
{
	const struct observation *o = exchange_of(a, leg);
	const char *method = o != NULL ? o->request.method : a->method;
	const char *target = o != NULL ? o->request.target : a->target;

	text_str(t, method != NULL ? method : "request");
	if (target != NULL)
		text_fmt(t, " %s", redact_target(r->redact, target));
}

static void
label_of_verdict(const struct attempt *a, const struct leg *leg,
    struct text *t)
{
	if (leg->status > 0)
		text_fmt(t, "%u, ", leg->status);
	if (leg->step == STEP_REJECTED && leg->status == 401) {
		text_str(t, "asks as a web server does");
		return;
	}
	if (leg->step == STEP_REJECTED && leg->status > 0 &&
	    leg->status != 407) {
		text_str(t, "an error, no verdict");
		return;
	}
	if (leg->step == STEP_REJECTED) {
		add_offers(t, a, leg, "refused; offers ");
		return;
	}
	text_str(t, leg->status == 0 || leg->status < 400
	        ? "let through"
	        : "past authentication");
}

/* What an earlier run said of it; or NULL. */
static const struct leg_words *
words_of(const struct attempt *a, const struct leg *leg)
{
	const struct leg_words *words =
	    a->leg_words != NULL ? &a->leg_words[leg - a->legs] : NULL;

	return words != NULL && words->label != NULL ? words : NULL;
}

void
ladder_label(const struct report *r, const struct attempt *a,
    const struct leg *leg, struct text *t)
{
	const struct token *token = token_of_leg(a, leg);
	const struct leg_words *words = words_of(a, leg);

	if (words != NULL) {
		text_str(t, redact_words(r->redact, words->label));
		return;
	}
	switch (leg->step) {
	case STEP_REQUEST:
		label_of_request(r, a, leg, t);
		return;
	case STEP_OFFER:
		add_offers(t, a, leg, "407, offers ");
		return;
	case STEP_AUTHENTICATED:
	case STEP_REJECTED:
		label_of_verdict(a, leg, t);
		return;
	case STEP_CLOSED:
		text_str(t, "closes the connection");
		if (leg->note != NOTE_NONE)
			text_fmt(t, " (%s)", leg_note_name(leg->note));
		return;
	case STEP_CHALLENGE:
		text_str(t, "407, ");
		break;
	default:
		break;
	}
	if (token != NULL)
		add_token_kind(t, token);
	else
		text_str(t, step_name(leg->step) != NULL ? step_name(leg->step)
		                                         : "message");
}

/* "its clock is 3 min 2 s ahead of the capture": if it is worth saying. */
static void
add_skew(struct text *t, const char *whose, when_ns clock, when_ns captured)
{
	int64_t skew;

	if (clock == WHEN_NONE || captured == WHEN_NONE ||
	    __builtin_sub_overflow(clock, captured, &skew))
		return;
	if (skew > -2 * WHEN_SECOND && skew < 2 * WHEN_SECOND)
		return;
	text_fmt(t, "; %s clock is ", whose);
	when_length(t, skew < 0 ? -skew : skew);
	text_fmt(t, " %s", skew < 0 ? "behind" : "ahead of");
	text_str(t, " the capture's");
}

static void
detail_of_ntlm(const struct report *r, const struct token *token,
    const struct leg *leg, struct text *t)
{
	const struct token_ntlm *n = token->ntlm;
	struct redact *x = r->redact;

	switch (token->kind) {
	case TOKEN_NTLM_NEGOTIATE:
		words_pair(t, "domain",
		    redact_name(x, IDENTITY_DOMAIN, n->domain));
		words_pair(t, "workstation",
		    redact_name(x, IDENTITY_HOST, n->workstation));
		words_pair(t, "version", n->os_version);
		return;
	case TOKEN_NTLM_CHALLENGE:
		words_pair(t, "target",
		    redact_name(x, IDENTITY_DOMAIN, n->target));
		words_pair(t, "computer",
		    redact_name(x, IDENTITY_HOST, n->nb_computer));
		words_pair(t, "domain",
		    redact_name(x, IDENTITY_DOMAIN, n->dns_domain));
		add_skew(t, "its", n->timestamp, leg->time);
		return;
	default:
		break;
	}

	const char *version = ntlm_version_name(n->version);

	if (n->anonymous)
		text_str(t, "nobody (anonymous)");
	else
		words_account(r, t, token->domain, token->user);
	words_pair(t, "from", redact_name(x, IDENTITY_HOST, n->workstation));
	words_pair(t, NULL, version);
	words_pair(t, NULL, n->has_mic ? "with MIC" : NULL);
	/* AV 7 echoes the proxy's clock: only without it is it the client's. */
	if (n->timestamp != n->av_timestamp)
		add_skew(t, "its", n->timestamp, leg->time);
}

static void
detail_of_kerberos(const struct report *r, const struct token *token,
    const struct leg *leg, struct text *t)
{
	const struct token_kerberos *k = token->kerberos;

	if (token->kind == TOKEN_KRB_ERROR) {
		const char *name = kerberos_error_name(k->error_code);

		if (name != NULL)
			text_str(t, name);
		else
			text_fmt(t, "error %d", k->error_code);
		words_pair(t, NULL, redact_words(r->redact, k->e_text));
		words_pair(t, NULL, nt_status_name(k->nt_status));
		add_skew(t, "its", k->stime, leg->time);
		return;
	}
	if (k->service != NULL)
		text_fmt(t, "for %s", redact_words(r->redact, k->service));
	words_pair(t, "in",
	    redact_name(r->redact, IDENTITY_DOMAIN, k->realm));
	if (k->ticket_etype >= 0)
		words_pair(t, NULL, kerberos_etype_name(k->ticket_etype));
	if (k->kvno >= 0)
		text_fmt(t, "%skvno %d", t->len > 0 ? ", " : "", k->kvno);
}

static void
detail_of_token(const struct report *r, const struct token *token,
    const struct leg *leg, struct text *t)
{
	switch (token->kind) {
	case TOKEN_NTLM_NEGOTIATE:
	case TOKEN_NTLM_CHALLENGE:
	case TOKEN_NTLM_AUTHENTICATE:
		detail_of_ntlm(r, token, leg, t);
		break;
	case TOKEN_AP_REQ:
	case TOKEN_AP_REP:
	case TOKEN_KRB_ERROR:
		detail_of_kerberos(r, token, leg, t);
		break;
	case TOKEN_DIGEST:
		words_account(r, t, token->domain, token->user);
		words_pair(t, "realm",
		    redact_name(r->redact, IDENTITY_REALM,
		        token->digest->realm));
		words_pair(t, "algorithm", token->digest->algorithm);
		words_pair(t, "qop", token->digest->qop);
		break;
	case TOKEN_BEARER:
		words_pair(t, "issued by",
		    redact_words(r->redact, token->bearer->iss));
		words_pair(t, "for",
		    redact_name(r->redact, IDENTITY_USER, token->bearer->sub));
		words_pair(t, NULL, token->bearer->oddity);
		break;
	default:
		words_account(r, t, token->domain, token->user);
		words_pair(t, "mechanisms", token->mechs);
		break;
	}
	if (token->fault.kind != FAULT_NONE && token->fault.field != NULL)
		text_fmt(t, "%sdamaged: %s %s (byte %u)",
		    t->len > 0 ? "; " : "", token->fault.field,
		    fault_words(token->fault.kind), token->fault.offset);
}

/* Who answers, and what it asks the user for. */
static void
detail_of_offer(const struct report *r, const struct attempt *a,
    const struct leg *leg, struct text *t)
{
	const struct observation *o = exchange_of(a, leg);
	const struct observed_response *p = o != NULL ? &o->response
	                                              : a->response;
	size_t n;
	const struct token *offers = o != NULL ? p->challenges
	                                       : report_offer(a, &n);

	if (o != NULL)
		n = p->n_challenges;
	for (size_t i = 0; i < n; i++)
		words_pair(t, "realm", redact_name(r->redact, IDENTITY_REALM,
		    offers[i].realm));
	if (p == NULL)
		return;
	words_pair(t, "Server", redact_words(r->redact, p->server));
	words_pair(t, "Via", redact_words(r->redact, p->via));
}

void
ladder_detail(const struct report *r, const struct attempt *a,
    const struct leg *leg, struct text *t)
{
	const struct token *token = token_of_leg(a, leg);
	const struct leg_words *words = words_of(a, leg);

	if (words != NULL)
		text_str(t, redact_words(r->redact,
		    words->detail != NULL ? words->detail : ""));
	else if (leg->step == STEP_OFFER)
		detail_of_offer(r, a, leg, t);
	else if (token != NULL && leg->step != STEP_REQUEST &&
	    leg->step != STEP_CLOSED)
		detail_of_token(r, token, leg, t);
}

static void
add_asked(struct text *t, const struct report *r, const struct kdc_record *k)
{
	const char *who = redact_name(r->redact, IDENTITY_USER, k->client);

	switch (k->asked) {
	case KDC_ASKED_NOTHING:
		text_str(t, k->not_there ? "looks on its network for"
		                         : "connects to");
		break;
	case KDC_ASKED_AS:
		text_fmt(t, "%s logs on at", who != NULL ? who : "somebody");
		break;
	case KDC_ASKED_TGS:
		text_fmt(t, "asks for %s at", k->service != NULL
		        ? redact_words(r->redact, k->service) : "a service");
		break;
	}
}

static void
add_answer(struct text *t, const struct report *r, const struct kdc_record *k)
{
	const char *name = kerberos_error_name(k->error);

	switch (k->ended) {
	case KDC_TICKET:
		text_fmt(t, "a ticket for %s", k->granted != NULL
		        ? redact_words(r->redact, k->granted) : "a service");
		break;
	case KDC_ERROR:
		/* The NTSTATUS says more; there is room for one. */
		if (nt_status_name(k->nt_status) != NULL)
			text_fmt(t, "%s (error %d)",
			    nt_status_name(k->nt_status), k->error);
		else if (name != NULL)
			text_str(t, name);
		else
			text_fmt(t, "error %d", k->error);
		break;
	case KDC_REFUSED:
		text_str(t, "not reachable");
		break;
	default:
		text_str(t, "no answer");
	}
}

void
ladder_kdc(const struct report *r, const struct witness_record *w, bool answer,
    struct text *t)
{
	const struct kdc_record *k = w->saw.kdc;

	if (!answer && k->answer_frame == 0) {
		text_str(t, "no answer");
		if (k->tries > 1)
			text_fmt(t, " to %u tries", k->tries);
		text_str(t, ": ");
	}
	if (answer) {
		text_fmt(t, "KDC %s: ", redact_address(r->redact, &w->server));
		add_answer(t, r, k);
		return;
	}
	add_asked(t, r, k);
	text_fmt(t, " KDC %s", redact_address(r->redact, &w->server));
}
