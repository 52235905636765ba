/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/before.h"

#include "capture/capture.h"
#include "observe/worker.h"
#include "verdict/correlator.h"

/* The same way as the capture of now, in one thread. */
static bool
read_capture(const struct options *o, const struct rules *rules,
    struct compare *c)
{
	const struct folder *folder = &o->compare_folder;
	struct capture *in = folder->n > 0
	    ? capture_open((const char *const *)folder->paths, folder->n,
	          o->filter)
	    : capture_open(&o->compare, 1, o->filter);
	struct correlator *k = correlator_new(o);
	struct worker *w = worker_new(correlator_take, k);
	struct capture_facts facts = { .first = WHEN_NONE,
		.last = WHEN_NONE };
	struct frame f;
	size_t n = 0;

	while (in != NULL && capture_next(in, &f)) {
		facts.frames++;
		if (facts.first == WHEN_NONE || f.time < facts.first)
			facts.first = f.time;
		if (facts.last == WHEN_NONE || f.time > facts.last)
			facts.last = f.time;
		worker_frame(w, &f);
	}
	correlator_now(k, facts.last);
	worker_finish(w);

	struct worker_counts counts = worker_counts(w);

	facts.kdc_visible = counts.kdc_visible;
	facts.missing_ratio = counts.flow.carried > 0
	    ? (double)counts.flow.missing / (double)counts.flow.carried
	    : 0;
	correlator_finish(k, rules, &facts);

	struct attempt **attempts = correlator_attempts(k, &n);

	compare_before(c, attempts, n);
	worker_free(w);
	correlator_free(k);
	capture_close(in);
	return facts.frames > 0;
}

struct compare *
before_read(const struct options *o, const struct rules *rules)
{
	struct compare *c = compare_new();
	bool ok = compare_is_json(o->compare)
	    ? compare_load(c, o->compare)
	    : read_capture(o, rules, c);

	if (ok)
		return c;
	compare_free(c);
	return NULL;
}
