/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields.h - a whole head: start line, fields, and what they say
 *
 * RFC 9112 sections 2 to 6 and 9.3, read as liberally as the worst proxy
 * and client write: bare LF, missing reason, folded lines, spaces before the
 * colon.  What is odd is a flaw, not an error.  Pure functions: they write
 * only to the head that they are given.
 */
#ifndef P407_HTTP_FIELDS_H
#define P407_HTTP_FIELDS_H

#include "http/exchange.h"

/* The longest method that is taken for one. */
#define LONGEST_METHOD 32

/* What must be known of a request to read its response. */
enum http_asked {
	ASKED_UNKNOWN, /* the request is not in the capture, or not yet */
	ASKED_ORDINARY,
	ASKED_HEAD,
	ASKED_CONNECT,
};

enum http_asked http_asked_of(struct span method);

/* How the body is framed, gathered from all fields of a head. */
struct http_framing {
	bool has_length, bad_length;
	uint64_t length;
	bool chunked; /* the last transfer coding */
	bool coded;   /* Transfer-Encoding, and its last one is not chunked */
	bool has_connection, close, keep_alive, proxy_keep_alive;
};

/*
 * Read a start line without its line end.  Sets version_minor and method,
 * target or status, reason; false if it is none of HTTP/1.
 */
bool http_start_line(struct span line, enum http_side side,
    struct http_message *m);

/* Could these bytes, the first ones of a line, become a start line? */
bool http_start_possible(struct span begun, enum http_side side);

/*
 * Do these bytes begin with "HTTP/1.", a digit, a space, a status and its
 * end?  HTTP_MAYBE where there are too few to tell; 13 are enough.
 */
enum http_likeness { HTTP_NO, HTTP_MAYBE, HTTP_YES };
enum http_likeness http_like_status_line(struct span s);

/*
 * The same for a well-known method, a space and the first character of a
 * target; 11 bytes are enough.
 */
enum http_likeness http_like_request_line(struct span s);

/*
 * Read a head: whole lines only, up to the empty one.  Folded lines are
 * joined in place.  The fields go to an array of `room`, their spans point
 * into `head`; of those beyond `room` only the framing is heeded, and the
 * flaw says so.  False if the start line is none of HTTP/1.
 */
bool http_fields_read(uint8_t *head, size_t len, enum http_side side,
    struct http_message *m, struct http_field *fields, size_t room,
    struct http_framing *framing);

/* RFC 9112 6.3: body, content_length, and the flaws of framing. */
void http_body_rule(struct http_message *m, enum http_side side,
    const struct http_framing *framing, enum http_asked asked);

#endif
