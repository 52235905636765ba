/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange.h - which response answers which request
 *
 * The front of this folder.  One conversation is one TCP connection; it is
 * fed the in-order bytes of both directions, in any interleaving, and gives
 * exchanges: a request and its final response (RFC 9110 3.4, RFC 9112).
 *
 * Either half of an exchange can be missing: the capture began late, lost
 * packets, or saw one direction.  Pairing therefore does not count messages
 * but compares positions.  Each message knows the sequence number of its
 * first byte and the acknowledgement number of the packet that carried it:
 * a response that starts before the byte that a request acknowledges was
 * already there when the request was sent, so it answers an earlier one.
 *
 * Bytes may come in any pieces, but the pieces of one packet say the same
 * frame: the first byte of a packet is a better place for a message to
 * begin than any other, after a gap and where a body is shorter than it
 * says.
 */
#ifndef P407_HTTP_EXCHANGE_H
#define P407_HTTP_EXCHANGE_H

#include "base/span.h"
#include "base/when.h"
#include "http/names.h"

enum http_side { HTTP_CLIENT = 0, HTTP_SERVER = 1 };

/* Where bytes came from. */
struct http_from {
	uint64_t frame;
	when_ns time;
	uint32_t seq; /* sequence number of the first of these bytes */
	uint32_t ack; /* acknowledgement number of the packet */
};

struct http_field {
	struct span name, value; /* value trimmed; folds became one space */
	enum http_name id;
};

enum http_body {
	HTTP_BODY_NONE,
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_UNTIL_CLOSE,
};

/* What is odd about a message; or'ed. */
enum http_flaw {
	HTTP_FOLDED = 0x01,       /* a field continued on the next line */
	HTTP_BAD_FIELD = 0x02,    /* a line that is no field was passed over,
	                             or a name had spaces behind it */
	HTTP_HEAD_CUT = 0x04,     /* longer than LIMIT_HEAD or LIMIT_FIELDS,
	                             or its end is not in the capture: a
	                             field that is not there may have been;
	                             of a response that is not seen: one may
	                             have been among bytes that were lost */
	HTTP_GAP_IN_BODY = 0x08,  /* bytes of the body are not in the capture */
	HTTP_BODY_SHORT = 0x10,   /* connection ended inside the body */
	HTTP_UNFRAMED = 0x20,     /* no length, not chunked, not closing */
	HTTP_BAD_LENGTH = 0x40,   /* Content-Length or chunk-size no number,
	                             or several that differ */
	HTTP_BODY_OVERRUN = 0x80, /* next message stood where body should be */
};

struct http_message {
	bool seen; /* false: this half is not in the capture */
	uint64_t first_frame, head_frame, last_frame; /* last: body's end; 0
	                                     if the end was not waited for */
	when_ns first_time, head_time, last_time;
	uint8_t version_minor; /* HTTP/1.x */
	struct span method, target; /* requests */
	unsigned status;            /* responses */
	struct span reason;
	const struct http_field *fields;
	size_t n_fields;
	bool keeps_alive; /* RFC 9112 9.3, Proxy-Connection heeded, too */
	enum http_body body;     /* NONE if the head was cut before it said */
	uint64_t content_length; /* HTTP_BODY_LENGTH */
	struct span body_start;  /* first bytes of a body: of a 407 <= 4 KiB,
	                            else what keep_body() asked for */
	unsigned flaws;
	unsigned interim; /* responses: 1xx that came before it */
	bool late; /* requests: the server had ended its side before */
};

/* All spans in it are valid until the callback returns. */
struct http_exchange {
	struct http_message request, response;
	unsigned number; /* on this connection, from 1 */
	bool tunnel;     /* CONNECT with 2xx: what follows is not HTTP */
};

struct http_sink {
	/*
	 * An exchange is known: its response has ended, or 64 KiB of its
	 * body have gone by, or it will not come (connection ended).
	 */
	void (*on_exchange)(void *context, const struct http_exchange *e);
	/*
	 * For those who copy a conversation; each may be NULL.  The bytes of
	 * a head as they were sent (those that LIMIT_HEAD left), interim
	 * responses too; and what frames bodies: chunk-size lines with their
	 * extensions, trailers, empty lines before a head.  `seq` is of the
	 * first byte.  A head begins a new body.
	 */
	void (*on_head)(void *context, enum http_side side, struct span head,
	    uint32_t seq);
	void (*on_framing)(void *context, enum http_side side,
	    struct span bytes, uint32_t seq);
	/*
	 * The head of a response is known, and its request (not seen, if it
	 * is not): how many bytes of the body are wanted?  May be NULL.
	 */
	size_t (*keep_body)(void *context, const struct http_message *request,
	    const struct http_message *response);
};

struct http_conversation;

struct http_conversation *http_conversation_new(const struct http_sink *sink,
    void *context);

/* Bytes of one direction, in order. */
void http_conversation_data(struct http_conversation *c, enum http_side side,
    struct span bytes, const struct http_from *from);

/* n bytes of one direction are not in the capture. */
void http_conversation_gap(struct http_conversation *c, enum http_side side,
    uint64_t n, const struct http_from *from);

/* This direction ended (FIN, RST, or the capture of it). */
void http_conversation_end(struct http_conversation *c, enum http_side side,
    const struct http_from *from);

/*
 * How many of the next bytes of a direction nobody needs to see (a body, a
 * tunnel): TCP may step over them by sequence number with
 * http_conversation_skip().  UINT64_MAX: all there will ever be.  It changes
 * with what either side sends, so ask for each packet.
 */
uint64_t http_conversation_idle(const struct http_conversation *c,
    enum http_side side);
void http_conversation_skip(struct http_conversation *c, enum http_side side,
    uint64_t n, const struct http_from *from);

/* A request is waiting for its answer, or an answer for its request. */
bool http_conversation_pending(const struct http_conversation *c);

/* Give every exchange that is still waiting, then free. */
void http_conversation_free(struct http_conversation *c);

/*
 * Could these be the first bytes of a request (a method token and a space)
 * or of a response ("HTTP/1.")?  For the choice which connections matter;
 * looks at 16 bytes at most and says yes when there are too few to tell.
 */
bool http_looks_like_request(struct span s);
bool http_looks_like_response(struct span s);

/* The first field of that name, or an unset span. */
static inline struct span
http_field_value(const struct http_message *m, enum http_name id)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].id == id)
			return m->fields[i].value;
	return (struct span){ 0 };
}

#endif
