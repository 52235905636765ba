/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PAC file at hand, or the last one that the client of the attempt (or
 * of the refused connection) got before; and aliases of the proxy.
 */
#include "diagnose/facts.h"
#include "diagnose/sides.h"

#define SEE_PAC "mirror port 80 between the clients and the PAC file's host"
#define SEE_DNS "mirror port 53 between the clients and their name server"

static const struct sides *
sides(const struct subject *s)
{
	return s->capture != NULL ? s->capture->sides : NULL;
}

static const struct connection *
connection(const struct subject *s)
{
	return s->attempt != NULL ? &s->attempt->connection
	    : s->refused != NULL  ? &s->refused->connection
	                          : NULL;
}

static const struct witness_record *
record_of(const struct subject *s)
{
	if (s->witness != NULL)
		return s->witness->kind == WITNESS_PAC ? s->witness : NULL;
	if (sides(s) == NULL || connection(s) == NULL)
		return NULL;
	return sides_pac_of(sides(s), &connection(s)->client,
	    s->attempt != NULL ? s->attempt->start : s->refused->time);
}

static const struct pac_record *
pac_of(const struct subject *s)
{
	const struct witness_record *r = record_of(s);

	return r != NULL ? r->saw.pac : NULL;
}

/* Of a fetch we know; of a client, its file may have come before. */
static struct value
nothing(const struct subject *s)
{
	return s->witness != NULL ? value_absent() : value_unknown();
}

static struct value
text(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);

	return p == NULL ? nothing(s)
	                 : value_string(*(const char *const *)(const void *)(
	                       (const char *)p + f->offset));
}

static struct value
flag(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);

	return p == NULL ? nothing(s)
	                 : value_bool(*(const bool *)((const char *)p +
	                       f->offset));
}

static struct value
status(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);

	(void)f;
	if (p == NULL)
		return nothing(s);
	return p->status == 0 ? value_absent() : value_number(p->status);
}

static struct value
is_script(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);

	(void)f;
	if (p == NULL)
		return nothing(s);
	if (p->is_script)
		return value_bool(true);
	/* Compressed, cut, or not there: it may be one. */
	if (!p->body_seen || p->truncated || p->compressed || p->length < 8)
		return value_unknown();
	return p->n_proxies > 0 || p->direct ? value_unknown()
	                                     : value_bool(false);
}

static struct value
proxies(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);
	const char **items;

	(void)f;
	if (p == NULL)
		return nothing(s);
	items = arena_new(s->arena, (p->n_proxies + 1) * sizeof(*items));
	for (size_t i = 0; i < p->n_proxies; i++) {
		const struct pac_proxy *x = &p->proxies[i];
		bool v6 = strchr(x->host, ':') != NULL;
		struct text t = { .limit = 300 };

		text_fmt(&t, "%s %s%s%s:%u", x->kind, v6 ? "[" : "", x->host,
		    v6 ? "]" : "", x->port);
		items[i] = arena_str(s->arena, text_span(&t));
		text_fini(&t);
	}
	return value_list(items, p->n_proxies);
}

static struct value
changed(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = record_of(s);

	(void)f;
	if (r == NULL || sides(s) == NULL)
		return nothing(s);
	return value_bool(sides_pac_before(sides(s), r) != NULL);
}

static struct value
proxy_in_sight(const struct subject *s, const struct fact *f)
{
	(void)f;
	return sides(s) == NULL ? value_absent()
	                        : value_bool(sides_has_proxy(sides(s)));
}

static struct value
value_truth(enum truth t)
{
	return t == TRUTH_UNKNOWN ? value_unknown()
	                          : value_bool(t == TRUTH_TRUE);
}

static struct value
names_this_proxy(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);
	const struct connection *c = connection(s);

	(void)f;
	if (s->witness != NULL)
		return value_absent();
	if (p == NULL || c == NULL)
		return value_unknown();
	return value_truth(
	    sides_pac_names(sides(s), p, &c->proxy, c->proxy_port));
}

