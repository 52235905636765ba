/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judged.h - a scene, the built-in rules, and what they say of it
 *
 * For a test program whose every test is: make attempts, diagnose(), look.
 * setup and teardown are its checked fixture.
 */
#ifndef P407_TESTS_DIAGNOSE_JUDGED_H
#define P407_TESTS_DIAGNOSE_JUDGED_H

#include <check.h>

#include "diagnose/rules.h"
#include "make.h"

static struct scene scene;
static struct rules *rules;
static struct diagnosis *diagnosis;

static inline void
setup(void)
{
	scene_init(&scene);
	rules = rules_new();
	rules_default(rules);
}

static inline void
teardown(void)
{
	diagnosis_free(diagnosis);
	diagnosis = NULL;
	rules_free(rules);
	scene_fini(&scene);
}

static inline void
diagnose(void)
{
	diagnosis = diagnosis_run(rules, scene.attempts, scene.n, NULL, 0,
	    &scene_capture);
}

/* The finding of a rule; NULL if there is none. */
static inline const struct finding *
finding_of(const char *rule)
{
	for (size_t i = 0; i < diagnosis_findings(diagnosis); i++) {
		const struct finding *f = diagnosis_finding(diagnosis, i);

		if (strcmp(f->rule->id, rule) == 0)
			return f;
	}
	return NULL;
}

#define RULE_IS(attempt, id)                                                   \
	ck_assert_str_eq((attempt)->rule != NULL ? (attempt)->rule : "", id)

#endif
