/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask_auth.h - the values of authentication fields without their secrets
 *
 * RFC 9110 section 11.  The values are those on the wire, with the line ends
 * of folded lines in them.  What makes a verdict stays as it is: the flaws of
 * the base64, the shape of a password (auth/token.h, enum basic_shape), the
 * claims of a JWT that are times and names.
 */
#ifndef P407_EVIDENCE_MASK_AUTH_H
#define P407_EVIDENCE_MASK_AUTH_H

#include "evidence/mask.h"

/* Proxy-Authorization, Authorization. */
void mask_credentials(struct mask *m, const struct shown *s,
    struct span value);

/* Proxy-Authenticate, WWW-Authenticate. */
void mask_challenges(struct mask *m, const struct shown *s,
    struct span value);

/* Proxy-Authentication-Info, Authentication-Info (RFC 7615). */
void mask_info(struct mask *m, const struct shown *s, struct span value);

/* Behind "Basic" (RFC 7617) and "Bearer" (RFC 6750). */
void mask_basic(struct mask *m, const struct shown *s, struct span rest);
void mask_bearer(struct mask *m, const struct shown *s, struct span rest);

/*
 * A URL, in any form of RFC 9112 3.2, also in a Digest's uri: without user
 * information, query and fragment.
 */
void mask_url(struct mask *m, const struct shown *s, struct span url);

/* All of it: letters, with white space where it was. */
void mask_whole(struct mask *m, const struct shown *s, struct span part);

#endif
