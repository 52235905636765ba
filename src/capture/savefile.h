/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * savefile.h - the frames of one pcap or pcapng file
 *
 * pcap: draft-ietf-opsawg-pcap, in both byte orders, with microseconds or
 * nanoseconds, and with the longer "modified" records of old Linux.
 * pcapng: draft-ietf-opsawg-pcapng: sections, each in its own byte order;
 * interfaces, each with its link type, time resolution and offset; Enhanced,
 * Simple and the obsolete Packet Block; drop counts of the statistics
 * blocks.  Other blocks are stepped over, but those that Wireshark shows as
 * a frame (custom blocks, systemd journal, sysdig events) take a number, so
 * that numbers agree.
 *
 * A savefile says nothing on stderr: it keeps what is wrong for the caller.
 */
#ifndef P407_CAPTURE_SAVEFILE_H
#define P407_CAPTURE_SAVEFILE_H

#include "capture/capture.h"
#include "capture/input.h"

struct savefile;

/*
 * Takes the input, also on failure, and the file header from it.  NULL, and
 * why in *problem, if the input is no capture.  `name` outlives the savefile.
 */
struct savefile *savefile_new(const char *name, struct input *in,
    struct problem *problem);
void savefile_free(struct savefile *s);

/*
 * The next frame: number and file_number are both that of the file, `file`
 * is 0.  Its bytes live until the next call.  False at the end, and for ever
 * after; savefile_problem() tells whether it was a good end.
 */
bool savefile_next(struct savefile *s, struct frame *out);

/* As input_lend(): the bytes of frames live longer then. */
void savefile_lend(struct savefile *s, struct input_blocks *blocks);

/* As input_ahead(). */
void savefile_ahead(struct savefile *s);

/* What is wrong with the file, or NULL. */
const struct problem *savefile_problem(const struct savefile *s);

/* What is known of the file so far. */
const struct capture_input *savefile_facts(const struct savefile *s);

/* Bytes of it that were read, and its size; 0: not known. */
uint64_t savefile_taken(const struct savefile *s);
uint64_t savefile_size(const struct savefile *s);

#endif
