/* SPDX-License-Identifier: BSD-2-Clause */
/* keytab.h where p407 was built without libkrb5. */
#include "verify/keytab.h"

#include "verify/private.h"

struct keytab *
keytab_load(const char *path)
{
	private_refuse(path,
	    "this p407 was built without libkrb5, which reads keytabs",
	    "Debian: apt-get install libkrb5-dev, then configure and build "
	    "again");
	return NULL;
}

void
keytab_free(struct keytab *k)
{
	(void)k;
}

struct unsealer *
unsealer_new(const struct keytab *k)
{
	(void)k;
	return NULL;
}

void
unsealer_free(struct unsealer *o)
{
	(void)o;
}

const struct token_opened *
unsealer_open(struct unsealer *o, struct span ap_req, struct arena *a)
{
	(void)o;
	(void)ap_req;
	(void)a;
	return NULL;
}
