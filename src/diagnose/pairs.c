/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/pairs.h"

#include <stdlib.h>

int
pairs_order(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->member < b->member ? -1 : a->member > b->member;
}

size_t
pairs_unique(struct pair *pairs, size_t n)
{
	size_t kept = 0;

	qsort(pairs, n, sizeof(*pairs), pairs_order);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || pairs_order(&pairs[kept - 1], &pairs[i]) != 0)
			pairs[kept++] = pairs[i];
	return kept;
}

const struct pair *
pairs_find(const struct pair *pairs, size_t n, struct pair wanted)
{
	return bsearch(&wanted, pairs, n, sizeof(*pairs), pairs_order);
}
