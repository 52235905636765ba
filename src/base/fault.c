/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"

const char *
fault_words(enum fault_kind kind)
{
	static const char *const words[] = {
		[FAULT_NONE] = "",
		[FAULT_CUT] = "is cut short",
		[FAULT_RANGE] = "points outside the message",
		[FAULT_VALUE] = "has a value that is not allowed",
		[FAULT_LIMIT] = "is longer than the limit",
	};

	return words[kind];
}
