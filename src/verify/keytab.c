/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/keytab.h"

#include <krb5.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/decode.h"
#include "auth/kerberos_parts.h"
#include "base/memory.h"
#include "verify/private.h"

/* RFC 4120 7.5.1 */
enum { USAGE_TICKET = 2, USAGE_AUTHENTICATOR = 11 };

struct entry {
	char *name; /* "HTTP/proxy.lab.test@LAB.TEST" */
	uint32_t kvno;
	krb5_keyblock key;
};

struct keytab {
	struct entry *entries;
	size_t n;
};

struct unsealer {
	const struct keytab *keytab;
	krb5_context context;
};

/* What was decrypted. */
struct plain {
	uint8_t *bytes;
	size_t room;
	struct span text; /* unset: the key does not open it */
};

static const char *read_entries(krb5_context c, int fd, struct keytab *k);
static bool add_entry(krb5_context c, struct keytab *k,
    const krb5_keytab_entry *e);
static enum token_opening find_key(struct unsealer *o,
    const struct kerberos_ap_req *req, const char *name, struct plain *ticket,
    const struct entry **with);
static void read_ticket(struct unsealer *o, const struct kerberos_ap_req *req,
    struct span plain, struct arena *a, struct token_opened *out);

/*
 * With no configuration and nothing of the environment: neither has a part in
 * decrypting, and files may be out of reach by now.
 */
static bool
begin(krb5_context *c)
{
	profile_t none;

	if (profile_init(NULL, &none) != 0)
		return false;

	bool ok = krb5_init_context_profile(none, KRB5_INIT_CONTEXT_SECURE,
	    c) == 0;

	profile_release(none);
	return ok;
}

struct keytab *
keytab_load(const char *path)
{
	struct keytab *k = NULL;
	krb5_context c;
	size_t size;
	int fd = private_open(path, "a keytab", "KERBEROS TICKETS",
	    KEYTAB_FILE_MOST, &size);

	if (fd < 0)
		return NULL;
	if (!begin(&c)) {
		private_refuse(path, "libkrb5 does not start",
		    "is there memory left?");
	} else {
		k = memory_new(1, sizeof(*k));

		const char *wrong = read_entries(c, fd, k);

		if (wrong == NULL && k->n == 0)
			wrong = "holds no key";
		if (wrong != NULL) {
			private_refuse(path, wrong,
			    "look at it with klist -ket; export it anew");
			keytab_free(k);
			k = NULL;
		}
		krb5_free_context(c);
	}
	close(fd);
	return k;
}

void
keytab_free(struct keytab *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n; i++) {
		secret_wipe(k->entries[i].key.contents,
		    k->entries[i].key.length);
		free(k->entries[i].key.contents);
		free(k->entries[i].name);
	}
	free(k->entries);
	free(k);
}

/* What is wrong with it; NULL if nothing is. */
static const char *
read_entries(krb5_context c, int fd, struct keytab *k)
{
	char name[48];
	krb5_keytab file;
	krb5_kt_cursor cursor;
	krb5_keytab_entry e;
	krb5_error_code code;
	bool fits = true;

	/* The very file that was looked at, whatever its path names now. */
	snprintf(name, sizeof(name), "FILE:/proc/self/fd/%d", fd);
	if (krb5_kt_resolve(c, name, &file) != 0)
		return "cannot be opened by libkrb5";
	code = krb5_kt_start_seq_get(c, file, &cursor);
	if (code != 0) {
		krb5_kt_close(c, file);
		return "is no keytab";
	}
	while (fits &&
	    (code = krb5_kt_next_entry(c, file, &e, &cursor)) == 0) {
		fits = add_entry(c, k, &e);
		krb5_free_keytab_entry_contents(c, &e);
	}
	krb5_kt_end_seq_get(c, file, &cursor);
	krb5_kt_close(c, file);
	return !fits                   ? "has too many keys"
	    : code != KRB5_KT_END ? "is a damaged keytab"
	                               : NULL;
}

static bool
add_entry(krb5_context c, struct keytab *k, const krb5_keytab_entry *e)
{
	char *name = NULL;

	if (k->n == KEYTAB_MOST)
		return false;
	if (krb5_unparse_name_flags(c, e->principal,
	        KRB5_PRINCIPAL_UNPARSE_DISPLAY, &name) != 0)
		return true;
	k->entries =
	    memory_grow(k->entries, k->n + 1, sizeof(*k->entries));

	struct entry *x = &k->entries[k->n++];

	*x = (struct entry){ memory_strdup(name), e->vno, e->key };
	x->key.contents = memory_new(e->key.length + 1, 1);
	memcpy(x->key.contents, e->key.contents, e->key.length);
	krb5_free_unparsed_name(c, name);
	return true;
}

struct unsealer *
unsealer_new(const struct keytab *k)
{
	struct unsealer *o = memory_new(1, sizeof(*o));

	o->keytab = k;
	if (!begin(&o->context))
		o->context = NULL;
	return o;
}

void
unsealer_free(struct unsealer *o)
{
	if (o == NULL)
		return;
	if (o->context != NULL)
		krb5_free_context(o->context);
	free(o);
}

static struct plain
decrypt(struct unsealer *o, const krb5_keyblock *key, int usage,
    struct span cipher)
{
	struct plain p = { .room = cipher.len };
	krb5_enc_data in = { .enctype = key->enctype };
	krb5_data out = { .length = (unsigned)cipher.len };
	size_t bytes, length;

