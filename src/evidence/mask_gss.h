/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask_gss.h - the tokens of NTLM and Negotiate without their secrets
 *
 * Each function is given the bytes of one message and a copy that is zero;
 * it shows what is harmless and masks what is not.  Nothing is assumed of
 * the bytes: of a damaged message what could be read is shown.
 */
#ifndef P407_EVIDENCE_MASK_GSS_H
#define P407_EVIDENCE_MASK_GSS_H

#include "evidence/mask.h"

/* [MS-NLMP] 2.2.1, all three messages. */
void mask_ntlm(struct mask *m, const struct shown *s);

/*
 * DER: SPNEGO (RFC 4178) and Kerberos (RFC 4120), in one another and with
 * NTLM inside.  Tags, lengths, numbers, names and times are shown, ciphers,
 * checksums and all other octets are not.
 */
void mask_der(struct mask *m, const struct shown *s);

/* Any of these, by its first bytes, as it stands behind "Negotiate". */
void mask_gss(struct mask *m, const struct shown *s);

#endif
