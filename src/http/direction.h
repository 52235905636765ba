/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * direction.h - the messages of one direction of a connection
 *
 * An incremental parser: bytes in, messages out.  Bodies are stepped over.
 * After a gap that hides where the next message begins, or when the capture
 * began in the middle, it searches: the next piece of bytes that begins
 * like a start line is taken for one.
 */
#ifndef P407_HTTP_DIRECTION_H
#define P407_HTTP_DIRECTION_H

#include "http/exchange.h"

/* First bytes of a 407's body that are kept. */
#define BODY_KEPT 4096
/* An exchange is given when this much of its body has gone by. */
#define BODY_WAITED 65536

/* A message and the bytes that it points into. */
struct box {
	struct http_message message;
	uint8_t *head;
	struct http_field *fields;
	uint8_t *body; /* BODY_KEPT, for a 407 */
	uint32_t seq, ack; /* where it began */
	uint64_t body_seen;
	bool ended;
};

void box_free(struct box *b);

struct direction_sink {
	/*
	 * A head is complete.  The owner keeps the box, whose body rule is
	 * not set yet: it returns the method of the request that a response
	 * answers (unset if unknown) and sets *tunnel where HTTP ends here.
	 */
	struct span (*on_head)(void *context, enum http_side side,
	    struct box *b, bool *tunnel);
	/* The message has ended, or its body went past BODY_WAITED.  The
	 * box may be freed if b->ended. */
	void (*on_body)(void *context, enum http_side side, struct box *b);
	/* May a message that begins at `from` be a new one although the
	 * body of the last has not ended? */
	bool (*overrun)(void *context, const struct box *now,
	    const struct http_from *from);
};

struct direction {
	enum {
		DIRECTION_START,
		DIRECTION_HEAD,
		DIRECTION_BODY,     /* left bytes, known */
		DIRECTION_CHUNK_SIZE,
		DIRECTION_CHUNK,    /* left bytes of a chunk */
		DIRECTION_CHUNK_END,
		DIRECTION_TRAILER,
		DIRECTION_CLOSE,    /* body until the end */
		DIRECTION_SEARCH,
		DIRECTION_DEAD,     /* no HTTP (any more) */
	} state;
	enum http_side side;
	bool any;           /* bytes were seen */
	bool first_done;    /* a message was read */
	bool method_unknown; /* of the message being read */
	uint8_t *head;      /* gathered so far */
	size_t head_len, head_room;
	size_t line_len;    /* of the line at the end of the head */
	uint32_t head_seq, head_ack;
	uint64_t head_frame;
	when_ns head_time;
	uint64_t left;
	unsigned chunk_digits;
	bool chunk_in_size;
	size_t trailer_line;
	struct box *now;    /* whose body is being read; not owned */
	bool waited;        /* on_body was called for BODY_WAITED */
};

void direction_init(struct direction *d, enum http_side side);
void direction_fini(struct direction *d);

void direction_data(struct direction *d, struct span bytes,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);
void direction_gap(struct direction *d, uint64_t n,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);
void direction_end(struct direction *d, const struct http_from *from,
    const struct direction_sink *sink, void *context);
uint64_t direction_idle(const struct direction *d);
void direction_skip(struct direction *d, uint64_t n,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);

#endif
