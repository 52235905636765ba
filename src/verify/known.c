/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/known.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/secret.h"
#include "verify/des.h"
#include "verify/md4.h"
#include "verify/private.h"
#include "verify/wide.h"

struct known {
	struct known_user users[KNOWN_MOST];
	size_t n;
};

static bool read_line(struct known *k, const char *name, unsigned number,
    struct span line);
static const char *read_entry(struct known_user *u, struct span line);
static void make_forms(struct known_user *u, struct span password);

struct known *
known_load(const char *path)
{
	struct known *k = NULL;
	size_t size = 0, n = 0;
	int fd = private_open(path, "credentials", "VERIFYING CREDENTIALS",
	    KNOWN_FILE_MOST, &size);

	if (fd < 0)
		return NULL;

	uint8_t *bytes = memory_new(size + 1, 1);
	ssize_t got = 1;

	while (n < size && (got = read(fd, bytes + n, size - n)) > 0)
		n += (size_t)got;
	if (got < 0)
		private_refuse(path, strerror(errno), "check the file");
	else
		k = known_read(path, span_of(bytes, n));
	secret_wipe(bytes, size + 1);
	free(bytes);
	close(fd);
	return k;
}

struct known *
known_read(const char *name, struct span text)
{
	struct known *k = memory_new(1, sizeof(*k));
	unsigned number = 0;
	bool ok = true;

	/* Windows editors begin a file so. */
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	while (ok && text.len > 0) {
		size_t end = span_find(text, '\n');
		struct span line = span_first(text, end);

		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		ok = read_line(k, name, ++number, line);
		text = span_from(text, end + 1);
	}
	if (ok && k->n == 0)
		ok = private_refuse(name, "holds no credentials",
		    "user=NAME, password=… on a line");
	if (!ok) {
		known_free(k);
		return NULL;
	}
	return k;
}

void
known_free(struct known *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n; i++) {
		struct known_user *u = &k->users[i];

		for (int f = 0; f < KNOWN_FORMS; f++) {
			void *at = (void *)(uintptr_t)u->password[f].at;

			if (at != NULL)
				secret_wipe(at, u->password[f].len + 1);
			free(at);
		}
		free((void *)(uintptr_t)u->user);
		free((void *)(uintptr_t)u->domain);
	}
	secret_wipe(k, sizeof(*k));
	free(k);
}

size_t
known_count(const struct known *k)
{
	return k->n;
}

const struct known_user *
known_at(const struct known *k, size_t i)
{
	return &k->users[i];
}

static bool
is_utf8(struct span s)
{
	for (size_t pos = 0; pos < s.len;)
		if (utf8_next(s, &pos) < 0)
			return false;
	return true;
}

static bool
read_line(struct known *k, const char *name, unsigned number,
    struct span line)
{
	struct known_user *u = &k->users[k->n];
	const char *wrong = NULL;

	if (span_trim(line).len == 0 || span_trim(line).at[0] == '#')
		return true;
	if (k->n == KNOWN_MOST)
		wrong = "too many users";
	else if (!is_utf8(line) || span_find(line, '\0') < line.len)
		wrong = "is not UTF-8 text";
	else {
		k->n++; /* so that it is freed, whatever comes */
		wrong = read_entry(u, line);
	}
	if (wrong == NULL)
		return true;
	/* Never the line itself. */
	message_error("%s:%u: %s (user=NAME, domain=NAME, password=…: see "
	              "VERIFYING CREDENTIALS in p407(1))",
	    name, number, wrong);
	return false;
}

static bool
from_hex(struct span s, uint8_t *out, size_t n)
{
	if (s.len != 2 * n)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned c = s.at[i] | 0x20u;

		if (!isxdigit(s.at[i]))
			return false;
		c = c >= 'a' ? c - 'a' + 10 : c & 0xf;
		out[i / 2] = (uint8_t)((unsigned)out[i / 2] << 4 | (unsigned)c);
	}
	return true;
}

static char *
copy_of(struct span s)
{
	char *copy = memory_new(s.len + 1, 1);

	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	return copy;
}

/* "key=value, key=value"; a password is the rest of the line.  What is
 * wrong with it, in words; NULL if nothing is. */
