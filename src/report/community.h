/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * community.h - Community ID: the name of a connection in every tool
 *
 * Version 1 of github.com/corelight/community-id-spec, seed 0: the same
 * string that Zeek, Suricata and Elastic write for the same connection.
 */
#ifndef P407_REPORT_COMMUNITY_H
#define P407_REPORT_COMMUNITY_H

#include "net/packet.h"

/* "1:LQU9qZlK+B5F3KDmev6m5PMibrg="; nothing unless both are of a kind. */
void community_id_add(struct text *t, uint8_t protocol,
    const struct address *a, uint16_t a_port, const struct address *b,
    uint16_t b_port);

#endif
