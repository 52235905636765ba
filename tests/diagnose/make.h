/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * make.h - attempts by hand, for the tests of this folder
 *
 * A scene owns what it makes until scene_fini().  Attempts start one second
 * apart unless told otherwise, and their frames count up.
 */
#ifndef P407_TESTS_DIAGNOSE_MAKE_H
#define P407_TESTS_DIAGNOSE_MAKE_H

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/diagnosis.h"
#include "token_parts.h"

#define SCENE_MAX 64

struct scene {
	struct attempt *attempts[SCENE_MAX];
	size_t n;
	struct arena arena;
	when_ns clock;
	uint64_t frame;
};

static const struct capture_facts scene_capture = {
	.stream_filters = true,
};

static inline void
scene_init(struct scene *s)
{
	*s = (struct scene){ .clock = INT64_C(1795437170) * WHEN_SECOND };
}

static inline void
scene_fini(struct scene *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->attempts[i]->legs);
		free(s->attempts[i]);
	}
	arena_fini(&s->arena);
}

static inline struct token *
scene_token(struct scene *s, enum scheme scheme, enum token_kind kind)
{
	struct token *t = arena_new(&s->arena, sizeof(*t));
	struct token_parts *p = arena_new(&s->arena, sizeof(*p));

	token_with_parts(t, p);
	t->scheme = scheme;
	t->kind = kind;
	return t;
}

static inline struct address
scene_address(uint8_t last)
{
	return (struct address){ 4, { 192, 0, 2, last } };
}

/* A leg at the scene's clock, which moves on by 10 ms. */
static inline void
scene_leg(struct scene *s, struct attempt *a, enum step step, bool client)
{
	a->legs = memory_grow(a->legs, a->n_legs + 1, sizeof(*a->legs));
	a->legs[a->n_legs++] = (struct leg){
		.frame = ++s->frame,
		.time = s->clock,
		.stream = a->connection.stream,
		.step = step,
		.from_client = client,
		.status = client ? 0 : (uint16_t)a->status,
	};
	a->end = s->clock;
	a->last_frame = s->frame;
	s->clock += 10 * WHEN_MS;
}

/* An attempt of a client (by its last byte), asked by 192.0.2.200:3128. */
static inline struct attempt *
scene_attempt(struct scene *s, uint8_t client, const char *agent,
    enum scheme offered)
{
	struct attempt *a = memory_new(1, sizeof(*a));
	struct observed_request *q = arena_new(&s->arena, sizeof(*q));
	struct observed_response *p = arena_new(&s->arena, sizeof(*p));

	s->attempts[s->n++] = a;
	s->clock += WHEN_SECOND;
	a->id = (uint32_t)s->n;
	a->connection.client = scene_address(client);
	a->connection.proxy = scene_address(200);
	a->connection.proxy_port = 3128;
	a->connection.id = s->n;
	a->connection.stream = (uint32_t)s->n - 1;
	a->connections = 1;
	a->capture_complete = a->connection.began = true;
	a->directions = 2;
	a->start = s->clock;
	a->first_frame = s->frame + 1;
	a->method = "GET";
	a->target = "http://www.example.test/";
	a->authority = "www.example.test:80";
	a->user_agent = agent;
	a->answer_ns = a->verdict_ns = a->in_vain_ns = -1;
	a->status = 407;
	a->requests = 1;
	a->responses_407 = 1;
	a->offer_seen = true;
	a->offers = a->last_offers = scene_token(s, offered, TOKEN_NONE);
	a->n_offers = a->n_last_offers = 1;
	q->seen = p->seen = true;
	q->keeps_alive = p->keeps_alive = true;
	q->version_minor = p->version_minor = 1;
	p->status = 407;
	p->date = WHEN_NONE;
	a->request = q;
	a->response = p;
	list_init(&a->observations);
	scene_leg(s, a, STEP_REQUEST, true);
	scene_leg(s, a, STEP_OFFER, false);
	a->outcome = OUTCOME_ABANDONED;
	a->broke_at = STEP_OFFER;
	a->closed_by = CLOSED_CLIENT;
	return a;
}