static const char *
read_entry(struct known_user *u, struct span line)
{
	while (line.len > 0) {
		size_t equals = span_find(line, '=');
		struct span key = span_trim(span_first(line, equals));
		struct span rest = span_from(line, equals + 1);
		size_t comma = span_find(rest, ',');
		struct span value = span_trim(span_first(rest, comma));

		if (equals == line.len)
			return "a key without '='";
		if (u->has_nt_hash[KNOWN_PROPER])
			return "something behind the password or hash";
		if (span_eq(key, SPAN("user")) && u->user == NULL) {
			u->user = copy_of(value);
		} else if (span_eq(key, SPAN("domain")) && u->domain == NULL) {
			u->domain = value.len > 0 ? copy_of(value) : NULL;
		} else if (span_eq(key, SPAN("password"))) {
			make_forms(u, rest);
			return u->user != NULL && u->user[0] != '\0'
			    ? NULL
			    : "no user before the password";
		} else if (span_eq(key, SPAN("nt_hash"))) {
			if (!from_hex(value, u->nt_hash[KNOWN_PROPER],
			        NT_HASH_SIZE))
				return "nt_hash is not 32 hexadecimal digits";
			u->has_nt_hash[KNOWN_PROPER] = true;
		} else {
			return "an unknown or repeated key";
		}
		line = span_from(rest, comma + 1);
	}
	return u->user == NULL || u->user[0] == '\0' ? "no user"
	    : !u->has_nt_hash[KNOWN_PROPER] ? "neither password nor nt_hash"
	                                    : NULL;
}

/* Each UTF-8 byte taken for a character, as curl does with a password. */
static void
hash_bytewise(struct span password, uint8_t out[NT_HASH_SIZE])
{
	uint8_t *wide = memory_new(2 * password.len + 1, 1);

	for (size_t i = 0; i < password.len; i++)
		wide[2 * i] = password.at[i];
	md4(span_of(wide, 2 * password.len), out);
	secret_wipe(wide, 2 * password.len + 1);
	free(wide);
}

static void
make_lm_hash(struct known_user *u, struct span password)
{
	static const uint8_t magic[] = "KGS!@#$%";
	uint8_t key[14] = { 0 };

	if (password.len > sizeof(key))
		return;
	for (size_t i = 0; i < password.len; i++) {
		if (password.at[i] >= 0x80)
			return;
		key[i] = (uint8_t)toupper(password.at[i]);
	}
	u->has_lm_hash = des_block(key, magic, u->lm_hash) &&
	    des_block(key + 7, magic, u->lm_hash + 8);
	secret_wipe(key, sizeof(key));
}

static void
make_forms(struct known_user *u, struct span password)
{
	struct wide wide = wide_of(password, false);
	uint8_t *latin1 = memory_new(password.len + 1, 1);
	size_t n = 0;
	bool fits = true, ascii = true;

	u->has_password = true;
	u->password[KNOWN_PROPER] = span_of(copy_of(password), password.len);
	md4(wide_span(&wide), u->nt_hash[KNOWN_PROPER]);
	u->has_nt_hash[KNOWN_PROPER] = true;
	wide_wipe(&wide);
	for (size_t pos = 0; pos < password.len;) {
		int32_t c = utf8_next(password, &pos);

		fits &= c >= 0 && c < 0x100;
		ascii &= c >= 0 && c < 0x80;
		latin1[n++] = (uint8_t)c;
	}
	/* In ASCII all forms are one. */
	if (!ascii) {
		hash_bytewise(password, u->nt_hash[KNOWN_BYTEWISE]);
		u->has_nt_hash[KNOWN_BYTEWISE] = true;
	}
	if (!ascii && fits)
		u->password[KNOWN_LATIN1] =
		    span_of(copy_of(span_of(latin1, n)), n);
	secret_wipe(latin1, password.len + 1);
	free(latin1);
	make_lm_hash(u, password);
}

/* "LAB" and "lab.example.test": the first label is the NetBIOS name. */
static bool
same_domain(struct span a, struct span b)
{
	return span_eq_nocase(a, b) ||
	    span_eq_nocase(span_first(a, span_find(a, '.')), b) ||
	    span_eq_nocase(a, span_first(b, span_find(b, '.')));
}

bool
known_is(const struct known_user *u, const char *user, const char *domain)
{
	struct span want = span_of_str(user);

	if (user == NULL || !wide_same(span_of_str(u->user), want))
		return false;
	return u->domain == NULL || domain == NULL || domain[0] == '\0' ||
	    same_domain(span_of_str(u->domain), span_of_str(domain));
}
