/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate.h - a server's certificate, as OpenSSL reads it
 */
#ifndef P407_WITNESS_CERTIFICATE_H
#define P407_WITNESS_CERTIFICATE_H

#include "witness/tls.h"

/*
 * Read one certificate (DER).  server_name unset: the client named none.
 * False if it is no certificate.  Strings are in the arena.
 */
bool certificate_decode(struct span der, struct span server_name,
    const struct address *server, struct tls_certificate *out,
    struct arena *arena);

#endif
