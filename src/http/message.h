/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.h - one direction of a connection, cut into messages
 *
 * Incremental: bytes in, messages out, the same ones however the bytes are
 * cut into pieces.  Heads are gathered, bodies are stepped over.  A packet
 * may come in several pieces; they say the same frame number, so that the
 * first byte of a packet can be told.
 *
 * After a gap that hides where the next message begins, and where the
 * capture starts in the middle, it searches: what the first byte of a
 * packet begins is taken for a message if it begins like one.
 */
#ifndef P407_HTTP_MESSAGE_H
#define P407_HTTP_MESSAGE_H

#include "base/list.h"
#include "http/chunked.h"
#include "http/exchange.h"
#include "http/fields.h"
#include "http/gather.h"

/* First bytes of the body of a 407 that are kept. */
#define BODY_KEPT 4096
/* A response is ready when more than this of its body has gone by. */
#define BODY_WAITED 65536
/* Enough to know a start line, http_like_status_line(). */
#define HOLD_MAX 13

/* A message and the bytes that its spans point into. */
struct message {
	struct link link; /* the owner's */
	struct http_message said;
	uint8_t *head, *body;
	size_t body_room;
	size_t bytes;                /* of the rest, for LIMIT_HTTP_BYTES */
	uint32_t seq, ack;           /* where its first byte was */
	uint32_t head_end, end;      /* sequence number behind them */
	uint32_t interim_seq;        /* of the last 1xx before it */
	bool framed;    /* its body rule was applied */
	bool untouched; /* no byte of a body was taken */
	bool ready;     /* said.last_frame is final */
	bool tried;     /* the owner's: see escape() */
	struct http_field fields[];
};

void message_free(struct message *m);

struct message_sink {
	/*
	 * A head is complete; the message is the owner's now, but may be
	 * freed only once it is ready, or after http_message_forget().  The
	 * answer is what is known of the request if it is a response.
	 * Interim responses do not come here; they are counted.
	 */
	enum http_asked (*head)(void *context, enum http_side side,
	    struct message *m);
	/* It has ended, or BODY_WAITED of a response went by. */
	void (*ready)(void *context, enum http_side side, struct message *m);
	/*
	 * The first byte of a packet, inside a body: may a new message
	 * stand here all the same?  It will, if it begins like one.
	 */
	bool (*escape)(void *context, enum http_side side,
	    const struct http_from *from);
	/* As on_head() and on_framing() of struct http_sink; or NULL. */
	void (*raw_head)(void *context, enum http_side side, struct span head,
	    uint32_t seq);
	void (*framing)(void *context, enum http_side side, struct span bytes,
	    uint32_t seq);
	/* The head of a response was given: bytes of the body wanted. */
	size_t (*keep)(void *context, const struct message *m);
};

struct direction {
	const struct message_sink *sink;
	void *context;
	enum http_side side;

	enum {
		AT_SEARCH, /* for a packet that begins with a message */
		AT_START,  /* of a message */
		AT_HEAD,
		AT_LENGTH, /* `left` bytes of a body */
		AT_CHUNKS,
		AT_CLOSE,  /* a body until the end */
		AT_NOTHING, /* no HTTP (any more) */
	} at;
	bool preface; /* HTTP/2 began here */

	/* Between lost_from and lost_to messages may have gone unseen. */
	bool searching, has_lost_from;
	uint32_t lost_from, lost_to;

	bool any;       /* `frame` is the packet of the byte before */
	uint64_t frame;
	when_ns time;
	uint64_t last_frame; /* of the message's last byte so far */
	when_ns last_time;

	struct gather head; /* while it is read */
	struct http_from head_from;

	struct message *now; /* whose body it is; NULL once it is ready */
	uint32_t body_from;
	uint64_t left, body_seen;
	struct chunked chunked;
	uint32_t keep_most; /* bytes of body_start wanted */
	bool keep;      /* body_start can go on */
	bool untouched;
	bool method_known; /* or the body's first bytes were looked at */

	/* Bytes that may begin a message where a body should be. */
	enum { HOLD_NOT, HOLD_FIRST, HOLD_ESCAPE } hold;
	uint8_t held[HOLD_MAX];
	uint8_t held_len;
	struct http_from held_from;

	unsigned interim;
	uint32_t interim_seq;
};

void http_message_init(struct direction *d, enum http_side side,
    const struct message_sink *sink, void *context);
void http_message_fini(struct direction *d);

/* The next bytes. */
void http_message_feed(struct direction *d, struct span bytes,
    const struct http_from *from);

/* n bytes are not there: not captured (`missing`), or not looked at. */
void http_message_pass(struct direction *d, uint64_t n,
    const struct http_from *from, bool missing);

/*
 * Nothing follows: the connection is over, or (`closed` is false) only the
 * capture of it is.  What there is of a head is given as one that was cut.
 */
void http_message_end(struct direction *d, const struct http_from *from,
    bool closed);

/* What follows is no HTTP; a message under way is forgotten. */
void http_message_stop(struct direction *d);

/* The owner frees m, which may be the one under way. */
void http_message_forget(struct direction *d, const struct message *m);

/*
 * What was asked became known after the response's head was read: correct
 * the body rule.  It may become ready in this call.
 */
void http_message_settle(struct direction *d, struct message *m,
    enum http_asked asked);

/* How many of the next bytes can go to http_message_pass(). */
uint64_t http_message_idle(const struct direction *d);

/* Can a message have gone unseen between these two places? */
bool http_message_lost(const struct direction *d, uint32_t from, uint32_t to);

/* Does a come before b on this side of the circle of sequence numbers? */
static inline bool
seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

#endif
