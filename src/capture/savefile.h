/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * savefile.h - the frames of one pcap or pcapng file
 *
 * pcap: draft-ietf-opsawg-pcap (both byte orders, microseconds and
 * nanoseconds, the "modified" records of old Linux).  pcapng:
 * draft-ietf-opsawg-pcapng (sections, interfaces with their own link type,
 * time resolution and offset; Enhanced, Simple and the obsolete Packet
 * Block; Interface Statistics for drops; others stepped over).
 */
#ifndef P407_CAPTURE_SAVEFILE_H
#define P407_CAPTURE_SAVEFILE_H

#include "capture/capture.h"
#include "capture/input.h"

struct savefile;

/* Takes the input.  NULL after saying that it is no capture. */
struct savefile *savefile_new(const char *name, struct input *in);
void savefile_free(struct savefile *s);

/*
 * The next frame: number and file_number are both that of the file.  False
 * at the end, also after damage, which has then been said.
 */
bool savefile_next(struct savefile *s, struct frame *out);

const struct capture_input *savefile_facts(const struct savefile *s);
double savefile_progress(const struct savefile *s);

#endif
