/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/evidence.h"

#include "diagnose/condition.h"
#include "diagnose/rules.h"
#include "diagnose/sides.h"
#include "diagnose/tally.h"
#include "witness/pac.h"

#define FRAMES_MAX (sizeof(((struct finding *)0)->frames) / sizeof(uint64_t))

struct wanted {
	struct span prefix;
	bool met;
};

static void
note_fact(void *context, size_t fact)
{
	struct wanted *w = context;

	w->met |= span_starts(span_of_str(facts_at(fact)->name), w->prefix);
}

/* Does its condition ask for a fact whose name begins so? */
static bool
rests_on(const struct rule *rule, struct span prefix)
{
	struct arena arena = { 0 };
	struct condition_fault fault;
	struct condition *c =
	    condition_parse(span_of_str(rule->when), &arena, &fault);
	struct wanted w = { .prefix = prefix };

	if (c != NULL)
		condition_facts(c, note_fact, &w);
	arena_fini(&arena);
	return w.met;
}

/* In order; of too many, those of the attempt's middle are left out. */
static void
add_frame(struct finding *f, uint64_t frame)
{
	size_t at;

	if (frame == 0)
		return;
	for (size_t i = 0; i < f->n_frames; i++)
		if (f->frames[i] == frame)
			return;
	if (f->n_frames == FRAMES_MAX) {
		at = f->n_frames / 2;
		memmove(f->frames + at, f->frames + at + 1,
		    (f->n_frames - at - 1) * sizeof(f->frames[0]));
		f->n_frames--;
	}
	at = f->n_frames++;
	while (at > 0 && f->frames[at - 1] > frame) {
		f->frames[at] = f->frames[at - 1];
		at--;
	}
	f->frames[at] = frame;
}

static void
add_filter(struct finding *f, const struct subject *s, struct arena *arena)
{
	struct text t = { .limit = 600 };
	const struct witness_record *first = f->kdc[0];

	text_fmt(&t, "%s || ", f->display_filter);
	if (s->capture != NULL && s->capture->stream_filters) {
		text_str(&t, "frame.number in {");
		for (size_t i = 0; i < f->n_kdc; i++) {
			const struct kdc_record *k = kdc_of(f->kdc[i]);
			unsigned long long q = k->request_frame;
			unsigned long long a = k->answer_frame;

			text_str(&t, i > 0 ? ", " : "");
			if (q != 0)
				text_fmt(&t, "%llu", q);
			if (a != 0)
				text_fmt(&t, "%s%llu", q != 0 ? ", " : "", a);
		}
		text_char(&t, '}');
	} else {
		text_fmt(&t, "(%s == ",
		    first->client.len == 16 ? "ipv6.addr" : "ip.addr");
		address_add(&t, &first->client);
		text_str(&t, " && (udp.port == 88 || tcp.port == 88))");
	}
	f->display_filter = arena_str(arena, text_span(&t));
	text_fini(&t);
}

void
evidence_add_kdc(struct finding *f, const struct subject *s,
    struct arena *arena)
{
	const struct kdc_view *v = &s->kdc;

	if (v->n_story == 0)
		return;
	f->n_kdc = v->n_story;
	f->kdc = arena_new(arena, f->n_kdc * sizeof(*f->kdc));
	memcpy(f->kdc, v->story, f->n_kdc * sizeof(*f->kdc));
	f->on_kdc = rests_on(f->rule, SPAN("kdc."));
	for (size_t i = 0; i < f->n_kdc && f->on_kdc; i++) {
		add_frame(f, kdc_of(f->kdc[i])->request_frame);
		add_frame(f, kdc_of(f->kdc[i])->answer_frame);
	}
	if (f->on_kdc) {
		add_filter(f, s, arena);
		tally_kdc_user(f, arena);
	}
}

void
evidence_add_tls(struct finding *f, const struct subject *s,
    struct arena *arena)
{
	const struct attempt *a = s->attempt;

	if (a == NULL || s->capture == NULL || s->capture->sides == NULL)
		return;

	const struct witness_record *r = sides_in_tls(s->capture->sides,
	    &a->connection.proxy, a->connection.proxy_port);

	if (r == NULL || !rests_on(f->rule, SPAN("tls.is_spoken_there")))
		return;

	struct connection *c = arena_new(arena, sizeof(*c));

	c->client = r->client;
	c->client_port = r->client_port;
	c->proxy = r->server;
	c->proxy_port = r->server_port;
	f->in_tls = c;
}

/* Facts whose values name hosts, or what certificates have for them. */
static const char *const host_facts[] = { "pac.url", "pac.host",
	"tls.server_name", "tls.certificate_subject",
	"tls.certificate_issuer", "dns.proxy_alias", "dns.proxy_canonical",
	"pac.proxies" };

#define N_HOST_FACTS (sizeof(host_facts) / sizeof(host_facts[0]))

void
evidence_add_hosts(struct finding *f, struct subject *s, struct arena *arena)
{
	const char **hosts = NULL;
	size_t n = 0, index;

	for (size_t i = 0; i < N_HOST_FACTS; i++) {
		if (!facts_find(span_of_str(host_facts[i]), &index))
			continue;

		const struct value *v = subject_value(s, index);

		if (v->state != VALUE_SET)
			continue;
		if (hosts == NULL)
			hosts = arena_new(arena,
			    (N_HOST_FACTS + PAC_PROXIES_MAX) *
			        sizeof(*hosts));
		if (v->string != NULL)
			hosts[n++] = arena_str(arena, span_of_str(v->string));
		for (size_t k = 0; k < v->n_items && k < PAC_PROXIES_MAX;
		     k++) {
			/* "PROXY host:port" */
			struct span item = span_of_str(v->items[k]);

			hosts[n++] = arena_str(arena, span_from(item,
			    span_find(item, ' ') + 1));
		}
	}
	f->hosts = hosts;
	f->n_hosts = n;
}
