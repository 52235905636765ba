/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a file of options: taken, or refused with a place in it; all
 * that is pointed to is in what was read.
 */
#include <assert.h>

#include "base/message.h"
#include "options/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "p407", quiet[] = "-q";
	char *argv[] = { name, quiet, NULL };
	struct options o;

	if (size > CONFIG_MOST)
		return 0;
	message_mute(true);
	options_read(2, argv, &o);
	o.action = ACTION_RUN; /* nothing to read is no fault here */
	o.config = config_read(&o, "fuzz.yaml", span_of(data, size));
	assert((o.config == NULL) == (o.action == ACTION_BAD));
	assert(o.place.file == NULL);
	options_fini(&o);
	return 0;
}
