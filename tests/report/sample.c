/* SPDX-License-Identifier: BSD-2-Clause */
#include "sample.h"

#include "report/formats.h"

/* 2026-11-23T10:31:07.004332Z */
#define START (INT64_C(1795429867) * WHEN_SECOND + INT64_C(4332000))
#define MS(n) (START + (n) * WHEN_MS)

static struct address
ipv4(uint8_t c, uint8_t d)
{
	return (struct address){ .len = 4, .bytes = { 10, 77, c, d } };
}

/* A token in which nothing else is known. */
static void
token(struct sample *s, struct token *t, enum scheme scheme, const char *name,
    enum token_kind kind)
{
	struct token_parts *p = &s->parts[s->n_parts++];

	token_with_parts(t, p);
	t->scheme = scheme;
	t->scheme_name = name;
	t->kind = kind;
}

static void
begin(struct sample *s)
{
	struct token_ntlm *t2, *t3;

	*s = (struct sample){ 0 };
	s->input = (struct capture_input){ .name = "ticket.pcapng",
		.format = "pcapng", .frames = 31, .bytes = 14924,
		.first = START, .last = MS(1200), .drops_known = true };
	s->report = (struct report){
		.version = "0.1.0",
		.ruleset = "default",
		.rules_version = "0.1.0",
		.options = { .stream_filters = true },
		.inputs = &s->input,
		.n_inputs = 1,
		.quality = { .frames = 31, .bytes = 14924, .connections = 2,
		    .http_connections = 1, .carried = 9000 },
		.attempts = s->list,
		.findings = s->findings,
	};
	token(s, &s->type1, SCHEME_NTLM, "NTLM", TOKEN_NTLM_NEGOTIATE);
	token(s, &s->type2, SCHEME_NTLM, "NTLM", TOKEN_NTLM_CHALLENGE);
	t2 = &parts_of(&s->type2)->ntlm;
	t2->target = "LAB";
	t2->nb_computer = "PROXY";
	t2->nb_domain = "LAB";
	t2->dns_domain = "lab.test";
	t2->dns_computer = "proxy.lab.test";
	t2->timestamp = MS(4);
	s->type2.bytes = 140;
	token(s, &s->type3, SCHEME_NTLM, "NTLM", TOKEN_NTLM_AUTHENTICATE);
	t3 = &parts_of(&s->type3)->ntlm;
	s->type3.user = t3->user = "erin";
	s->type3.domain = t3->domain = "LAB";
	t3->workstation = "WORKSTATION";
	t3->version = NTLM_VERSION_2;
	t3->flags = 0xe2898235;
	t3->timestamp = MS(205);
	s->type3.bytes = 247;
	t3->response = 0x1122334455667788;
	s->type3.secret = 0x8877665544332211;
	token(s, &s->offer, SCHEME_NTLM, "NTLM", TOKEN_NONE);
	token(s, &s->basic, SCHEME_BASIC, "Basic", TOKEN_BASIC);
	s->basic.user = "frank";
	s->response = (struct observed_response){ .seen = true, .frame = 24,
		.status = 407, .server = "squid/5.7",
		.via = "1.1 proxy.lab.test (squid/5.7)" };
}

static struct attempt *
attempt(struct sample *s, size_t i, enum outcome outcome)
{
	struct attempt *a = &s->attempts[i];

	list_init(&a->observations);
	s->list[i] = a;
	s->report.n_attempts = i + 1;
	a->id = (uint32_t)i + 1;
	a->connection = (struct connection){ .id = i + 1,
		.stream = (uint32_t)i, .client = ipv4(1, 4),
		.proxy = ipv4(0, 20), .client_port = (uint16_t)(53974 + i),
		.proxy_port = 3128, .began = true, .directions = 2 };
	a->first_stream = (uint32_t)i;
	a->connections = 1;
	a->requests = 1;
	a->outcome = outcome;
	a->scheme = ATTEMPT_NTLM;
	a->scheme_name = "NTLM";
	a->start = MS(10 * (int64_t)i);
	a->end = MS(10 * (int64_t)i + 7);
	a->method = "GET";
	a->target = "http://www.example.test/";
	a->authority = "www.example.test:80";
	a->user_agent = "curl/7.88.1";
	a->answer_ns = a->verdict_ns = a->in_vain_ns = -1;
	a->capture_complete = true;
	a->directions = 2;
	a->legs = s->legs[i];
	return a;
}

