/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/recheck.h"

bool
recheck_file(const char *path, const struct mask *mask, uint64_t *frame)
{
	(void)path;
	(void)mask;
	*frame = 0;
	return true;
}