static inline void
scene_pass(struct attempt *a)
{
	struct observed_response *p =
	    (struct observed_response *)(uintptr_t)a->response;

	a->outcome = OUTCOME_AUTHENTICATED;
	a->broke_at = STEP_NONE;
	a->status = 200;
	p->status = 200;
}

/* Whole NTLM handshakes. */
static inline struct attempt *
scene_ntlm(struct scene *s, uint8_t client, const char *agent,
    const char *user, bool good)
{
	struct attempt *a = scene_attempt(s, client, agent, SCHEME_NTLM);
	struct token *t3 =
	    scene_token(s, SCHEME_NTLM, TOKEN_NTLM_AUTHENTICATE);

	a->scheme = ATTEMPT_NTLM;
	a->negotiate = scene_token(s, SCHEME_NTLM, TOKEN_NTLM_NEGOTIATE);
	a->challenge = scene_token(s, SCHEME_NTLM, TOKEN_NTLM_CHALLENGE);
	t3->user = parts_of(t3)->ntlm.user = user;
	t3->domain = parts_of(t3)->ntlm.domain = "LAB";
	parts_of(t3)->ntlm.version = NTLM_VERSION_2;
	a->authenticate = a->credentials = t3;
	a->user = user;
	a->domain = "LAB";
	a->credentials_sent = 2;
	a->last_407_bare = true;
	a->verdict_ns = 3 * WHEN_MS;
	scene_leg(s, a, STEP_NEGOTIATE, true);
	scene_leg(s, a, STEP_CHALLENGE, false);
	scene_leg(s, a, STEP_AUTHENTICATE, true);
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_AUTHENTICATE;
	if (good)
		scene_pass(a);
	scene_leg(s, a, good ? STEP_AUTHENTICATED : STEP_REJECTED, false);
	return a;
}

/* Basic, with a password that is told apart by its number. */
static inline struct attempt *
scene_basic(struct scene *s, uint8_t client, const char *agent,
    const char *user, fingerprint password, bool good)
{
	struct attempt *a = scene_attempt(s, client, agent, SCHEME_BASIC);
	struct token *t = scene_token(s, SCHEME_BASIC, TOKEN_BASIC);

	a->scheme = ATTEMPT_BASIC;
	t->user = user;
	t->secret = t->whole = password;
	a->credentials = t;
	a->user = user;
	a->credentials_sent = 1;
	a->last_407_bare = true;
	scene_leg(s, a, STEP_CREDENTIALS, true);
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_CREDENTIALS;
	if (good)
		scene_pass(a);
	scene_leg(s, a, good ? STEP_AUTHENTICATED : STEP_REJECTED, false);
	return a;
}

/* A ticket, refused without a word. */
static inline struct attempt *
scene_kerberos(struct scene *s, uint8_t client, const char *service,
    bool good)
{
	struct attempt *a =
	    scene_attempt(s, client, "curl/7.88.1", SCHEME_NEGOTIATE);
	struct token *t = scene_token(s, SCHEME_NEGOTIATE, TOKEN_AP_REQ);

	a->scheme = ATTEMPT_NEGOTIATE_KERBEROS;
	parts_of(t)->kerberos.service = service;
	parts_of(t)->kerberos.ticket_etype = 18;
	parts_of(t)->kerberos.kvno = 2;
	a->negotiate = a->credentials = t;
	a->credentials_sent = 1;
	a->last_407_bare = true;
	scene_leg(s, a, STEP_TICKET, true);
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_TICKET;
	if (good)
		scene_pass(a);
	scene_leg(s, a, good ? STEP_AUTHENTICATED : STEP_REJECTED, false);
	return a;
}

#endif