	/* libkrb5 takes what it is given for a key of that type. */
	if (cipher.len == 0 ||
	    krb5_c_keylengths(o->context, key->enctype, &bytes, &length) != 0 ||
	    key->length != length)
		return p;
	p.bytes = memory_new(p.room, 1);
	out.data = (char *)p.bytes;
	in.ciphertext.data = (char *)(uintptr_t)cipher.at;
	in.ciphertext.length = (unsigned)cipher.len;
	if (krb5_c_decrypt(o->context, key, usage, NULL, &in, &out) == 0)
		p.text = span_of(p.bytes, out.length);
	return p;
}

static void
plain_wipe(struct plain *p)
{
	if (p->bytes != NULL)
		secret_wipe(p->bytes, p->room);
	free(p->bytes);
	*p = (struct plain){ 0 };
}

/* Keytabs may keep but the low eight bits of a version. */
static bool
same_kvno(uint32_t have, int32_t want)
{
	return want < 0 || have == (uint32_t)want ||
	    (have < 256 && have == ((uint32_t)want & 0xff));
}

static const char *
list_kvnos(const struct keytab *k, const char *name, struct arena *a)
{
	struct text list = { .limit = 128 };
	const char *copy;

	for (size_t i = 0; i < k->n; i++) {
		bool said = false;

		for (size_t j = 0; j < i; j++)
			said |= k->entries[j].kvno == k->entries[i].kvno &&
			    strcmp(k->entries[j].name, name) == 0;
		if (!said && strcmp(k->entries[i].name, name) == 0)
			text_fmt(&list, "%s%u", list.len > 0 ? ", " : "",
			    (unsigned)k->entries[i].kvno);
	}
	copy = list.len > 0 ? arena_str(a, text_span(&list)) : NULL;
	text_fini(&list);
	return copy;
}

const struct token_opened *
unsealer_open(struct unsealer *o, struct span ap_req, struct arena *a)
{
	struct token_opened *out = arena_new(a, sizeof(*out));
	struct kerberos_ap_req req;
	struct fault fault;
	struct plain ticket = { 0 };
	const struct entry *with = NULL;

	*out = (struct token_opened){ .how = OPENING_UNKNOWN,
		.entry_kvno = -1, .start = WHEN_NONE, .end = WHEN_NONE,
		.renew = WHEN_NONE, .ctime = WHEN_NONE };
	if (!kerberos_ap_req_decode(ap_req, &req, &fault) ||
	    o->context == NULL)
		return out;

	struct text name = { .limit = 2048 };

	text_fmt(&name, "%s@", kerberos_name_text(a, &req.service));
	text_add(&name, req.realm);
	out->kvnos = list_kvnos(o->keytab, text_get(&name), a);
	out->how = find_key(o, &req, text_get(&name), &ticket, &with);
	text_fini(&name);
	if (with != NULL) {
		out->entry = decode_text(a, span_of_str(with->name));
		out->entry_kvno = (int)with->kvno;
		read_ticket(o, &req, ticket.text, a, out);
	}
	plain_wipe(&ticket);
	return out;
}

/*
 * The key that should fit is tried, and so are all others of its type: one
 * that opens the ticket under another name is the account's all the same.
 */
static enum token_opening
find_key(struct unsealer *o, const struct kerberos_ap_req *req,
    const char *name, struct plain *ticket, const struct entry **with)
{
	bool service = false, version = false, type = false;

	for (int wanted = 1; wanted >= 0; wanted--)
		for (size_t i = 0; i < o->keytab->n; i++) {
			const struct entry *e = &o->keytab->entries[i];
			bool named = strcmp(e->name, name) == 0;
			bool fits = named && same_kvno(e->kvno, req->kvno);
			bool typed = e->key.enctype == req->ticket_etype;

			service |= named;
			version |= fits;
			type |= fits && typed;
			if (!typed || fits != (bool)wanted)
				continue;
			*ticket = decrypt(o, &e->key, USAGE_TICKET,
			    req->ticket_cipher);
			if (span_is_set(ticket->text)) {
				*with = e;
				return fits ? OPENING_YES : OPENING_OTHER;
			}
			plain_wipe(ticket);
		}
	return !service ? OPENING_NO_SERVICE
	    : !version  ? OPENING_NO_VERSION
	    : !type     ? OPENING_NO_TYPE
	                : OPENING_WRONG_KEY;
}

static bool
same_name(const struct kerberos_name *a, const struct kerberos_name *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = span_eq(a->parts[i], b->parts[i]);
	return same;
}

static void
read_ticket(struct unsealer *o, const struct kerberos_ap_req *req,
    struct span plain, struct arena *a, struct token_opened *out)
{
	struct kerberos_ticket_part part;
	struct kerberos_authenticator auth;
	struct fault fault;

	kerberos_ticket_part_decode(plain, &part, &fault);
	out->client = kerberos_name_text(a, &part.client);
	out->client_realm = decode_text(a, part.realm);
	out->start = part.start;
	out->end = part.end;
	out->renew = part.renew;
	if (part.key.len == 0)
		return;

	/* Borrowed: decrypting only reads it. */
	const krb5_keyblock session = { .enctype = part.key_etype,
		.length = (unsigned)part.key.len,
		.contents = (krb5_octet *)(uintptr_t)part.key.at };
	struct plain p = decrypt(o, &session, USAGE_AUTHENTICATOR,
	    req->authenticator_cipher);

	if (span_is_set(p.text) &&
	    kerberos_authenticator_decode(p.text, &auth, &fault)) {
		out->ctime = auth.ctime;
		out->other_client = !same_name(&part.client, &auth.client) ||
		    !span_eq(part.realm, auth.realm);
	}
	plain_wipe(&p);
}
