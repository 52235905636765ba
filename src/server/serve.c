/* SPDX-License-Identifier: BSD-2-Clause */
#include "server/server.h"

#include <dlfcn.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/sandbox.h"

/* Memory for the request of a reader. */
#define REQUEST_MOST 16384
/* How often it looks if the sensor is there. */
#define LOOK_MS      500
/* The status page renews itself so often. */
#define RENEW        "15"

struct reader {
	int fd; /* + 1; 0: free */
	int64_t since;
};

/*
 * Opened when it is asked for, not linked: a dozen libraries come with it,
 * and each start of p407 would wait for them.
 */
#define CALLS(X)                                                               \
	X(MHD_start_daemon)                                                    \
	X(MHD_run_wait)                                                        \
	X(MHD_create_response_from_buffer)                                     \
	X(MHD_add_response_header)                                             \
	X(MHD_queue_response)                                                  \
	X(MHD_destroy_response)                                                \
	X(MHD_get_connection_info)                                             \
	X(MHD_get_connection_values)                                           \
	X(MHD_lookup_connection_value)

struct library {
#define X(name) __typeof__(name) *name;
	CALLS(X)
#undef X
};

struct site {
	struct library call;
	const struct board *board;
	bool loopback;
	struct reader readers[SERVER_READERS];
};

static const struct {
	const char *name, *value;
} headers[] = {
	{ "Content-Security-Policy", "default-src 'none'; "
	  "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
	  "frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
	/* So that the time of a connection is that of a request. */
	{ "Connection", "close" },
};

static const char *const types[] = {
	[BOARD_HTML] = "text/html; charset=utf-8",
	[BOARD_JSON] = "application/json",
	[BOARD_METRICS] = "text/plain; version=0.0.4; charset=utf-8",
};

static enum MHD_Result
answer(const struct site *site, struct MHD_Connection *c, unsigned status,
    const char *type, const char *renew, struct span bytes)
{
	struct MHD_Response *r = site->call.MHD_create_response_from_buffer(
	    bytes.len, (void *)(uintptr_t)bytes.at, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (r == NULL)
		return MHD_NO;
	site->call.MHD_add_response_header(r, "Content-Type", type);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		site->call.MHD_add_response_header(r, headers[i].name,
		    headers[i].value);
	if (renew != NULL)
		site->call.MHD_add_response_header(r, "Refresh", renew);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		site->call.MHD_add_response_header(r, "Allow", "GET, HEAD");
	result = site->call.MHD_queue_response(c, status, r);
	site->call.MHD_destroy_response(r);
	return result;
}

static enum MHD_Result
refuse(const struct site *site, struct MHD_Connection *c, unsigned status,
    const char *words)
{
	return answer(site, c, status, "text/plain; charset=utf-8", NULL,
	    span_of_str(words));
}

/*
 * A page of the web whose name was made to point at this machine must not
 * read what is here: on a loopback address, we have no other names.
 */
static bool
is_own_name(const char *host)
{
	static const char *const names[] = { "localhost", "127.", "[::1]" };

	for (size_t i = 0; host != NULL && i < 3; i++) {
		size_t n = strlen(names[i]);

		if (strncmp(host, names[i], n) != 0)
			continue;
		if (names[i][n - 1] == '.')
			n += strspn(host + n, "0123456789.");
		if (host[n] == '\0' || host[n] == ':')
			return true;
	}
	return false;
}

static enum MHD_Result
show(const struct site *site, struct MHD_Connection *c, const char *path)
{
	struct text bytes = { 0 };
	enum board_type type = BOARD_HTML;
	bool good = true;
	int64_t turned = board_turned(site->board);
	bool stale = turned == 0 || clock_steady() - turned > SERVER_STALE;
	bool health = strcmp(path, "/healthz") == 0;
	/* "/?still" does not move while somebody reads. */
	bool still = site->call.MHD_lookup_connection_value(c,
	                 MHD_GET_ARGUMENT_KIND, "still") != NULL ||
	    site->call.MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND,
	        NULL, NULL) > 0;
	enum MHD_Result result;

	if (health && stale)
		result = answer(site, c, MHD_HTTP_SERVICE_UNAVAILABLE,
		    types[BOARD_JSON], NULL,
		    SPAN("{\"status\":\"failing\",\"problems\":[\"the sensor "
		         "has said nothing for 30 s\"]}\n"));
	else if (!board_find(site->board, path, &type, &good, &bytes))
		result = refuse(site, c, MHD_HTTP_NOT_FOUND,
		    turned == 0 ? "Not yet: p407 has just begun.\n"
		                : "No such page. A finding that is over, or "
		                  "left the hour that is looked back on, has "
		                  "none; / has those there are.\n");
	else
		result = answer(site, c,
		    good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
		    types[type],
		    strcmp(path, "/") == 0 && !still ? RENEW : NULL,
		    text_span(&bytes));
	text_fini(&bytes);
	return result;
}

static enum MHD_Result
on_request(void *context, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *body, size_t *size,
    void **state)
{
	const struct site *site = context;
	const char *host = site->call.MHD_lookup_connection_value(c,
	    MHD_HEADER_KIND, "Host");

	(void)body, (void)size, (void)state;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return refuse(site, c, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "Only GET and HEAD.\n");
	if (site->loopback && !is_own_name(host) &&
	    (host != NULL || strcmp(version, "HTTP/1.0") != 0))
		return refuse(site, c, MHD_HTTP_MISDIRECTED_REQUEST,
		    "Ask for 127.0.0.1 or localhost.\n");
	return show(site, c, path);
}

static void
on_connection(void *context, struct MHD_Connection *c, void **of_socket,
    enum MHD_ConnectionNotificationCode what)
{
	struct site *site = context;
	const union MHD_ConnectionInfo *info =
	    site->call.MHD_get_connection_info(c,
	        MHD_CONNECTION_INFO_CONNECTION_FD);

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		struct reader *r = *of_socket;

		if (r != NULL)
			r->fd = 0;
		return;
	}
	for (size_t i = 0; info != NULL && i < SERVER_READERS; i++)
		if (site->readers[i].fd == 0) {
			site->readers[i] = (struct reader){
				info->connect_fd + 1, clock_steady() };
			*of_socket = &site->readers[i];
			return;
		}
}

