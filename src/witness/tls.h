/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls.h - how TLS to a proxy begins, and where it ends
 *
 * Watches one connection from its first bytes until the handshake is over
 * (RFC 8446, RFC 5246): the client's hello and what answers it, which may
 * be no TLS at all; alerts; who was asked for a certificate and sent none;
 * the server's certificate where it is in clear (up to TLS 1.2).
 *
 * From TLS 1.3's ServerHello on everything is encrypted, and only lengths
 * tell: an alert is a record of 19 bytes (2, its type, and a tag of 16; 11
 * where the tag has 8), which no handshake message is.
 *
 * Incremental; bytes in order, in any pieces.  Nothing is decrypted and no
 * application data is looked at.
 */
#ifndef P407_WITNESS_TLS_H
#define P407_WITNESS_TLS_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/when.h"
#include "net/packet.h"

enum tls_side { TLS_CLIENT = 0, TLS_SERVER = 1 };

/* The first thing that came back. */
enum tls_answer {
	TLS_ANSWER_NONE = 0,  /* nothing */
	TLS_ANSWER_HELLO,     /* ServerHello */
	TLS_ANSWER_ALERT,
	TLS_ANSWER_CLEAR,     /* "HTTP/1." in clear */
	TLS_ANSWER_OTHER,     /* other bytes */
};

struct tls_alert {
	bool seen;
	bool encrypted;    /* then level and description are not known */
	uint8_t level, description; /* RFC 8446 6 */
	uint64_t frame;
};

/* An X.509 certificate, as far as it is asked about. */
struct tls_certificate {
	bool seen;    /* the message was there */
	bool read;    /* and is a certificate */
	const char *subject, *issuer; /* common names, or whole names */
	when_ns not_before, not_after; /* WHEN_NONE: cannot be read */
	bool self_signed;
	/* Does a name in it fit the server name asked for (or, without one,
	 * the server's address)?  Unknown if neither fits by address. */
	bool name_known, name_fits;
};

enum tls_client_certificate {
	TLS_CERTIFICATE_NOT_SEEN = 0,
	TLS_CERTIFICATE_EMPTY,
	TLS_CERTIFICATE_SENT,
};

struct tls_record {
	/* A clear HTTP request was answered with a TLS record. */
	bool clear_request;
	const char *method;      /* of that request */

	const char *server_name; /* SNI; NULL: none */
	bool offers_http, offers_h2; /* ALPN */
	uint16_t client_version; /* highest offered: 0x0303 is TLS 1.2 */
	uint16_t server_version; /* chosen; 0: no ServerHello */
	enum tls_answer answer;
	unsigned status;         /* of TLS_ANSWER_CLEAR; 0: not read */
	bool client_hello_whole;

	bool asks_certificate;   /* CertificateRequest, in clear */
	enum tls_client_certificate client_certificate;
	struct tls_certificate certificate;
	struct tls_alert alert[2]; /* the first of each side */
	bool established;        /* the handshake was finished both ways */
	bool used;               /* and then the client sent something */
	bool left;               /* an alert after that, by left_by first */
	enum tls_side left_by;
	bool incomplete;         /* bytes are missing */

	bool closed, reset;      /* TCP's end was seen; by RST */
	enum tls_side closed_by;
	struct fault fault;      /* the first of the handshake messages */
};

struct tls_watch;

/* Could these first bytes of a client begin TLS?  Looks at three. */
bool tls_looks_like_hello(struct span first);

/* Are these an alert that begins a server's answer?  Looks at seven. */
bool tls_looks_like_alert(struct span first);

struct tls_watch *tls_watch_new(void);
void tls_watch_free(struct tls_watch *w); /* NULL is fine */

/* The next bytes of one side, and the frame they came in. */
void tls_watch_bytes(struct tls_watch *w, enum tls_side side,
    struct span bytes, uint64_t frame);

/* n bytes of one side are not there: lost, or not looked at. */
void tls_watch_gap(struct tls_watch *w, enum tls_side side, uint64_t n,
    bool missing);

/* How many of the next bytes of a side nobody looks at. */
uint64_t tls_watch_idle(const struct tls_watch *w, enum tls_side side);

/* Nothing more can be learned: it is in use, or no TLS. */
bool tls_watch_over(const struct tls_watch *w);

/*
 * What was seen; strings are in the arena.  `server` is what the name in
 * the certificate is compared with where the client named no server.
 */
struct tls_record *tls_watch_record(const struct tls_watch *w,
    const struct address *server, struct arena *arena);

/* "certificate_expired", or NULL for one that RFC 8446 does not list. */
const char *tls_alert_name(uint8_t description);

/* "TLS 1.2"; "SSL 3.0"; NULL for an unknown one. */
const char *tls_version_name(uint16_t version);

/* ClientHello and ServerHello, without the four bytes before them; pure. */
bool tls_client_hello_decode(struct span body, struct tls_record *out,
    struct span *server_name, struct fault *fault);
bool tls_server_hello_decode(struct span body, uint16_t *version,
    struct fault *fault);

#endif
