/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.c - main() of a fuzz target where there is no fuzzing engine
 *
 * Feeds every file of corpus/<target>/ to the target, so that inputs that
 * were kept are tests.  The folder is $srcdir/tests/fuzz/corpus/<name>, with
 * the name taken from argv[0]: fuzz_ntlm reads corpus/ntlm.  Each input is
 * given whole and then, if it is small, cut at every length.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of exactly n bytes, so that a sanitizer sees byte n. */
static void
feed(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return -1;

	static uint8_t bytes[1 << 20];
	size_t n = fread(bytes, 1, sizeof(bytes), f);

	fclose(f);
	feed(bytes, n);
	if (n <= 2048)
		for (size_t cut = 0; cut < n; cut++)
			feed(bytes, cut);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');
	const char *srcdir = getenv("srcdir");
	char folder[1024], path[2048];
	int count = 0;

	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) == 0)
			count++;
	if (argc > 1)
		return count == argc - 1 ? 0 : 1;

	base = base != NULL ? base + 1 : argv[0];
	if (strncmp(base, "fuzz_", 5) == 0)
		base += 5;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    srcdir != NULL ? srcdir : ".", base);

	DIR *dir = opendir(folder);

	if (dir == NULL) {
		fprintf(stderr, "%s: no such corpus\n", folder);
		return 1;
	}
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (replay(path) == 0)
			count++;
	}
	closedir(dir);
	printf("%s: %d inputs\n", base, count);
	return count > 0 ? 0 : 1;
}
