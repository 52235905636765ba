/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.h - what one authentication header field says, in one shape
 *
 * token_decode() looks at the value of a Proxy-Authorization field, or at
 * one challenge of a Proxy-Authenticate field, and fills a struct token:
 * which scheme, which step, the decoded names and times.  Everything is
 * copied into the arena as UTF-8, so a token outlives the packet, can be
 * written as JSON, and holds no secret: passwords, responses, tickets and
 * bearer tokens are there as fingerprints only (base/secret.h).
 *
 * Pure but for the arena: no connection, no clock, no output.
 */
#ifndef P407_AUTH_TOKEN_H
#define P407_AUTH_TOKEN_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/secret.h"
#include "base/span.h"
#include "base/when.h"

/* RFC 9110 section 16.4.1 registry, as far as proxies use it. */
enum scheme {
	SCHEME_NONE = 0, /* no field at all */
	SCHEME_BASIC,
	SCHEME_DIGEST,
	SCHEME_BEARER,
	SCHEME_NTLM,
	SCHEME_NEGOTIATE,
	SCHEME_OTHER,   /* some other word; token.scheme_name has it */
	SCHEME_MISSING, /* a field whose value begins with no scheme */
};

/* What is in it; the step of the handshake follows from this. */
enum token_kind {
	TOKEN_NONE = 0, /* scheme alone: "Negotiate", "NTLM"; or an offer */
	TOKEN_BASIC,
	TOKEN_DIGEST,
	TOKEN_BEARER,
	TOKEN_NTLM_NEGOTIATE,    /* [MS-NLMP] 2.2.1.1, type 1 */
	TOKEN_NTLM_CHALLENGE,    /* 2.2.1.2, type 2 */
	TOKEN_NTLM_AUTHENTICATE, /* 2.2.1.3, type 3 */
	TOKEN_AP_REQ,            /* RFC 4120 5.5.1 */
	TOKEN_AP_REP,
	TOKEN_KRB_ERROR,
	TOKEN_SPNEGO, /* a SPNEGO message without one of the above inside */
	TOKEN_NEGOEX,
	TOKEN_UNKNOWN, /* bytes that are none of these; fault says why */
};

/* How it was wrapped. */
enum token_wrap {
	WRAP_RAW = 0,  /* NTLMSSP or Kerberos bytes by themselves */
	WRAP_SPNEGO,   /* RFC 4178 */
	WRAP_GSS_KRB5, /* RFC 4121 section 4.1 framing, no SPNEGO */
};

enum ntlm_version {
	NTLM_VERSION_NONE = 0, /* not an AUTHENTICATE */
	NTLM_VERSION_LM,       /* only an LM response */
	NTLM_VERSION_1,        /* NTLMv1 */
	NTLM_VERSION_1_ESS,    /* NTLMv1 with NTLM2 session response */
	NTLM_VERSION_2,        /* NTLMv2 */
	NTLM_VERSION_ANONYMOUS,
};

/* RFC 4178 4.2.2, plus "not there". */
enum neg_state {
	NEG_ABSENT = -1,
	NEG_ACCEPT_COMPLETED = 0,
	NEG_ACCEPT_INCOMPLETE = 1,
	NEG_REJECT = 2,
	NEG_REQUEST_MIC = 3,
};

/* Shapes of a Basic value that tell of a broken client; or'ed. */
enum basic_shape {
	BASIC_PERCENT = 0x1,        /* %40 and the like left in */
	BASIC_TRAILING_SPACE = 0x2, /* LF, CR or SP at the end */
	BASIC_QUOTED = 0x4,
	BASIC_BYTES_REPR = 0x8, /* b'…' */
	BASIC_NO_COLON = 0x10,
	BASIC_EMPTY_USER = 0x20,
	BASIC_EMPTY_PASSWORD = 0x40,
	BASIC_PLACEHOLDER = 0x80, /* user:password, ${PASS}, changeme, … */
	BASIC_NOT_BASE64 = 0x100,
	BASIC_WRAPPED = 0x200, /* white space inside the base64 */
	BASIC_UNPADDED = 0x400,
	BASIC_NON_ASCII_UTF8 = 0x800,
	BASIC_NON_ASCII_OTHER = 0x1000, /* Latin-1, CP1252, … */
	BASIC_COLON_IN_PASSWORD = 0x2000,
	BASIC_CONTROL = 0x4000, /* NUL or another control character */
	BASIC_BACKSLASHES = 0x8000, /* DOMAIN\\user: escaped once too often */
	BASIC_WORD_TWICE = 0x10000, /* Basic Basic dXNlcjpwYXNz */
};

