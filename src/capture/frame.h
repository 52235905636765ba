/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - one captured frame
 */
#ifndef P407_CAPTURE_FRAME_H
#define P407_CAPTURE_FRAME_H

#include "base/span.h"
#include "base/when.h"

struct frame {
	uint64_t number;     /* from 1, as Wireshark counts; over all files */
	uint64_t file_number; /* the same, inside its own file */
	when_ns time;
	uint32_t link;       /* LINKTYPE_… of the tcpdump.org registry */
	uint32_t wire_len;   /* bytes on the wire; >= bytes.len if cut */
	struct span bytes;   /* valid until the next frame is asked for */
	uint16_t file;       /* index of the file, from 0 */
};

#endif
