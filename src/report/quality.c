/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/quality.h"

#include "report/words.h"

struct notes {
	quality_note *add;
	void *context;
	struct text words; /* of the one being written */
};

/* Say what was put together. */
static void
note(struct notes *n)
{
	n->add(n->context, text_get(&n->words));
	text_clear(&n->words);
}

static void
note_incomplete(struct notes *n, const struct report *r)
{
	unsigned count = r->outcomes[OUTCOME_INCOMPLETE];

	if (count == 0)
		return;
	words_count(&n->words, count, "attempt is", "attempts are");
	text_str(&n->words, " incomplete: the capture does not hold enough to "
	    "tell the end, so nothing is claimed.");
	note(n);
}

static void
note_files(struct notes *n, const struct report *r)
{
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct capture_input *in = &r->inputs[i];

		if (!in->damaged)
			continue;
		text_str(&n->words, redact_words(r->redact, in->name));
		if (in->frames == 0) {
			text_str(&n->words, " could not be read: nothing here "
			    "is from it.");
		} else {
			text_str(&n->words, " is damaged: this report is about "
			    "the part that could be read, ");
			words_count(&n->words, in->frames, "frame.",
			    "frames.");
		}
		note(n);
	}
	if (r->dropped > 0) {
		text_str(&n->words, "The capturing side lost ");
		words_count(&n->words, r->dropped, "frame", "frames");
		text_fmt(&n->words, " of %llu",
		    (unsigned long long)(r->quality.frames + r->dropped));
		text_str(&n->words, ": where a message is not here, it may "
		    "still have been sent. A larger buffer (-B) or a filter "
		    "(-f) helps.");
		note(n);
	}
	if (r->cut_frames > 0) {
		words_count(&n->words, r->cut_frames, "frame is",
		    "frames are");
		text_str(&n->words, " shorter than on the wire: tokens in "
		    "them cannot be decoded whole. Capture with -s 0.");
		note(n);
	}
	if (r->stopped) {
		text_str(&n->words, "Reading was stopped before the end: "
		    "attempts that were under way then are incomplete.");
		note(n);
	}
}

/* A share as people write it: "0.04%", "12%", never "0%". */
static void
add_percent(struct text *t, double share)
{
	double percent = share * 100;

	if (percent < 0.01)
		text_str(t, "Less than 0.01%");
	else if (percent < 1)
		text_fmt(t, "0.%02d%%", (int)(percent * 100));
	else
		text_fmt(t, "%d%%", (int)(percent + 0.5));
}

static void
note_traffic(struct notes *n, const struct report *r)
{
	const struct capture_quality *q = &r->quality;

	if (q->missing > 0) {
		add_percent(&n->words, report_missing_ratio(r));
		text_fmt(&n->words, " of the HTTP conversations (%llu bytes) "
		    "was sent and acknowledged, but is not in the capture: "
		    "attempts that need these bytes are called incomplete.",
		    (unsigned long long)q->missing);
		note(n);
	}
	if (q->one_sided > 0) {
		words_count(&n->words, q->one_sided, "HTTP connection has",
		    "HTTP connections have");
		text_str(&n->words, " one direction only in this capture: "
		    "what the other side said is not known. Mirror both "
		    "directions (rx and tx) of the port.");
		note(n);
	}
	if (q->conflicts > 0) {
		words_count(&n->words, q->conflicts, "retransmission",
		    "retransmissions");
		text_str(&n->words, " carried other bytes than the first "
		    "time: the first were taken.");
		note(n);
	}
	if (q->unknown_link > 0) {
		words_count(&n->words, q->unknown_link, "frame is",
		    "frames are");
		text_fmt(&n->words, " of a link type that p407 does not know "
		    "(%u): not looked at.", q->unknown_link_type);
		note(n);
	}
	if (q->damaged_packets > 0) {
		words_count(&n->words, q->damaged_packets, "packet is",
		    "packets are");
		text_str(&n->words, " damaged or cut in the IP or TCP "
		    "header: not looked at.");
		note(n);
	}
}

static void
note_limits(struct notes *n, const struct report *r)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		enum limit id = (enum limit)i;

		if (r->limit_hits[i] == 0)
			continue;
		text_fmt(&n->words, "A bound was reached (%llu %s), ",
		    (unsigned long long)limit_of(id), limit_what(id));
		if (r->limit_hits[i] == 1)
			text_str(&n->words, "once");
		else
			text_fmt(&n->words, "%llu times",
			    (unsigned long long)r->limit_hits[i]);
		text_str(&n->words,
		    id == LIMIT_ATTEMPTS || id == LIMIT_ATTEMPT_BYTES
		        ? ": the oldest were let go, and are missing above."
		        : ": what went beyond it was not looked at, and may be "
		          "missing above.");
		note(n);
	}
}

void
quality_notes(const struct report *r, quality_note *add, void *context)
{
	struct notes n = { .add = add, .context = context };

	text_init(&n.words);
	note_incomplete(&n, r);
	note_files(&n, r);
	note_traffic(&n, r);
	note_limits(&n, r);
	text_fini(&n.words);
}

const char *
quality_name(const struct report *r, const struct capture_input *in)
{
	return strcmp(in->name, "-") == 0 ? "standard input"
	                                  : redact_words(r->redact, in->name);
}

const char *
quality_kdc(const struct report *r)
{
	return r->quality.kdc_visible
	    ? "Traffic with a KDC (port 88) is in it."
	    : "Traffic with a KDC (port 88) is not in it.";
}
