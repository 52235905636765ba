/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/inflate.h"

#include <lz4frame.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/memory.h"

/* A zstd window of more than this is no capture but an attack. */
#define ZSTD_WINDOW_LOG 27

struct packing {
	const char *name;
	struct span magic;
	bool (*open)(struct inflate *z);
	size_t (*run)(struct inflate *z, struct span *in, uint8_t *out,
	    size_t room, const char **problem);
	void (*close)(struct inflate *z);
};

struct inflate {
	const struct packing *packing;
	union {
		z_stream gzip;
		ZSTD_DStream *zstd;
		LZ4F_dctx *lz4;
	} u;
	bool whole;
};

static bool
gzip_open(struct inflate *z)
{
	return inflateInit2(&z->u.gzip, 15 + 16) == Z_OK;
}

static size_t
gzip_run(struct inflate *z, struct span *in, uint8_t *out, size_t room,
    const char **problem)
{
	z_stream *s = &z->u.gzip;
	size_t chunk = in->len < 1u << 30 ? in->len : 1u << 30;

	/* Another member begins where the last one ended. */
	if (z->whole && inflateReset(s) != Z_OK)
		*problem = "gzip data is damaged";
	z->whole = false;
	s->next_in = (Bytef *)(uintptr_t)in->at;
	s->avail_in = (uInt)chunk;
	s->next_out = out;
	s->avail_out = (uInt)room;

	int r = inflate(s, Z_NO_FLUSH);

	*in = span_from(*in, chunk - s->avail_in);
	if (r == Z_STREAM_END)
		z->whole = true;
	else if (r != Z_OK && r != Z_BUF_ERROR)
		*problem = "gzip data is damaged";
	return room - s->avail_out;
}

static void
gzip_close(struct inflate *z)
{
	inflateEnd(&z->u.gzip);
}

static bool
zstd_open(struct inflate *z)
{
	z->u.zstd = ZSTD_createDStream();
	return z->u.zstd != NULL &&
	    !ZSTD_isError(ZSTD_DCtx_setParameter(z->u.zstd,
	        ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
}

static size_t
zstd_run(struct inflate *z, struct span *in, uint8_t *out, size_t room,
    const char **problem)
{
	ZSTD_inBuffer from = { in->at, in->len, 0 };
	ZSTD_outBuffer to = { out, room, 0 };
	size_t r = ZSTD_decompressStream(z->u.zstd, &to, &from);

	*in = span_from(*in, from.pos);
	if (ZSTD_isError(r))
		*problem = "zstd data is damaged";
	z->whole = r == 0;
	return to.pos;
}

static void
zstd_close(struct inflate *z)
{
	ZSTD_freeDStream(z->u.zstd);
}

static bool
lz4_open(struct inflate *z)
{
	return !LZ4F_isError(
	    LZ4F_createDecompressionContext(&z->u.lz4, LZ4F_VERSION));
}

static size_t
lz4_run(struct inflate *z, struct span *in, uint8_t *out, size_t room,
    const char **problem)
{
	size_t used = in->len, made = room;
	size_t r = LZ4F_decompress(z->u.lz4, out, &made, in->at, &used, NULL);

	if (LZ4F_isError(r)) {
		*problem = "lz4 data is damaged";
		return 0;
	}
	*in = span_from(*in, used);
	z->whole = r == 0;
	return made;
}

static void
lz4_close(struct inflate *z)
{
	LZ4F_freeDecompressionContext(z->u.lz4);
}

static const struct packing packings[] = {
	{ "gzip", SPAN_INIT("\x1f\x8b\x08"), gzip_open, gzip_run, gzip_close },
	{ "zstd", SPAN_INIT("\x28\xb5\x2f\xfd"), zstd_open, zstd_run,
	    zstd_close },
	{ "lz4", SPAN_INIT("\x04\x22\x4d\x18"), lz4_open, lz4_run, lz4_close },
};

struct inflate *
inflate_new(struct span first)
{
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		if (!span_starts(first, packings[i].magic))
			continue;

		struct inflate *z = memory_new(1, sizeof(*z));

		z->packing = &packings[i];
		if (!z->packing->open(z)) {
			free(z);
			return NULL;
		}
		return z;
	}
	return NULL;
}

void
inflate_free(struct inflate *z)
{
	if (z == NULL)
		return;
	z->packing->close(z);
	free(z);
}

const char *
inflate_name(const struct inflate *z)
{
	return z->packing->name;
}

size_t
inflate_run(struct inflate *z, struct span *in, uint8_t *out, size_t room,
    const char **problem)
{
	return z->packing->run(z, in, out, room, problem);
}

bool
inflate_whole(const struct inflate *z)
{
	return z->whole;
}
