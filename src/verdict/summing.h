/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * summing.h - what workers and inputs counted, as a report has it
 */
#ifndef P407_VERDICT_SUMMING_H
#define P407_VERDICT_SUMMING_H

#include "observe/worker.h"
#include "report/model.h"

struct capture_quality summing_quality(const struct worker_counts *c,
    const struct capture_input *inputs, size_t n);

#endif
