/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generate - a capture of a span port, made up
 *
 *	generate MODE SIZE [SEED] >FILE.pcap
 *	generate --modes
 *
 *	mixed	bulk TLS, plain HTTP, UDP and, 15 % of the bytes, a proxy with
 *		NTLM, Kerberos and Basic logins and CONNECT tunnels
 *	small	packets of 64 to 128 bytes
 *	proxy	all of it at the proxy
 *	many	a connection for every 400 bytes, all open at once
 *	hostile	floods, and packets that are meant to hurt (flood.h)
 *	attack	more of them: what is half, small, in pieces or unanswered
 *
 * SIZE is in bytes, or with K, M, G in thousands of them.  2,000
 * conversations are open at a time.  The same words give the same bytes, on
 * any machine.  What became of it is said on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/connection.h"
#include "bench/flood.h"

#define OPEN 2000

/* Shares of the bytes, in percent, or what makes it instead. */
static const struct mode {
	const char *name;
	unsigned shares[KIND_COUNT];
	void (*flood)(struct wire *w, struct random *r, uint64_t size);
} modes[] = {
	{ .name = "mixed",
	    .shares = { [KIND_TLS] = 50,
	        [KIND_HTTP] = 20,
	        [KIND_UDP] = 15,
	        [KIND_NTLM] = 4,
	        [KIND_BASIC] = 2,
	        [KIND_TICKET] = 1,
	        [KIND_CONNECT] = 8 } },
	{ .name = "small", .shares = { [KIND_SHORT] = 50, [KIND_TINY] = 50 } },
	{ .name = "proxy",
	    .shares = { [KIND_NTLM] = 25,
	        [KIND_BASIC] = 15,
	        [KIND_TICKET] = 20,
	        [KIND_CONNECT] = 40 } },
	{ .name = "many", .flood = flood_many },
	{ .name = "hostile", .flood = flood_hostile },
	{ .name = "attack", .flood = flood_attack },
};

#define N_MODES (sizeof(modes) / sizeof(modes[0]))

/*
 * The kind that lags most behind its share.  Those that are open already
 * count, else the 2,000 that begin together were all of one kind.
 */
static enum kind
kind_due(const struct mode *mode, const uint64_t *bytes,
    const unsigned *open_now)
{
	double lowest = 0;
	int due = -1;

	for (int k = 0; k < KIND_COUNT; k++) {
		if (mode->shares[k] == 0)
			continue;

		double got = ((double)bytes[k] + 60000.0 * open_now[k]) /
		    mode->shares[k];

		if (due < 0 || got < lowest) {
			lowest = got;
			due = k;
		}
	}
	return (enum kind)due;
}

static uint64_t
size_of(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	for (const char *unit = "KMG"; *unit != '\0'; unit++) {
		n *= 1000;
		if (*end == *unit)
			return n;
	}
	return *end == '\0' ? strtoull(text, NULL, 10) : 0;
}

static void
generate(const struct mode *mode, uint64_t size, uint64_t seed)
{
	struct connection *all = calloc(OPEN, sizeof(*all));
	unsigned open_now[KIND_COUNT] = { 0 }, begun[KIND_COUNT] = { 0 };
	uint64_t bytes[KIND_COUNT] = { 0 };
	struct random r = { seed };
	struct wire w;

	if (all == NULL)
		exit(1);
	wire_begin(&w, stdout);
	for (size_t i = 0; i < OPEN; i++) {
		enum kind kind = kind_due(mode, bytes, open_now);

		connection_begin(&all[i], kind, &r);
		open_now[kind]++;
		begun[kind]++;
	}
	while (w.bytes < size && !ferror(stdout)) {
		struct connection *c = &all[random_between(&r, 0, OPEN - 1)];
		/* A few at a time, as they come off a wire. */
		unsigned burst = random_between(&r, 1, 4);
		uint64_t before = w.bytes;
		enum kind kind = c->kind;
		bool more = true;

		while (more && burst-- > 0)
			more = connection_step(c, &w, &r);
		bytes[kind] += w.bytes - before;
		if (!more) {
			open_now[kind]--;
			kind = kind_due(mode, bytes, open_now);
			connection_begin(c, kind, &r);
			open_now[kind]++;
			begun[kind]++;
		}
	}
	free(all);

	uint64_t proxy = bytes[KIND_NTLM] + bytes[KIND_BASIC] +
	    bytes[KIND_TICKET] + bytes[KIND_CONNECT];
	unsigned count = 0;

	for (int k = 0; k < KIND_COUNT; k++)
		count += begun[k];
	fprintf(stderr,
	    "%s: %.1f MB, %llu packets, %.0f bytes each, "
	    "%u conversations, %.1f %% at the proxy\n",
	    mode->name, (double)w.bytes / 1e6, (unsigned long long)w.frames,
	    (double)(w.bytes - 16 * w.frames) / (double)w.frames, count,
	    100.0 * (double)proxy / (double)w.bytes);
}

static void
flood(const struct mode *mode, uint64_t size, uint64_t seed)
{
	struct random r = { seed };
	struct wire w;

	wire_begin(&w, stdout);
	mode->flood(&w, &r, size);
	fprintf(stderr, "%s: %.1f MB, %llu packets, %.0f bytes each\n",
	    mode->name, (double)w.bytes / 1e6, (unsigned long long)w.frames,
	    (double)(w.bytes - 16 * w.frames) / (double)w.frames);
}

int
main(int argc, char **argv)
{
	static char buffer[1 << 20];
	uint64_t size = argc > 2 ? size_of(argv[2]) : 0;
	uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 407;

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	for (size_t i = 0; i < N_MODES; i++)
		if (size > 0 && strcmp(argv[1], modes[i].name) == 0) {
			if (modes[i].flood != NULL)
				flood(&modes[i], size, seed);
			else
				generate(&modes[i], size, seed);
			return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
		}
	if (argc == 2 && strcmp(argv[1], "--modes") == 0) {
		for (size_t i = 0; i < N_MODES; i++)
			puts(modes[i].name);
		return 0;
	}
	fprintf(stderr, "usage: generate MODE SIZE [SEED] >FILE.pcap\n");
	return 2;
}
