/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.h - the kernel's two means, for sandbox.c
 */
#ifndef P407_SANDBOX_PARTS_H
#define P407_SANDBOX_PARTS_H

#include "sandbox/sandbox.h"

/* False if the kernel has it not, or does not let us. */
bool landlock_confine(const struct sandbox_paths *paths);
bool seccomp_confine(enum sandbox_phase phase);

#endif
