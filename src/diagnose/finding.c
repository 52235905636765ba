/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/finding.h"

static const char *const who_names[] = {
	[WHO_USER] = "user",
	[WHO_CLIENT] = "client configuration",
	[WHO_PROXY] = "proxy administrators",
	[WHO_DIRECTORY] = "directory administrators",
	[WHO_NETWORK] = "network administrators",
	[WHO_CAPTURE] = "whoever takes the capture",
};

static const char *const effort_names[] = {
	[EFFORT_EASY] = "easy",
	[EFFORT_MEDIUM] = "medium",
	[EFFORT_HARD] = "hard",
};

static const char *const level_names[] = {
	[LEVEL_LOW] = "low",
	[LEVEL_MEDIUM] = "medium",
	[LEVEL_HIGH] = "high",
};

const char *
who_name(enum who_acts w)
{
	return who_names[w];
}

const char *
effort_name(enum effort e)
{
	return effort_names[e];
}

const char *
level_name(enum level l)
{
	return level_names[l];
}
