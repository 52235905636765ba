/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
digest_of(int fd, struct text *hex)
{
	uint8_t buffer[65536], digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	off_t at = 0;
	ssize_t n = 0;
	bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL);

	/* By offset: whoever else reads the file keeps the place. */
	while (ok && (n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		ok = EVP_DigestUpdate(md, buffer, (size_t)n);
		at += n;
	}
	ok = ok && n == 0 && EVP_DigestFinal_ex(md, digest, &len);
	for (unsigned i = 0; ok && i < len; i++)
		text_fmt(hex, "%02x", digest[i]);
	EVP_MD_CTX_free(md);
	return ok;
}

bool
sha256_file(const char *path, struct text *hex)
{
	bool standard = strcmp(path, "-") == 0;
	/* Opening a pipe would wait for somebody to write. */
	int fd = standard ? STDIN_FILENO
	                  : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    digest_of(fd, hex);

	if (fd >= 0 && !standard)
		close(fd);
	return ok;
}