static void
leg(struct attempt *a, uint64_t frame, int64_t ms, enum step step,
    uint16_t status)
{
	bool from_client = step == STEP_REQUEST || step == STEP_NEGOTIATE ||
	    step == STEP_AUTHENTICATE || step == STEP_CREDENTIALS;

	a->legs[a->n_legs++] = (struct leg){ .frame = frame, .time = MS(ms),
		.stream = a->connection.stream,
		.port = a->connection.client_port, .step = step,
		.from_client = from_client, .status = status };
}

static struct tally
tally(struct sample *s, size_t i, const char *name)
{
	s->names[i] = (struct tally_entry){ .name = name, .count = 1 };
	return (struct tally){ .entries = &s->names[i], .n = 1, .total = 1 };
}

static void
finding(struct sample *s)
{
	struct finding *f = &s->finding;

	s->ruled_out[0] = (struct verdict){ CAUSE_CLOCK_SKEW,
		"ntlm-clock-skew", "the client's clock is 0.2 s ahead of the "
		"capture's, and 30 minutes would be needed" };
	s->ruled_out[1] = (struct verdict){ CAUSE_HANDSHAKE_SPLIT,
		"ntlm-handshake-split", "all three messages were on the same "
		"connection" };
	s->cannot_tell[0] = (struct verdict){ CAUSE_ACCOUNT_LOCKED,
		"account-locked", "the domain controller's side: capture port "
		"88 and 445 of the proxy, too" };
	s->fixes[0] = (struct fix){ WHO_USER, EFFORT_EASY,
		"Type the password again, and see that the keyboard layout "
		"and caps lock are what they should be" };
	s->fixes[1] = (struct fix){ WHO_DIRECTORY, EFFORT_MEDIUM,
		"Look up the account: event 4776 on the domain controller "
		"has the reason" };
	s->fixes[2] = (struct fix){ WHO_PROXY, EFFORT_HARD,
		"Log what ntlm_auth answers" };
	s->references[0] = "MS-NLMP 3.2.5.1.2";
	s->of_finding[0] = &s->attempts[0];
	*f = (struct finding){
		.id = "f1",
		.cause = CAUSE_CREDENTIALS_REJECTED,
		.severity = LEVEL_HIGH,
		.likelihood = LEVEL_HIGH,
		.fault = true,
		.title = "The proxy does not accept these credentials",
		.message = "LAB\\erin at 10.77.1.4 cannot get past "
		    "10.77.0.20:3128: the third NTLM message was refused.",
		.why = "The handshake was complete and on one connection; "
		    "the proxy answered the third message with 407 and "
		    "began again.\n",
		.attempts = s->of_finding,
		.n_attempts = 1,
		.times = 1,
		.example = &s->attempts[0],
		.first = START,
		.last = MS(7),
		.frames = { 12, 19, 24 },
		.n_frames = 3,
		.display_filter = "tcp.stream == 0",
		.ruled_out = s->ruled_out,
		.n_ruled_out = 2,
		.cannot_tell = s->cannot_tell,
		.n_cannot_tell = 1,
		.fixes = s->fixes,
		.n_fixes = 3,
		.escalate_to = "the directory team",
		.escalate_when = "the password works elsewhere at the same "
		    "time.",
		.verify = "The next type 3 of LAB\\erin is answered with "
		    "anything but 407.",
		.references = s->references,
		.n_references = 1,
	};
	f->clients = tally(s, 0, "10.77.1.4");
	f->users = tally(s, 1, "LAB\\erin");
	f->proxies = tally(s, 2, "10.77.0.20:3128");
	f->agents = tally(s, 3, "curl/7.88.1");
	f->targets = tally(s, 4, "http://www.example.test/");
	f->workstations = tally(s, 5, "WORKSTATION");
	s->findings[0] = f;
	s->report.n_findings = 1;
}

void
sample_rejected(struct sample *s)
{
	begin(s);

	struct attempt *a = attempt(s, 0, OUTCOME_REJECTED);

	a->broke_at = STEP_AUTHENTICATE;
	a->cause = CAUSE_CREDENTIALS_REJECTED;
	a->rule = "ntlm-credentials-rejected";
	a->user = "erin";
	a->domain = "LAB";
	a->status = 407;
	a->responses_407 = 3;
	a->negotiate = &s->type1;
	a->challenge = &s->type2;
	a->authenticate = a->credentials = &s->type3;
	a->offers = a->last_offers = &s->offer;
	a->n_offers = a->n_last_offers = 1;
	a->offer_seen = true;
	a->response = &s->response;
	leg(a, 8, 0, STEP_REQUEST, 0);
	leg(a, 12, 1, STEP_OFFER, 407);
	leg(a, 16, 2, STEP_NEGOTIATE, 0);
	leg(a, 19, 4, STEP_CHALLENGE, 407);
	leg(a, 21, 5, STEP_AUTHENTICATE, 0);
	leg(a, 24, 7, STEP_REJECTED, 407);
	finding(s);
}

