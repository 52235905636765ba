/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump.c - the KDC exchanges of a capture, a line each, for crosscheck.sh
 *
 * usage: dump FILE...
 * prints: FILE REQUEST-FRAME ANSWER-FRAME ASKED ENDED TRIES CLIENT REALM
 *         SERVICE ETYPES ERROR STATUS STIME TICKET-ETYPE KVNO GRANTED
 */
#include <inttypes.h>
#include <stdio.h>

#include "capture/capture.h"
#include "observe/worker.h"
#include "witness/kdc.h"

static const char *
or_dash(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "-";
}

static void
print(void *context, struct observation *o)
{
	static const char *const asked[] = { "-", "AS", "TGS" };
	static const char *const ended[] = { "unseen", "ticket", "error",
		"silent", "refused" };
	const struct kdc_record *k =
	    o->kind == OBSERVE_WITNESS && o->witness->kind == WITNESS_KDC
	    ? o->witness->saw.kdc
	    : NULL;

	if (k != NULL) {
		printf("%s %" PRIu64 " %" PRIu64 " %s %s %u %s %s %s ",
		    (const char *)context, k->request_frame, k->answer_frame,
		    asked[k->asked], ended[k->ended], k->tries,
		    or_dash(k->client), or_dash(k->realm),
		    or_dash(k->service));
		for (size_t i = 0; i < k->n_etypes; i++)
			printf("%s%d", i > 0 ? "," : "", k->etypes[i]);
		printf("%s %d %08x %" PRId64 " %d %d %s %u\n",
		    k->n_etypes == 0 ? "-" : "", k->error, k->nt_status,
		    k->stime == WHEN_NONE ? 0 : k->stime / WHEN_SECOND,
		    k->ticket_etype, k->kvno, or_dash(k->granted),
		    k->preauth);
	}
	observation_free(o);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *path = argv[i];
		struct capture *in = capture_open(&path, 1, NULL);
		struct worker *w = worker_new(print, argv[i]);
		struct frame f;

		if (in == NULL)
			return 2;
		while (capture_next(in, &f))
			worker_frame(w, &f);
		worker_finish(w);
		worker_free(w);
		capture_close(in);
	}
	return 0;
}