/*
 * Were they exactly the credentials that are known to be good?  Set by
 * verify/ only, where such were given; nothing else is known of them here.
 */
enum token_verified {
	VERIFIED_NOT_ASKED = 0,
	VERIFIED_UNKNOWN,     /* this user's, but it cannot be told */
	VERIFIED_NO,          /* another password */
	VERIFIED_YES,
	VERIFIED_ENCODING,    /* the password, in another encoding */
	VERIFIED_MISCOMPUTED, /* the password, but the response is not right */
};

/* Does a key of the keytab open the ticket?  Set by verify/ only, as above. */
enum token_opening {
	OPENING_NOT_ASKED = 0,
	OPENING_YES,        /* the key of its service and version */
	OPENING_OTHER,      /* only one under another name or version */
	OPENING_NO_SERVICE, /* there is no key for its service */
	OPENING_NO_VERSION, /* none of its version */
	OPENING_NO_TYPE,    /* none of its encryption type */
	OPENING_WRONG_KEY,  /* there is one, and it does not open it */
	OPENING_UNKNOWN,    /* the ticket is not whole */
};

/* What the keytab, and then the ticket, says.  NULL, -1 or WHEN_NONE: not. */
struct token_opened {
	enum token_opening how;
	const char *entry;  /* the principal of the key that opened it */
	int entry_kvno;
	const char *kvnos;  /* that the keytab has for the service: "1, 2" */
	const char *client, *client_realm; /* whose ticket it is */
	when_ns start, end, renew;
	bool other_client;  /* the authenticator names somebody else */
	when_ns ctime; /* the client's clock, from the authenticator */
};

/* Names and such are NUL-terminated UTF-8 in the arena; NULL: not there. */
struct token_ntlm {
	enum ntlm_version version; /* type 3 */
	uint32_t flags;            /* NegotiateFlags */
	const char *user, *domain, *workstation;
	const char *target;                      /* type 2 TargetName */
	const char *nb_computer, *nb_domain;     /* AV pairs 1, 2 */
	const char *dns_computer, *dns_domain, *dns_tree; /* 3, 4, 5 */
	const char *target_spn;                  /* AV pair 9, type 3 */
	const char *os_version;                  /* "10.0.19041", or NULL */
	when_ns timestamp; /* AV 7 of type 2; blob time of type 3 */
	when_ns av_timestamp; /* type 3: AV 7 inside it, else WHEN_NONE */
	uint32_t av_flags;    /* AV 6; 0 if absent */
	bool has_mic, has_target_info, has_channel_bindings;
	bool anonymous, machine_account; /* type 3 */
	bool charset_mismatch; /* flags say OEM, fields are UTF-16 … */
	uint16_t lm_len, nt_len;
	/* Fingerprint of the AV pairs 1-5 that type 2 and type 3 share. */
	fingerprint target_info;
	fingerprint server_challenge; /* type 2 */
	fingerprint response;         /* type 3: the same bytes again? */
};

struct token_kerberos {
	const char *realm, *service; /* "HTTP/proxy.lab.test" */
	int name_type;
	int ticket_etype, authenticator_etype, kvno; /* -1: not there */
	bool mutual_required;
	fingerprint ticket; /* ticket bytes, AP-REQ */
	int error_code;     /* KRB-ERROR; -1 otherwise */
	when_ns stime, ctime;
	const char *client, *client_realm, *e_text;
	uint32_t nt_status; /* from e-data of AD; 0 if none */
};

struct token_digest {
	const char *realm, *uri, *algorithm, *qop, *user;
	const char *opaque;
	fingerprint nonce, response, cnonce;
	uint32_t nc;        /* 0: not there */
	int stale;          /* -1 absent, 0 false, 1 true */
	bool userhash, response_bad_length;
	const char *missing; /* a required directive that is not there */
};

struct token_bearer {
	bool is_jwt, is_jwe;
	const char *alg, *kid, *typ, *iss, *aud, *sub, *scope, *client_id;
	when_ns exp, nbf, iat;
	const char *oddity; /* "Bearer Bearer", "undefined", …; or NULL */
	const char *error, *error_description; /* challenge, RFC 6750 3 */
};

