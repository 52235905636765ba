/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/key.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "base/secret.h"
#include "base/text.h"

/* No half key stays behind: the next start would take it for damaged. */
static bool
make(int fd, const char *path, struct key *out)
{
	if (RAND_bytes(out->bytes, KEY_BYTES) == 1 &&
	    write(fd, out->bytes, KEY_BYTES) == KEY_BYTES && fsync(fd) == 0)
		return true;
	message_error("%s: cannot write the key: %s (make room, or choose "
	              "another place)", path, strerror(errno));
	unlink(path);
	return false;
}

static bool
read_key(int fd, const char *path, struct key *out)
{
	struct stat st;
	uint8_t more;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		message_error("%s: is not a file of yours alone (chown and "
		              "chmod 600 it)", path);
		return false;
	}
	if (read(fd, out->bytes, KEY_BYTES) == KEY_BYTES &&
	    read(fd, &more, 1) == 0)
		return true;
	message_error("%s: is no key of %d bytes (bring the right one back, "
	              "or remove it and the store)", path, KEY_BYTES);
	return false;
}

bool
key_load(const char *path, struct key *out)
{
	bool ok = false, fresh;
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	fresh = fd >= 0;
	if (!fresh && errno == EEXIST)
		fd = open(path,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		message_error("%s: cannot open the key: %s (choose a place "
		              "of yours)", path, strerror(errno));
		return false;
	}
	ok = fresh ? make(fd, path, out) : read_key(fd, path, out);
	close(fd);
	return ok;
}

void
key_wipe(struct key *k)
{
	secret_wipe(k->bytes, KEY_BYTES);
}

/* Each with its length, so that no two logins run into one. */
static void
add(struct text *t, struct span s)
{
	text_fmt(t, "%zu:", s.len);
	text_add(t, s);
}

static void
lower(struct text *t, const char *user)
{
	for (; *user != '\0'; user++)
		text_char(t, (char)tolower((unsigned char)*user));
}

static void
add_lower(struct text *t, const char *user)
{
	struct text name = { 0 };

	lower(&name, user);
	add(t, text_span(&name));
	text_fini(&name);
}

bool
key_words(const struct key *k, struct span words, uint8_t out[LOGIN_BYTES])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), k->bytes, KEY_BYTES, words.at, words.len,
	        digest, &len) == NULL || len < LOGIN_BYTES)
		return false;
	memcpy(out, digest, LOGIN_BYTES);
	return true;
}

bool
key_login(const struct key *k, const struct attempt *a, const char *user,
    uint8_t out[LOGIN_BYTES])
{
	const struct connection *c = &a->connection;
	struct text t = { 0 };
	bool ok;

	add(&t, span_of(c->client.bytes, c->client.len));
	add(&t, span_of(c->proxy.bytes, c->proxy.len));
	text_fmt(&t, "%u:", (unsigned)c->proxy_port);
	add(&t, span_of_str(a->user_agent));
	if (user != NULL)
		add_lower(&t, user);

	ok = key_words(k, text_span(&t), out);
	text_fini(&t);
	return ok;
}

/* Stores of version 2 have these, too: a user alone, and the others. */
bool
key_parts(const struct key *k, const struct attempt *a, unsigned parts,
    uint8_t out[LOGIN_BYTES])
{
	const struct connection *c = &a->connection;
	struct text t = { 0 };
	bool ok;

	if ((parts & KEY_USER) && a->user == NULL)
		return false;
	if (parts & KEY_CLIENT)
		address_add(&t, &c->client);
	if (parts != KEY_USER)
		text_char(&t, '\n');
	if (parts & KEY_PROXY)
		address_port_add(&t, &c->proxy, c->proxy_port);
	if (parts & KEY_USER) {
		text_str(&t, parts != KEY_USER ? "\n" : "");
		lower(&t, a->user);
	}
	ok = key_words(k, text_span(&t), out);
	text_fini(&t);
	return ok;
}
