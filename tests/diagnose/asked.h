/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asked.h - what facts say of the attempts of a scene
 *
 * A test makes its attempts in `scene`, then the history of them with
 * asked_begin(), asks, and ends with asked_end().
 */
#ifndef P407_TESTS_DIAGNOSE_ASKED_H
#define P407_TESTS_DIAGNOSE_ASKED_H

#include <check.h>

#include "diagnose/history.h"
#include "make.h"

static struct scene scene;
static struct history *history;
static struct subject subject;
static struct arena arena;

static inline void
asked_begin(void)
{
	history = history_new(scene.attempts, scene.n, NULL);
}

static inline const struct value *
value_of(const struct attempt *a, const char *name)
{
	size_t i;

	subject_init(&subject, history, a, NULL, &scene_capture, &arena);
	ck_assert_msg(facts_find(span_of_str(name), &i), "%s", name);
	return subject_value(&subject, i);
}

static inline void
asked_end(void)
{
	history_free(history);
	scene_fini(&scene);
	arena_fini(&arena);
	arena = (struct arena){ 0 };
}

#endif
