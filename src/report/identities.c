/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/identities.h"

#include "report/annex.h"
#include "witness/kdc.h"

/* URLs in a sentence have hosts that nothing else may have named. */
static void
learn_words(struct redact *r, const char *words)
{
	redact_words(r, words);
}

static void
learn_token(struct redact *r, const struct token *t)
{
	if (t == NULL)
		return;
	redact_learn(r, IDENTITY_USER, t->user);
	redact_learn(r, IDENTITY_DOMAIN, t->domain);
	redact_learn(r, IDENTITY_USER, t->ntlm->user);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm->domain);
	redact_learn(r, IDENTITY_HOST, t->ntlm->workstation);
	redact_learn(r, IDENTITY_HOST, t->ntlm->nb_computer);
	redact_learn(r, IDENTITY_HOST, t->ntlm->dns_computer);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm->nb_domain);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm->dns_domain);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm->dns_tree);
	redact_learn(r, IDENTITY_DOMAIN, t->ntlm->target);
	redact_learn_service(r, t->ntlm->target_spn);
	redact_learn(r, IDENTITY_DOMAIN, t->kerberos->realm);
	redact_learn_service(r, t->kerberos->service);
	redact_learn(r, IDENTITY_USER, t->kerberos->client);
	redact_learn(r, IDENTITY_DOMAIN, t->kerberos->client_realm);
	if (t->opened != NULL) {
		const struct token_opened *o = t->opened;

		redact_learn(r, IDENTITY_USER, o->client);
		redact_learn(r, IDENTITY_DOMAIN, o->client_realm);
		redact_learn_service(r, o->entry);
	}
	redact_learn(r, IDENTITY_USER, t->digest->user);
	redact_learn(r, IDENTITY_REALM, t->digest->realm);
	redact_learn_host(r, t->digest->uri);
	redact_learn_host(r, t->bearer->iss);
	redact_learn(r, IDENTITY_HOST, t->bearer->aud);
	redact_learn(r, IDENTITY_USER, t->bearer->sub);
	redact_learn(r, IDENTITY_USER, t->bearer->client_id);
	redact_learn(r, IDENTITY_REALM, t->basic.realm);
	redact_learn(r, IDENTITY_REALM, t->realm);
	learn_words(r, t->ntlm->target_spn);
	learn_words(r, t->kerberos->service);
	learn_words(r, t->kerberos->e_text);
	learn_words(r, t->bearer->iss);
}

/* "1.1 proxy.lab.test:3128 (squid/5.7), 1.0 other": the received-by's. */
static void
learn_via(struct redact *r, const char *via)
{
	struct span s = span_of_str(via);

	while (via != NULL && s.len > 0) {
		struct span hop = span_trim(span_first(s, span_find(s, ',')));
		struct span by = span_trim(span_from(hop, span_find(hop, ' ')));
		struct text name = { 0 };

		text_add(&name, span_first(by, span_find(by, ' ')));
		redact_learn_host(r, text_get(&name));
		text_fini(&name);
		s = span_from(s, span_find(s, ',') + 1);
	}
}

/* "MISS from proxy.lab.test:3128, HIT from other": who has the cache. */
static void
learn_cache(struct redact *r, const char *x_cache)
{
	static const char from[] = " from ";
	const char *at = x_cache != NULL ? strstr(x_cache, from) : NULL;

	for (; at != NULL; at = strstr(at, from)) {
		struct text name = { 0 };

		at += strlen(from);
		text_add(&name, span_of(at, strcspn(at, " ,;")));
		redact_learn_host(r, text_get(&name));
		text_fini(&name);
	}
}

/* "10.1.2.3, host" */
static void
learn_list(struct redact *r, const char *list)
{
	struct span s = span_of_str(list);

	while (s.len > 0) {
		struct text name = { 0 };

		text_add(&name, span_trim(span_first(s, span_find(s, ','))));
		redact_learn_host(r, text_get(&name));
		text_fini(&name);
		s = span_from(s, span_find(s, ',') + 1);
	}
}

static void
learn_response(struct redact *r, const struct observed_response *p)
{
	learn_via(r, p->via);
	learn_words(r, p->via);
	learn_words(r, p->server);
	learn_words(r, p->proxy_agent);
	learn_words(r, p->reason);
	learn_words(r, p->vendor_error);
	learn_cache(r, p->x_cache);
	for (size_t i = 0; i < p->n_challenges; i++)
		learn_token(r, &p->challenges[i]);
}

static void
learn_exchange(struct redact *r, const struct observation *o)
{
	const struct observed_request *q = &o->request;

	redact_learn_address(r, &o->connection.client);
	redact_learn_address(r, &o->connection.proxy);
	redact_learn_host(r, q->target);
	redact_learn_host(r, q->authority);
	redact_learn(r, IDENTITY_AGENT, q->user_agent);
	learn_via(r, q->via);
	learn_list(r, q->forwarded_for);
	learn_token(r, q->credentials);
	learn_words(r, q->via);
	learn_response(r, &o->response);
}

