/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/tell.h"

#include "base/message.h"
#include "evidence/evidence.h"
#include "evidence/map.h"
#include "evidence/ticket.h"
#include "report/annex.h"
#include "report/formats.h"

/* Sections that other inputs give rise to. */
#define ANNEXES 6

/* Not a report: packets. */
static bool
is_evidence(const struct output *out)
{
	return strcmp(out->format, "pcapng") == 0;
}

bool
tell_wants_evidence(const struct options *o)
{
	for (size_t i = 0; i < o->n_outputs; i++)
		if (is_evidence(&o->outputs[i]))
			return true;
	return o->ticket != NULL;
}

bool
tell_knows_formats(const struct options *o)
{
	for (size_t i = 0; i < o->n_outputs; i++)
		if (!is_evidence(&o->outputs[i]) &&
		    formats_find(span_of_str(o->outputs[i].format)) == NULL) {
			message_error("-o %s: no such format (see p407 -h)",
			    o->outputs[i].format);
			return false;
		}
	return true;
}

/* Every output that was asked for; false if one could not be written. */
static bool
write_outputs(const struct options *o, const struct report *r,
    uint64_t frames)
{
	struct names *names = names_new(r->redact);
	const struct evidence_job job = {
		.report = r,
		.names = names,
		.files = o->files,
		.n_files = o->n_files,
		.filter = o->filter,
		.frames = frames,
		.limit_bytes = o->evidence_limit > 0 ? o->evidence_limit
		                                     : EVIDENCE_LIMIT,
	};
	static const struct output text = { "text", NULL };
	bool ok = true;

	/* A ticket instead of the report that is given without -o. */
	for (size_t i = 0; i < o->n_outputs || (i == 0 && o->ticket == NULL);
	     i++) {
		const struct output *out =
		    o->n_outputs > 0 ? &o->outputs[i] : &text;

		ok &= is_evidence(out)
		    ? evidence_write(&job, out->path)
		    : formats_write(formats_find(span_of_str(out->format)),
		          r, out->path);
	}
	if (o->ticket != NULL)
		ok &= ticket_write(&job, o->ticket);
	if (o->redact_map != NULL)
		ok &= map_write(o->redact_map, r->redact, names);
	names_free(names);
	return ok;
}

int
tell(const struct options *o, struct report *r, uint64_t frames,
    struct compare *before, struct proxylog *log, struct evidence_ring *ring,
    struct finding *findings)
{
	struct annex *annexes[ANNEXES];

	r->options.color = options_color(o);
	r->options.exchanges = o->verbose > 0;
	r->options.inventory = o->inventory;
	r->options.redact =
	    o->redact_identities ? REDACT_IDENTITIES : REDACT_SECRETS;
	r->annexes = (const struct annex *const *)annexes;
	if (o->verify != NULL)
		annexes[r->n_annexes++] = annex_verified(r);
	if (o->keytab != NULL)
		annexes[r->n_annexes++] = annex_tickets(r);
	if (before != NULL)
		annexes[r->n_annexes++] = compare_annex(before, r);
	if (log != NULL)
		annexes[r->n_annexes++] = proxylog_annex(log, r);
	report_prepare(r);
	for (size_t i = 0; ring != NULL && i < r->n_findings; i++)
		evidence_ring_keep(ring, r, &findings[i]);

	bool ok = write_outputs(o, r, frames);
	bool failed = r->outcomes[OUTCOME_REJECTED] > 0 ||
	    r->outcomes[OUTCOME_ABANDONED] > 0 ||
	    r->outcomes[OUTCOME_BROKEN] > 0;

	report_fini(r);
	for (size_t i = 0; i < r->n_annexes; i++)
		annex_free(annexes[i]);
	ok &= message_errors() == 0 && message_troubles() == 0;
	return !ok                   ? EXIT_TROUBLE
	    : o->exit_code && failed ? EXIT_FOUND
	                             : EXIT_DONE;
}
