/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tags.h - is a page what a browser should be given?
 */
#ifndef P407_TESTS_REPORT_TAGS_H
#define P407_TESTS_REPORT_TAGS_H

#include "base/span.h"

/*
 * What is amiss; NULL: every tag is closed by its own, no "<" or ">" stands
 * outside of tags but in the style sheet, and there is nothing that runs or
 * is fetched.  Links begin with LINK: " href=\"#".
 */
const char *tags_fault(struct span page, const char *link);

#endif
