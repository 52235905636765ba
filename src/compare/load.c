/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/message.h"
#include "capture/lines.h"
#include "compare/compare.h"

bool
compare_is_json(const char *path)
{
	struct problem problem = { .what = "" };
	struct input *in = input_open(path, INPUT_ROOM_LEAST, &problem);
	struct span s = { 0 };

	if (in != NULL)
		s = span_trim(input_peek(in, 64));

	bool json = s.len > 0 && s.at[0] == '{';

	input_close(in);
	return json;
}

bool
compare_load(struct compare *c, const char *path)
{
	struct problem problem = { .what = "" };
	struct input *in = input_open(path, INPUT_ROOM, &problem);
	struct lines lines = { .in = in };
	struct span line;
	uint64_t events = 0, others = 0;

	if (in == NULL) {
		message_error("%s: %s (%s)", path, problem.what,
		    problem.remedy);
		return false;
	}
	while (lines_next(&lines, &line))
		if (compare_line(c, line))
			events++;
		else
			others += span_trim(line).len > 0;
	if (input_problem(in) != NULL)
		message_error("%s: %s (%s)", path, input_problem(in)->what,
		    input_problem(in)->remedy);
	else if (events == 0)
		message_error("%s: no line of it is from p407 -o json (give "
		              "that, or the capture itself)", path);
	else if (others > 0)
		message_error("%s: %llu lines are not from p407 and were "
		              "left out (compare with what -o json wrote)",
		    path, (unsigned long long)others);
	input_close(in);
	return events > 0;
}