void
sample_healthy(struct sample *s, size_t good)
{
	begin(s);
	for (size_t i = 0; i < good && i < SAMPLE_ATTEMPTS; i++) {
		struct attempt *a = attempt(s, i, OUTCOME_AUTHENTICATED);

		a->connection.client = ipv4(1, (uint8_t)(4 + i % 3));
		a->status = 200;
		a->user = "frank";
		a->credentials = &s->basic;
		if (i % 2 == 1) {
			a->scheme = ATTEMPT_BASIC;
			a->scheme_name = "Basic";
		}
		leg(a, 8 + i, 0, STEP_CREDENTIALS, 0);
		leg(a, 9 + i, 3, STEP_AUTHENTICATED, 200);
	}
}

void
sample_silent(struct sample *s)
{
	begin(s);
	s->report.quality.connections = 12;
	s->report.quality.http_connections = 3;
}

static void
fill_token(struct token *t, sample_next *next, void *context)
{
	struct token_parts *p = parts_of(t);
	const char **const fields[] = {
		&t->scheme_name,
		&t->user,
		&t->domain,
		&t->realm,
		&t->mech,
		&t->mechs,
		&p->ntlm.user,
		&p->ntlm.domain,
		&p->ntlm.workstation,
		&p->ntlm.target,
		&p->ntlm.nb_computer,
		&p->ntlm.nb_domain,
		&p->ntlm.dns_computer,
		&p->ntlm.dns_domain,
		&p->ntlm.dns_tree,
		&p->ntlm.target_spn,
		&p->ntlm.os_version,
		&p->kerberos.realm,
		&p->kerberos.service,
		&p->kerberos.client,
		&p->kerberos.client_realm,
		&p->kerberos.e_text,
		&p->digest.realm,
		&p->digest.uri,
		&p->digest.algorithm,
		&p->digest.qop,
		&p->digest.user,
		&p->digest.missing,
		&p->bearer.alg,
		&p->bearer.kid,
		&p->bearer.typ,
		&p->bearer.iss,
		&p->bearer.aud,
		&p->bearer.sub,
		&p->bearer.scope,
		&p->bearer.client_id,
		&t->basic.realm,
		&t->basic.charset,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = next(context);
}

static void
fill_attempt(struct attempt *a, sample_next *next, void *context)
{
	const char **const fields[] = { &a->method, &a->target, &a->authority,
		&a->user_agent, &a->via_client, &a->user, &a->domain };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = next(context);
}

void
sample_fill(struct sample *s, sample_next *next, void *context)
{
	struct token *const tokens[] = { &s->type1, &s->type2, &s->type3,
		&s->offer, &s->basic };
	const char **const fields[] = {
		&s->input.name,
		&s->response.server,
		&s->response.via,
		&s->response.reason,
		&s->finding.title,
		&s->finding.message,
		&s->finding.why,
		&s->finding.escalate_to,
		&s->finding.escalate_when,
		&s->finding.verify,
		&s->ruled_out[0].because,
		&s->cannot_tell[0].because,
		&s->fixes[0].what,
	};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		fill_token(tokens[i], next, context);
	for (size_t i = 0; i < s->report.n_attempts; i++)
		fill_attempt(&s->attempts[i], next, context);
	for (size_t i = 0; i < sizeof(s->names) / sizeof(s->names[0]); i++)
		if (s->names[i].name != NULL)
			s->names[i].name = next(context);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = next(context);
}

static const char *
same(void *context)
{
	return context;
}

void
sample_hostile(struct sample *s, char *words)
{
	sample_fill(s, same, words);
}

void
sample_prepare(struct sample *s)
{
	report_prepare(&s->report);
}

void
sample_fini(struct sample *s)
{
	for (size_t i = 0; i < s->report.n_attempts; i++)
		LIST_EACH (link, &s->attempts[i].observations)
			observation_free(
			    LIST_OBJECT(link, struct observation, link));
	report_fini(&s->report);
}

char *
sample_written(struct sample *s, const char *format)
{
	struct text t;
	struct sink sink;

	text_init(&t);
	sink_to_text(&sink, &t);
	formats_find(span_of_str(format))->write(&sink, &s->report);
	return text_steal(&t);
}
