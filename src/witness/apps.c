/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/apps.h"

#ifdef NDPI_SONAME

#include <dlfcn.h>
#include <ndpi_api.h>
#include <stdlib.h>

#include "base/memory.h"

/* What changed between the releases that are in use. */
#define NDPI_SINCE(major, minor)                                               \
	(NDPI_MAJOR > (major) ||                                               \
	    (NDPI_MAJOR == (major) && NDPI_MINOR >= (minor)))
#define HAS_CONFIG     NDPI_SINCE(4, 10) /* ndpi_set_config(), no preferences */
#define HAS_PAIR       NDPI_SINCE(4, 11) /* ndpi_protocol.proto */
#define HAS_INPUT_INFO NDPI_SINCE(4, 6)  /* one more argument for a packet */
#define HAS_ALL        NDPI_SINCE(5, 0)  /* all protocols are on at once */
#define HAS_LICENSE    NDPI_SINCE(6, 0)  /* asks how it is used */

/* The functions that are looked up, by the types of the header at hand. */
#define ALWAYS(X)                                                              \
	X(ndpi_init_detection_module)                                          \
	X(ndpi_finalize_initialization)                                        \
	X(ndpi_exit_detection_module)                                          \
	X(ndpi_detection_get_sizeof_ndpi_flow_struct)                          \
	X(ndpi_detection_process_packet)                                       \
	X(ndpi_detection_giveup)                                               \
	X(ndpi_match_hostname_protocol)                                        \
	X(ndpi_get_proto_name)                                                 \
	X(ndpi_free_flow)
#if HAS_ALL
#define SWITCHES(X) X(ndpi_set_config)
#elif HAS_CONFIG
#define SWITCHES(X) X(ndpi_set_config) X(ndpi_set_protocol_detection_bitmask2)
#else
#define SWITCHES(X) X(ndpi_set_protocol_detection_bitmask2)
#endif

struct library {
#define X(name) __typeof__(name) *name;
	ALWAYS(X)
	SWITCHES(X)
#undef X
};

struct apps {
	bool tried, there;
	void *handle; /* of dlopen() */
	struct library call;
	struct ndpi_detection_module_struct *module; /* NULL: not asked yet */
	uint16_t talks; /* so far */
};

/* Master and application; 0: not known. */
struct protocols {
	uint16_t master, app;
};

struct apps *
apps_new(void)
{
	return memory_new(1, sizeof(struct apps));
}

void
apps_free(struct apps *a)
{
	if (a == NULL)
		return;
	if (a->module != NULL)
		a->call.ndpi_exit_detection_module(a->module);
	if (a->handle != NULL)
		dlclose(a->handle);
	free(a);
}