struct token_basic {
	uint32_t shape;        /* enum basic_shape */
	uint8_t password_length_class; /* 0 empty, 1 not */
	fingerprint password;
	/* What is left of it where a tool stops at a special character. */
	const fingerprint *cuts;
	size_t n_cuts;
	const char *realm, *charset; /* challenge */
};

/* There are many of them: narrow fields come together. */
struct token {
	enum scheme scheme : 8;
	enum token_kind kind : 8;
	enum token_wrap wrap : 8;
	enum token_verified verified : 8;
	enum neg_state neg_state : 8;
	bool is_init; /* of SPNEGO: a NegTokenInit, which begins a context */
	bool not_base64;
	bool garbled; /* "token=oYG…" and the like, repaired */
	const char *scheme_name; /* as written; NULL for SCHEME_NONE */
	size_t bytes;       /* length of the decoded token */
	fingerprint whole;  /* of the field value: the same token again? */
	struct fault fault; /* of the innermost decoder */

	/* The user as sent, split: DOMAIN\user, user@realm.  NULL if none. */
	const char *user, *domain;
	fingerprint secret; /* what proves the user, for "the same again?" */
	const struct token_opened *opened; /* its ticket; NULL: not asked */

	const char *mech;  /* first or supported mechanism: "krb5",
	                      "ms-krb5", "ntlmssp", "negoex", or dotted */
	const char *mechs; /* all of them, comma separated */

	/* What a scheme adds; of another scheme the empty one, never NULL. */
	const struct token_ntlm *ntlm;
	const struct token_kerberos *kerberos;
	const struct token_digest *digest;
	const struct token_bearer *bearer;
	struct token_basic basic;
	const char *realm; /* challenge: realm of Basic, Digest, Bearer */
};

/* Nothing is known yet: every part is the empty one. */
void token_begin(struct token *t);

/* A part of its own, empty, to be filled; it lives as long as the arena. */
struct token_ntlm *token_add_ntlm(struct token *t, struct arena *a);
struct token_kerberos *token_add_kerberos(struct token *t, struct arena *a);
struct token_digest *token_add_digest(struct token *t, struct arena *a);
struct token_bearer *token_add_bearer(struct token *t, struct arena *a);

/* "Basic", "Digest", …; for SCHEME_OTHER "other". */
const char *scheme_name(enum scheme s);

/* The scheme word, in any case: SCHEME_OTHER if not known. */
enum scheme scheme_of(struct span word);

/*
 * Decode the value of one Proxy-Authorization field.  Never fails: what is
 * wrong is in out->fault, and what came before it is kept.
 */
void token_of_credentials(struct span value, struct arena *arena,
    struct token *out);

/*
 * Decode one Proxy-Authenticate field, which may hold several challenges;
 * at most `room` are written.  Returns how many there are in all (those
 * past room are counted, not kept).  *grammar says what, if anything, is
 * against RFC 9110 11.6.1.
 */
size_t token_of_challenges(struct span value, struct arena *arena,
    struct token *out, size_t room, struct fault *grammar);

/* "NTLMv2", "NTLMv1 (NTLM2 session)", …; NULL for NTLM_VERSION_NONE. */
const char *ntlm_version_name(enum ntlm_version v);

/* "yes", "no", "unknown", "encoding", "miscomputed"; NULL: not asked. */
const char *token_verified_name(enum token_verified v);

/* "yes", "other-entry", "no-service", "no-version", "no-type", "wrong-key",
 * "unknown"; NULL: not asked. */
const char *token_opening_name(enum token_opening o);

/* "accept-incomplete"; NULL for NEG_ABSENT. */
const char *neg_state_name(enum neg_state s);

/*
 * "percent-encoded": of one bit of enum basic_shape, NULL past the last; and
 * the bit of a name, 0 if it is none.
 */
const char *basic_shape_name(unsigned bit);
unsigned basic_shape_of(struct span name);

/* "KRB_AP_ERR_SKEW"; NULL if unknown.  RFC 4120 7.5.9. */
const char *kerberos_error_name(int code);

/* "aes256-cts-hmac-sha1-96", NULL if unknown; and back, -1 if unknown. */
const char *kerberos_etype_name(int etype);
int kerberos_etype_of(struct span name);

/* "STATUS_ACCOUNT_LOCKED_OUT"; NULL if unknown; and back, 0 if unknown. */
const char *nt_status_name(uint32_t status);
uint32_t nt_status_of(struct span name);

#endif