static struct value
names_a_used_proxy(const struct subject *s, const struct fact *f)
{
	const struct pac_record *p = pac_of(s);

	(void)f;
	if (p == NULL || sides(s) == NULL)
		return nothing(s);
	return value_bool(sides_pac_names_used(sides(s), p));
}

/* -- names -- */

static const struct dns_record *
alias_of(const struct subject *s)
{
	const struct connection *c = connection(s);

	return sides(s) == NULL || c == NULL
	    ? NULL
	    : sides_alias_of(sides(s), &c->client, &c->proxy);
}

static struct value
proxy_alias(const struct subject *s, const struct fact *f)
{
	const struct dns_record *d = alias_of(s);

	if (d == NULL)
		return value_unknown();
	return value_string(f->offset == 0 ? d->name : d->canonical);
}

#define AT(field) offsetof(struct pac_record, field)

/* clang-format off */
const struct fact facts_of_pac[] = {
	{ "pac.url", FACT_STRING, SOURCE_WITNESS,
	    "where the client got its PAC file", SEE_PAC,
	    "a place that was not seen", .compute = text, .offset = AT(url) },
	{ "pac.host", FACT_STRING, SOURCE_WITNESS,
	    "the host of the client's PAC file", SEE_PAC,
	    "a host that was not seen", .compute = text, .offset = AT(host) },
	{ "pac.status", FACT_NUMBER, SOURCE_WITNESS,
	    "the status that the PAC file came with", SEE_PAC, "none",
	    .compute = status },
	{ "pac.through_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "the PAC file was asked for through a proxy", SEE_PAC, NULL,
	    .compute = flag, .offset = AT(through_proxy) },
	{ "pac.is_script", FACT_BOOL, SOURCE_WITNESS,
	    "what came is a PAC script", SEE_PAC, NULL,
	    .compute = is_script },
	{ "pac.proxies", FACT_LIST, SOURCE_WITNESS,
	    "the proxies that the PAC file names", SEE_PAC,
	    "proxies that were not seen", .compute = proxies },
	{ "pac.direct", FACT_BOOL, SOURCE_WITNESS,
	    "the PAC file lets some hosts be reached directly", SEE_PAC, NULL,
	    .compute = flag, .offset = AT(direct) },
	{ "pac.truncated", FACT_BOOL, SOURCE_WITNESS,
	    "not all of the PAC file could be looked at", SEE_PAC, NULL,
	    .compute = flag, .offset = AT(truncated) },
	{ "pac.changed", FACT_BOOL, SOURCE_WITNESS,
	    "the PAC file at this URL had another content before", SEE_PAC,
	    NULL, .compute = changed },
	{ "pac.proxy_in_sight", FACT_BOOL, SOURCE_WITNESS,
	    "somebody uses a proxy in this capture", NULL, NULL,
	    .compute = proxy_in_sight },
	{ "pac.names_this_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "the client's PAC file names this proxy", SEE_PAC "; " SEE_DNS,
	    NULL, .compute = names_this_proxy },
	{ "pac.names_a_used_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "the client's PAC file names a proxy that clients use", SEE_PAC,
	    NULL, .compute = names_a_used_proxy },
	{ "dns.proxy_alias", FACT_STRING, SOURCE_WITNESS,
	    "an alias by which the proxy is looked up", SEE_DNS,
	    "a name that was not seen", .compute = proxy_alias, .offset = 0 },
	{ "dns.proxy_canonical", FACT_STRING, SOURCE_WITNESS,
	    "the canonical name behind the proxy's alias", SEE_DNS,
	    "a name that was not seen", .compute = proxy_alias, .offset = 1 },
};
/* clang-format on */

const size_t facts_of_pac_count =
    sizeof(facts_of_pac) / sizeof(facts_of_pac[0]);