static bool
is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/*
 * Whoever sends a byte now and then has had time enough; sooner, if others
 * wait and there is no room for them.
 */
static void
end_slow_readers(struct site *site, int listening, int64_t now)
{
	size_t n = 0;
	int64_t most = SERVER_TIME;

	for (size_t i = 0; i < SERVER_READERS; i++)
		n += site->readers[i].fd != 0;
	if (n == SERVER_READERS && is_readable(listening))
		most = SERVER_TIME_CROWDED;
	for (size_t i = 0; i < SERVER_READERS; i++)
		if (site->readers[i].fd != 0 &&
		    now - site->readers[i].since > most)
			shutdown(site->readers[i].fd - 1, SHUT_RDWR);
}

static bool
load(struct library *l)
{
	void *handle = dlopen(MICROHTTPD_SONAME, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return false;
	/* ISO C has no cast from an object to a function. */
#define X(name)                                                                \
	{                                                                      \
		void *symbol = dlsym(handle, #name);                           \
		if (symbol == NULL)                                            \
			return false;                                          \
		memcpy(&l->name, &symbol, sizeof(symbol));                     \
	}
	CALLS(X)
#undef X
	return true;
}

bool
serve_can(void)
{
	struct library l;

	return load(&l);
}

int
serve(int listening, int alive, struct board *b, bool loopback,
    const char *account)
{
	struct site all = { .board = b, .loopback = loopback };
	struct site *site = &all;
	const char *became;
	struct MHD_Daemon *d;

	/* What it lacks is said by the other process, which does the same. */
	if (!load(&site->call) || !sandbox_drop(account, &became))
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	d = site->call.MHD_start_daemon(MHD_NO_FLAG, 0, NULL,
	    NULL, on_request, site,
	    MHD_OPTION_LISTEN_SOCKET, listening,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_READERS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MOST,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, site,
	    MHD_OPTION_END);
	if (d == NULL)
		return 2;
	sandbox_confine(SANDBOX_SERVER, NULL);
	while (!is_readable(alive)) {
		site->call.MHD_run_wait(d, LOOK_MS);
		end_slow_readers(site, listening, clock_steady());
	}
	return 0;
}
