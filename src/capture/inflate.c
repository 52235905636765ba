/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/inflate.h"

#include <lz4frame.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"
#include "base/memory.h"

/* 2^27 bytes of window, as the zstd program takes without being asked. */
#define ZSTD_WINDOW_LOG 27

/* Up to here a file may grow whatever its ratio: it costs no memory. */
#define GROWTH_FREE (UINT64_C(64) << 20)

static const char damaged_remedy[] =
    "the file is damaged: what came before is reported";

struct packing {
	const char *name;
	uint32_t magic, mask; /* of the first four bytes, little-endian */
	bool (*open)(struct inflate *z);
	size_t (*run)(struct inflate *z, struct span *in, uint8_t *out,
	    size_t room, struct problem *problem);
	void (*close)(struct inflate *z);
};

struct inflate {
	const struct packing *packing;
	union {
		z_stream gzip;
		ZSTD_DStream *zstd;
		LZ4F_dctx *lz4;
	} u;
	uint64_t in, out; /* bytes so far */
	bool whole;       /* between two members or frames */
	bool padding;     /* gzip: zeros until the end */
};

static bool gzip_open(struct inflate *z);
static size_t gzip_run(struct inflate *z, struct span *in, uint8_t *out,
    size_t room, struct problem *problem);
static void gzip_close(struct inflate *z);
static bool zstd_open(struct inflate *z);
static size_t zstd_run(struct inflate *z, struct span *in, uint8_t *out,
    size_t room, struct problem *problem);
static void zstd_close(struct inflate *z);
static bool lz4_open(struct inflate *z);
static size_t lz4_run(struct inflate *z, struct span *in, uint8_t *out,
    size_t room, struct problem *problem);
static void lz4_close(struct inflate *z);

/* A skippable frame may come first; zstd and lz4 share its magic. */
static const struct packing packings[] = {
	{ "gzip", 0x00088b1f, 0x00ffffff, gzip_open, gzip_run, gzip_close },
	{ "zstd", 0xfd2fb528, 0xffffffff, zstd_open, zstd_run, zstd_close },
	{ "zstd", 0x184d2a50, 0xfffffff0, zstd_open, zstd_run, zstd_close },
	{ "lz4", 0x184d2204, 0xffffffff, lz4_open, lz4_run, lz4_close },
};

struct inflate *
inflate_new(struct span first)
{
	uint32_t magic = 0;

	for (size_t i = 0; i < first.len && i < INFLATE_MAGIC; i++)
		magic |= (uint32_t)first.at[i] << 8 * i;
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		if ((magic & packings[i].mask) != packings[i].magic)
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
    struct problem *problem)
{
	/* Nothing is held back once a frame is whole. */
	if (z->whole && in->len == 0)
		return 0;

	size_t before = in->len;
	size_t made = z->packing->run(z, in, out, room, problem);

	if (made == 0 && in->len == before && before > 0)
		problem_set(problem, damaged_remedy, "%s data is damaged",
		    z->packing->name);
	z->in += before - in->len;
	z->out += made;
	if (z->out > GROWTH_FREE &&
	    z->out / limit_of(LIMIT_INFLATE_RATIO) > z->in) {
		if (!problem_is_set(problem))
			limit_hit(LIMIT_INFLATE_RATIO);
		problem_set(problem,
		    "no capture packs so well: unpack it yourself if you "
		    "trust it",
		    "%s data grows more than %llu times", z->packing->name,
		    (unsigned long long)limit_of(LIMIT_INFLATE_RATIO));
	}
	return made;
}

void
inflate_end(struct inflate *z, struct problem *problem)
{
	if (!z->whole)
		problem_set(problem,
		    "the file was cut short: what came before is reported",
		    "%s data ends too early", z->packing->name);
}

static bool
gzip_open(struct inflate *z)
{
	return inflateInit2(&z->u.gzip, 15 + 16) == Z_OK;
}

static size_t
gzip_run(struct inflate *z, struct span *in, uint8_t *out, size_t room,
    struct problem *problem)
{
	z_stream *s = &z->u.gzip;
	size_t chunk = in->len < 1u << 30 ? in->len : 1u << 30;

	if (z->whole && (z->padding || in->at[0] == 0)) {
		/* Tapes and some tools fill the last block with zeros. */
		z->padding = true;
		for (size_t i = 0; i < in->len; i++)
			if (in->at[i] != 0)
				problem_set(problem, damaged_remedy,
				    "something else follows the gzip data");
		*in = span_from(*in, in->len);
		return 0;
	}
	/* Another member begins where the last one ended. */
	if (z->whole)
		inflateReset(s);
	z->whole = false;
	s->next_in = (z_const Bytef *)(uintptr_t)in->at;
	s->avail_in = (uInt)chunk;
	s->next_out = out;
	s->avail_out = (uInt)(room < 1u << 30 ? room : 1u << 30);
	room = s->avail_out;

	int r = inflate(s, Z_NO_FLUSH);

	*in = span_from(*in, chunk - s->avail_in);
	if (r == Z_STREAM_END)
		z->whole = true;
	else if (r != Z_OK && r != Z_BUF_ERROR)
		problem_set(problem, damaged_remedy,
		    "gzip data is damaged: %s",
		    s->msg != NULL ? s->msg : "no reason given");
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

/* A frame, or one to skip.  libzstd takes those of before 2016, too, and gives
 * bytes of its memory for what is wrong in them. */
static bool
begins_frame(uint8_t first)
{
	return first == 0x28 || (first & 0xf0) == 0x50;
}

static size_t
zstd_run(struct inflate *z, struct span *in, uint8_t *out, size_t room,
    struct problem *problem)
{
	if (z->whole && in->len > 0 && !begins_frame(in->at[0])) {
		problem_set(problem, damaged_remedy,
		    "zstd data is damaged: %s",
		    ZSTD_getErrorString(ZSTD_error_prefix_unknown));
		return 0;
	}

	ZSTD_inBuffer from = { in->at, in->len, 0 };
	ZSTD_outBuffer to = { out, room, 0 };
	size_t r = ZSTD_decompressStream(z->u.zstd, &to, &from);

	*in = span_from(*in, from.pos);
	if (ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge)
		problem_set(problem, "unpack it with zstd -d --long=31",
		    "zstd data wants a window of more than 128 MiB");
	else if (ZSTD_isError(r))
		problem_set(problem, damaged_remedy,
		    "zstd data is damaged: %s", ZSTD_getErrorName(r));
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
    struct problem *problem)
{
	size_t used = in->len, made = room;
	size_t r = LZ4F_decompress(z->u.lz4, out, &made, in->at, &used, NULL);

	if (LZ4F_isError(r)) {
		/* Nothing of this call can be trusted, not even the counts. */
		problem_set(problem, damaged_remedy,
		    "lz4 data is damaged: %s", LZ4F_getErrorName(r));
		*in = span_from(*in, in->len);
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
