/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - what p407 knows of failures: the folder rules/, and the user's own
 *
 * A file has a cause and its rules:
 *
 *	cause: clock-skew             # a family of CONTRACT
 *	rules:
 *	  - id: ntlm-clock-skew       # unique; letters, digits and dashes
 *	    title: Short, for a headline
 *	    about: failures           # or: logins, refused-connections,
 *	                              # tls-connections, pac-fetches
 *	    fault: true               # false: a remark, nobody is harmed
 *	    severity: medium          # low, medium, high
 *	    likelihood: low
 *	    specificity: 60           # 1 to 100: the highest that holds wins
 *	    group: client             # or: proxy, agent (what one finding is)
 *	    apart: "{kerberos.service}" # another finding for each of these
 *	    consider: attempt.scheme == "NTLM"
 *	    when: ntlm.skew > 30m
 *	    message: One sentence.  {attempt.full_user} is a fact.
 *	    why: What on the wire shows it.
 *	    ruled_out: Said where it was considered and does not hold.
 *	    ruled_out_if: attempt.challenged     # and where the words are so
 *	    needs: Said where it was considered and cannot be told.
 *	    fixes:                    # easy ones first
 *	      - who: client           # user, client, proxy, directory,
 *	        effort: easy          #   network, capture
 *	        do: What to do.
 *	    escalate_to: Whom.
 *	    escalate_when: When.
 *	    verify: How to see that it is mended.
 *	    references: [MS-NLMP 3.1.5.1.2]
 *	    fires: [captures/ntlm/clock-skew]    # must
 *	    silent: [captures/ntlm/wrong-password] # must not
 *
 * Scales of `specificity`, so that rules of many hands rank together:
 *
 *	90-100  bytes that say so: an error code, a missing field
 *	70-89   what happened on the connection; many users at once
 *	50-69   history: it worked before, elsewhere, with something else
 *	20-49   the step at which it broke, as such
 *	 1-19   nothing better is known
 *
 * about: failures are attempts that were rejected, abandoned or broken; of
 * the rules that hold for one, the most specific names its cause.  logins
 * are all attempts that came to an end, good ones too: what is said of them
 * is a remark beside everything else.  Refused connections are those to a
 * known proxy; TLS connections are those to any port where one may be, so
 * that their rules have to ask for tls.is_proxy_place; PAC fetches are all.
 *
 * A rule holds where `consider` and `when` are both true.  Where `consider`
 * is true and `when` is not, it is part of the differential: ruled out, or
 * cannot tell.  A rule without `consider` is never mentioned unless it holds.
 * `when` may be false for more than one reason; `ruled_out_if` asks for the
 * one that `ruled_out` gives.  Where that is not so, nothing is said.
 */
#ifndef P407_DIAGNOSE_RULES_H
#define P407_DIAGNOSE_RULES_H

#include "attempt/attempt.h"
#include "base/arena.h"
#include "base/text.h"
#include "diagnose/finding.h"

enum rule_about {
	ABOUT_FAILURES,
	ABOUT_LOGINS,
	ABOUT_REFUSED,
	ABOUT_TLS,
	ABOUT_PAC,
	ABOUT_STRAY,
};
enum rule_group { GROUP_CLIENT, GROUP_PROXY, GROUP_AGENT };

struct condition;

/* Strings are NULL where the rule has none. */
struct rule {
	const char *id, *title;
	const char *file; /* where it is from; line: of its id */
	size_t line;
	enum cause cause;
	enum rule_about about;
	bool remark; /* fault: false */
	enum level severity, likelihood;
	unsigned specificity;
	enum rule_group group;
	const char *apart; /* with GROUP_PROXY only */
	const char *consider, *when;
	const char *message, *why, *ruled_out, *ruled_out_if, *needs;
	const struct fix *fixes;
	size_t n_fixes;
	const char *escalate_to, *escalate_when, *verify;
	const char *const *references;
	size_t n_references;
	const char *const *fires, *const *silent;
	size_t n_fires, n_silent;
};

/* A rule and its conditions, parsed. */
struct ready_rule {
	const struct rule *rule;
	const struct condition *consider; /* NULL: always */
	const struct condition *when;
	const struct condition *ruled_out_if; /* NULL: always */
};

struct rules;

/* An empty set. */
struct rules *rules_new(void);
void rules_free(struct rules *r);

/* Add the rules that are built in: the folder rules/ when p407 was built. */
void rules_default(struct rules *r);

/*
 * Add the rules of a file, or of each .yaml and .yml file in a folder, in order
 * of name.  Each fault is a line "FILE:LINE:COLUMN: what is wrong" in
 * *errors; all are found, not only the first.  False if there was any; the
 * rules without faults are there all the same.
 */
bool rules_load_path(struct rules *r, const char *path, struct text *errors);

/* The same for the bytes of one file. */
bool rules_load_text(struct rules *r, const char *file, struct span bytes,
    struct text *errors);

/* Add one rule of a table that outlives r; its conditions must parse. */
void rules_add(struct rules *r, const struct rule *rule);

/* In order of specificity, the highest first; then by id. */
size_t rules_count(const struct rules *r);
const struct ready_rule *rules_at(const struct rules *r, size_t i);

/* NULL if there is none. */
const struct rule *rules_find(const struct rules *r, const char *id);

/* What --list-rules prints. */
void rules_list(const struct rules *r, struct text *t);

/* What --explain prints: all of a rule, for a person. */
void rule_explain(const struct rule *rule, struct text *t);

const char *rule_about_name(enum rule_about about);
const char *rule_group_name(enum rule_group group);

/* The table that rulec writes (rules_default.c). */
extern const struct rule rules_built_in[];
extern const size_t rules_built_in_count;

#endif
