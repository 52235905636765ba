/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.h - numbers that look random and are the same on every machine
 */
#ifndef P407_TESTS_BENCH_RANDOM_H
#define P407_TESTS_BENCH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one. */
static inline uint64_t
random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* From low to high, both included. */
static inline uint32_t
random_between(struct random *r, uint32_t low, uint32_t high)
{
	uint64_t width = (uint64_t)high - low + 1;

	return low + (uint32_t)(((random_next(r) >> 32) * width) >> 32);
}

static inline void
random_bytes(struct random *r, uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(random_next(r) >> 56);
}

#endif
