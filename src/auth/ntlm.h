/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntlm.h - the three messages of NTLM, as [MS-NLMP] 2.2.1 lays them out
 *
 * Pure functions over bytes: no connection, no clock, no allocation, no
 * output.  What a decoder hands back borrows from the bytes it was given.
 */
#ifndef P407_AUTH_NTLM_H
#define P407_AUTH_NTLM_H

#include "auth/token.h"
#include "base/fault.h"
#include "base/reader.h"

/* [MS-NLMP] 2.2.2.5; only the bits that somebody here asks about. */
enum ntlm_flag {
	NTLM_UNICODE = 0x00000001,
	NTLM_OEM = 0x00000002,
	NTLM_REQUEST_TARGET = 0x00000004,
	NTLM_ANONYMOUS = 0x00000800,
	NTLM_DOMAIN_SUPPLIED = 0x00001000,
	NTLM_WORKSTATION_SUPPLIED = 0x00002000,
	NTLM_ESS = 0x00080000, /* EXTENDED_SESSIONSECURITY */
	NTLM_TARGET_INFO = 0x00800000,
	NTLM_VERSION = 0x02000000,
};

/* [MS-NLMP] 2.2.2.1 */
enum ntlm_av_id {
	NTLM_AV_EOL = 0,
	NTLM_AV_NB_COMPUTER = 1,
	NTLM_AV_NB_DOMAIN = 2,
	NTLM_AV_DNS_COMPUTER = 3,
	NTLM_AV_DNS_DOMAIN = 4,
	NTLM_AV_DNS_TREE = 5,
	NTLM_AV_FLAGS = 6,
	NTLM_AV_TIMESTAMP = 7,
	NTLM_AV_TARGET_NAME = 9,
	NTLM_AV_CHANNEL_BINDINGS = 10,
};

/* The message type, or 0 if it does not begin as one. */
uint32_t ntlm_message_type(struct span msg);

/* 2.2.1.1, NEGOTIATE_MESSAGE.  Domain and workstation are OEM bytes. */
struct ntlm_negotiate {
	uint32_t flags;
	struct span domain, workstation;
	struct span version; /* 8 bytes, or unset */
};

/* 2.2.1.2, CHALLENGE_MESSAGE: the server's turn. */
struct ntlm_challenge {
	uint32_t flags;               /* NegotiateFlags, enum ntlm_flag */
	struct span server_challenge; /* 8 bytes */
	struct span target_name;      /* UTF-16LE if NTLM_UNICODE, else OEM */
	struct span target_info;      /* for ntlm_av_next() */
	struct span version;          /* 8 bytes, or unset */
};

/* 2.2.1.3, AUTHENTICATE_MESSAGE. */
struct ntlm_authenticate {
	uint32_t flags;
	struct span lm_response, nt_response;
	struct span domain, user, workstation;
	struct span session_key;
	struct span version, mic; /* unset if the payload begins before */
	struct span target_info;  /* AV pairs of an NTLMv2 response */
	uint64_t blob_time;       /* FILETIME in it; 0 if none */
	enum ntlm_version kind;
};

/*
 * Decode a message.  True if all of it is well-formed.  If not, *fault says
 * what is wrong first, and *out still holds every field that came before
 * it; the others are unset.  The spans live as long as msg.
 */
bool ntlm_negotiate_decode(struct span msg, struct ntlm_negotiate *out,
    struct fault *fault);
bool ntlm_challenge_decode(struct span msg, struct ntlm_challenge *out,
    struct fault *fault);
bool ntlm_authenticate_decode(struct span msg, struct ntlm_authenticate *out,
    struct fault *fault);

struct ntlm_av {
	uint16_t id; /* enum ntlm_av_id */
	struct span value;
};

/*
 * The next pair of a target_info.  False at MsvAvEOL, and at the first pair
 * that is damaged: reader_ok() tells the two apart.
 */
bool ntlm_av_next(struct reader *list, struct ntlm_av *av);

#endif