static bool
look_up(struct apps *a)
{
	/* ISO C has no cast from an object to a function. */
#define X(name)                                                                \
	{                                                                      \
		void *symbol = dlsym(a->handle, #name);                        \
		if (symbol == NULL)                                            \
			return false;                                          \
		memcpy(&a->call.name, &symbol, sizeof(symbol));                \
	}
	ALWAYS(X)
	SWITCHES(X)
#undef X
	return true;
}

/* A module that knows all protocols and guesses nothing by port. */
static struct ndpi_detection_module_struct *
new_module(const struct library *call)
{
	struct ndpi_detection_module_struct *m;

#if HAS_LICENSE
	m = call->ndpi_init_detection_module(NULL,
	    NDPI_LICENSE_FOR_PROFIT_LGPL);
#elif HAS_CONFIG
	m = call->ndpi_init_detection_module(NULL);
#else
	m = call->ndpi_init_detection_module(ndpi_dont_init_libgcrypt);
#endif
	if (m == NULL)
		return NULL;
#if HAS_CONFIG
	call->ndpi_set_config(m, NULL, "dpi.guess_on_giveup", "0");
#endif
#if !HAS_ALL
	NDPI_PROTOCOL_BITMASK all;

	NDPI_BITMASK_SET_ALL(all);
	call->ndpi_set_protocol_detection_bitmask2(m, &all);
#endif
	call->ndpi_finalize_initialization(m);
	return m;
}

bool
apps_open(struct apps *a)
{
	if (!a->tried) {
		a->handle = dlopen(NDPI_SONAME, RTLD_NOW | RTLD_LOCAL);
		a->there = a->handle != NULL && look_up(a);
	}
	a->tried = true;
	return a->there;
}

/* For a question; the module takes longer to make than the library to open. */
static bool
is_ready(struct apps *a)
{
	if (apps_open(a) && a->module == NULL)
		a->module = new_module(&a->call);
	a->there = a->module != NULL;
	return a->there;
}

/* Zeroed; freed by the library, which has it from malloc(), too. */
static struct ndpi_flow_struct *
new_flow(const struct apps *a)
{
	return memory_new(1,
	    a->call.ndpi_detection_get_sizeof_ndpi_flow_struct());
}

/* The name of a protocol; NULL for the ones that say nothing. */
static const char *
name_of(const struct apps *a, uint16_t protocol)
{
	return protocol == NDPI_PROTOCOL_UNKNOWN
	    ? NULL
	    : a->call.ndpi_get_proto_name(a->module, protocol);
}

const char *
apps_of_host(struct apps *a, struct span host)
{
	char copy[256];

	if (host.len == 0 || host.len >= sizeof(copy) || !is_ready(a))
		return NULL;
	memcpy(copy, host.at, host.len);
	copy[host.len] = '\0';

	struct ndpi_flow_struct *flow = new_flow(a);
	uint16_t app = NDPI_PROTOCOL_UNKNOWN;

	if (a->call.ndpi_match_hostname_protocol(a->module, flow,
	        NDPI_PROTOCOL_TLS, copy, (u_int)host.len) != 0)
		app = flow->detected_protocol_stack[0];
	a->call.ndpi_free_flow(flow);
	return name_of(a, app);
}

/* -- a conversation, as the packets that the library wants -- */

/* RFC 791 and RFC 9293, without options. */
#define HEADERS 40
#define SEGMENT 1400
#define SYN     0x02
#define PUSH    0x08
#define ACK     0x10

struct wire {
	struct apps *apps;
	struct ndpi_flow_struct *flow;
	uint8_t addresses[2][4];
	uint16_t ports[2];
	uint32_t next[2]; /* sequence numbers */
	struct protocols said;
};

static void
put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

static struct protocols
protocols_of(const ndpi_protocol *p)
{
#if HAS_PAIR
	return (struct protocols){ p->proto.master_protocol,
		p->proto.app_protocol };
#else
	return (struct protocols){ p->master_protocol, p->app_protocol };
#endif
}

static void
send_packet(struct wire *w, int side, uint8_t flags, struct span payload)
{
	uint8_t packet[HEADERS + SEGMENT] = { 0x45, [8] = 64, [9] = 6,
		[32] = 5 << 4, [33] = flags, [34] = 0xff, [35] = 0xff };

	put16(packet + 2, (uint16_t)(HEADERS + payload.len));
	memcpy(packet + 12, w->addresses[side], 4);
	memcpy(packet + 16, w->addresses[!side], 4);
	put16(packet + 20, w->ports[side]);
	put16(packet + 22, w->ports[!side]);
	put32(packet + 24, w->next[side]);
	put32(packet + 28, (flags & ACK) != 0 ? w->next[!side] : 0);
	if (payload.len > 0)
		memcpy(packet + HEADERS, payload.at, payload.len);
	w->next[side] += (uint32_t)payload.len + ((flags & SYN) != 0);

	ndpi_protocol p = w->apps->call.ndpi_detection_process_packet(
	    w->apps->module, w->flow, packet,
	    (unsigned short)(HEADERS + payload.len), 1
#if HAS_INPUT_INFO
	    , NULL
#endif
	);

	w->said = protocols_of(&p);
}

static void
send_bytes(struct wire *w, int side, struct span bytes)
{
	bytes = span_first(bytes, APPS_BYTES);
	for (size_t at = 0; at < bytes.len; at += SEGMENT)
		send_packet(w, side, PUSH | ACK,
		    span_first(span_from(bytes, at), SEGMENT));
}

static void
give_up(struct wire *w)
{
	const struct apps *a = w->apps;
	ndpi_protocol p;
#if HAS_ALL
	p = a->call.ndpi_detection_giveup(a->module, w->flow);
#else
	u_int8_t guessed = 0;

#if HAS_CONFIG
	p = a->call.ndpi_detection_giveup(a->module, w->flow, &guessed);
#else
	p = a->call.ndpi_detection_giveup(a->module, w->flow, 0, &guessed);
#endif
	if (guessed != 0)
		return;
#endif
	w->said = protocols_of(&p);
}

/* Each talk has addresses of its own (RFC 2544 C.2.2, nobody's), as the
 * library remembers what an address was used for. */
static struct wire
new_wire(struct apps *a, uint16_t port)
{
	struct wire w = { .apps = a, .ports = { 50000, port },
		.addresses = { { 198, 18 }, { 198, 19 } }, .next = { 1, 1 } };

	put16(w.addresses[0] + 2, a->talks);
	put16(w.addresses[1] + 2, a->talks++);
	w.flow = new_flow(a);
	return w;
}

bool
apps_of_talk(struct apps *a, const struct apps_talk *talk, struct text *name)
{
	const struct span none = { 0 };
	int first = talk->server_first;

	if (talk->client.len + talk->server.len == 0 || !is_ready(a))
		return false;

	struct wire w = new_wire(a, talk->port);

	send_packet(&w, 0, SYN, none);
	send_packet(&w, 1, SYN | ACK, none);
	send_packet(&w, 0, ACK, none);
	send_bytes(&w, first, first ? talk->server : talk->client);
	send_bytes(&w, !first, first ? talk->client : talk->server);
	if (w.said.app == NDPI_PROTOCOL_UNKNOWN &&
	    w.said.master == NDPI_PROTOCOL_UNKNOWN)
		give_up(&w);
	a->call.ndpi_free_flow(w.flow);

	const char *master = name_of(a, w.said.master);
	const char *app = name_of(a, w.said.app);

	if (master != NULL)
		text_str(name, master);
	if (master != NULL && app != NULL && w.said.master != w.said.app)
		text_char(name, '.');
	if (app != NULL && w.said.master != w.said.app)
		text_str(name, app);
	return master != NULL || app != NULL;
}

#else /* built without libndpi */

struct apps *
apps_new(void)
{
	return NULL;
}

void
apps_free(struct apps *a)
{
	(void)a;
}

bool
apps_open(struct apps *a)
{
	(void)a;
	return false;
}

const char *
apps_of_host(struct apps *a, struct span host)
{
	(void)a;
	(void)host;
	return NULL;
}

bool
apps_of_talk(struct apps *a, const struct apps_talk *talk, struct text *name)
{
	(void)a;
	(void)talk;
	(void)name;
	return false;
}

#endif