static void
learn_attempt(struct redact *r, const struct attempt *a)
{
	const struct token *const tokens[] = { a->negotiate, a->challenge,
		a->authenticate, a->credentials, a->verdict };

	redact_learn_address(r, &a->connection.client);
	redact_learn_address(r, &a->connection.proxy);
	redact_learn(r, IDENTITY_USER, a->user);
	redact_learn(r, IDENTITY_DOMAIN, a->domain);
	redact_learn_host(r, a->target);
	redact_learn_host(r, a->authority);
	redact_learn(r, IDENTITY_AGENT, a->user_agent);
	learn_via(r, a->via_client);
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		learn_token(r, tokens[i]);
	for (size_t i = 0; i < a->n_offers; i++)
		learn_token(r, &a->offers[i]);
	for (size_t i = 0; i < a->n_last_offers; i++)
		learn_token(r, &a->last_offers[i]);
	if (a->response != NULL)
		learn_response(r, a->response);
	LIST_EACH (link, &a->observations)
		learn_exchange(r, LIST_OBJECT(link, struct observation, link));
}

static void
learn_verdicts(struct redact *r, const struct verdict *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		learn_words(r, list[i].because);
}

static void
learn_sentences(struct redact *r, const struct finding *f)
{
	learn_words(r, f->title);
	learn_words(r, f->message);
	learn_words(r, f->why);
	learn_words(r, f->between);
	learn_verdicts(r, f->contributing, f->n_contributing);
	learn_verdicts(r, f->ruled_out, f->n_ruled_out);
	learn_verdicts(r, f->cannot_tell, f->n_cannot_tell);
	for (size_t i = 0; i < f->n_fixes; i++)
		learn_words(r, f->fixes[i].what);
	for (size_t i = 0; i < f->n_earlier; i++)
		learn_words(r, f->earlier[i]);
	for (size_t i = 0; i < f->n_changed; i++)
		learn_words(r, f->changed[i]);
	for (size_t i = 0; i < f->n_differs; i++)
		learn_words(r, f->differs[i]);
	for (size_t i = 0; i < f->n_advice; i++)
		learn_words(r, f->advice[i]);
	learn_words(r, f->product_signs);
	learn_words(r, f->product_behind);
	learn_words(r, f->escalate_to);
	learn_words(r, f->escalate_when);
	learn_words(r, f->verify);
}

/* Formats show more or less of these, and a name may hold others. */
static void
learn_tallies(struct redact *r, const struct finding *f)
{
	const struct tally *const all[] = { &f->clients, &f->users,
		&f->proxies, &f->agents, &f->targets, &f->workstations };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t k = 0; k < all[i]->n; k++)
			learn_words(r, all[i]->entries[k].name);
}

static void
learn_kdc(struct redact *r, const struct witness_record *w)
{
	const struct kdc_record *k = w->saw.kdc;

	redact_learn_address(r, &w->client);
	redact_learn_address(r, &w->server);
	redact_learn(r, IDENTITY_USER, k->client);
	redact_learn(r, IDENTITY_DOMAIN, k->realm);
	redact_learn_service(r, k->service);
	redact_learn_service(r, k->granted);
	learn_words(r, k->service);
	learn_words(r, k->granted);
	learn_words(r, k->e_text);
}

static void
learn_finding(struct redact *r, const struct finding *f)
{
	for (size_t i = 0; i < f->n_hosts; i++) {
		/* "Lab CA" is no host's name, but as telling. */
		redact_learn_host(r, f->hosts[i]);
		if (strchr(f->hosts[i], ' ') != NULL)
			redact_learn(r, IDENTITY_HOST, f->hosts[i]);
	}
	for (size_t i = 0; i < f->n_kdc; i++)
		learn_kdc(r, f->kdc[i]);
	for (size_t i = 0; i < f->clients.n; i++)
		redact_learn_host(r, f->clients.entries[i].name);
	for (size_t i = 0; i < f->proxies.n; i++)
		redact_learn_host(r, f->proxies.entries[i].name);
	for (size_t i = 0; i < f->users.n; i++)
		redact_learn_user(r, f->users.entries[i].name);
	for (size_t i = 0; i < f->agents.n; i++)
		redact_learn(r, IDENTITY_AGENT, f->agents.entries[i].name);
	for (size_t i = 0; i < f->targets.n; i++)
		redact_learn_host(r, f->targets.entries[i].name);
	for (size_t i = 0; i < f->workstations.n; i++)
		redact_learn(r, IDENTITY_HOST,
		    f->workstations.entries[i].name);
	learn_sentences(r, f);
	learn_tallies(r, f);
}

void
identities_learn(struct report *r)
{
	for (size_t i = 0; i < r->n_attempts; i++)
		learn_attempt(r->redact, r->attempts[i]);
	for (size_t i = 0; i < r->n_findings; i++)
		learn_finding(r->redact, r->findings[i]);
	for (size_t i = 0; i < r->n_annexes; i++)
		annex_learn(r->redact, r->annexes[i]);
	for (size_t i = 0; i < r->n_inputs; i++)
		learn_words(r->redact, r->inputs[i].name);
}
