/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bytes.h - headers as string literals, for the tests of this folder
 *
 * Each leaves its last length or type to the one who puts them together:
 * in C adjacent literals are one, so a frame is ETH(IPV4_TYPE) IPV4(…) TCP.
 */
#ifndef P407_TESTS_NET_BYTES_H
#define P407_TESTS_NET_BYTES_H

/* clang-format off */

/* Addresses, then an EtherType as two bytes. */
#define ETH(type) "\2\0\0\0\0\1\2\0\0\0\0\2" type

#define IPV4_TYPE "\x08\0"
#define IPV6_TYPE "\x86\xdd"

/* 20 bytes, 10.77.1.4 to 10.77.0.20: total length, fragment, protocol. */
#define IPV4(total, fragment, protocol)                                        \
	"\x45\0" total "\x12\x34" fragment "\x40" protocol "\0\0"              \
	"\x0a\x4d\1\4\x0a\x4d\0\x14"

/* The outer one of a tunnel: 192.0.2.1 to 192.0.2.2. */
#define OUTER(total, protocol)                                                 \
	"\x45\0" total "\0\1\0\0\x40" protocol "\0\0\xc0\0\2\1\xc0\0\2\2"

/* 40 bytes, fd77::1 to fd77::2: payload length, next header. */
#define IPV6(length, next)                                                     \
	"\x60\0\0\0" length next "\x40"                                        \
	"\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\1"                                 \
	"\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\2"

/* 20 bytes: 53974 to 3128, seq 0x01020304, ack 0x05060708, PSH and ACK. */
#define TCP                                                                    \
	"\xd2\xd6\x0c\x38\1\2\3\4\5\6\7\x08\x50\x18\x20\0\0\0\0\0"

/* 8 bytes: 53974 to `dport`, length. */
#define UDP(dport, length) "\xd2\xd6" dport length "\0\0"

/* The whole inner packet of the tunnels: 43 bytes, payload "abc". */
#define INNER IPV4("\0\x2b", "\0\0", "\6") TCP "abc"

/* The same in Ethernet: 57 bytes. */
#define INNER_ETH ETH(IPV4_TYPE) INNER

/* clang-format on */

#endif
