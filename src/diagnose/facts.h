/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.h - what rules can ask, and how it is found out
 *
 * A fact is a named, typed value of a subject: one attempt (or one refused
 * connection) together with the history around it and the capture it is
 * from.  It is set, absent (known not to be there: no type 3 was sent) or
 * unknown (the traffic that would tell is not in the capture).  The table
 * here is the one that --list-facts prints and that conditions and templates
 * are checked against.
 *
 * A new fact is one row and, mostly, one function of a few lines in one of
 * the files facts_….c; facts.c joins their tables.
 */
#ifndef P407_DIAGNOSE_FACTS_H
#define P407_DIAGNOSE_FACTS_H

#include "attempt/attempt.h"
#include "base/text.h"
#include "diagnose/diagnosis.h"
#include "diagnose/kdc_view.h"

struct history;
struct event;

enum fact_type {
	FACT_BOOL,
	FACT_NUMBER,
	FACT_DURATION,
	FACT_STRING,
	FACT_LIST, /* of strings */
};

/* Provenance. */
enum fact_source {
	SOURCE_ATTEMPT, /* the messages of this attempt */
	SOURCE_CAPTURE, /* how good the capture is */
	SOURCE_HISTORY, /* other attempts in the same window */
	SOURCE_WITNESS, /* other traffic: KDC, refused connections */
	SOURCE_PAST,    /* earlier runs, with --state */
	SOURCE_FINDING, /* the group; for messages, not for conditions */
};

enum value_state { VALUE_UNKNOWN = 0, VALUE_ABSENT, VALUE_SET };

struct value {
	enum value_state state;
	bool yes;            /* FACT_BOOL */
	double number;       /* FACT_NUMBER */
	int64_t ns;          /* FACT_DURATION */
	const char *string;  /* FACT_STRING */
	const char *const *items; /* FACT_LIST */
	size_t n_items;
};

struct subject;

struct fact {
	const char *name;
	enum fact_type type;
	enum fact_source source;
	const char *meaning; /* a noun phrase: "who closed the connection" */
	/* What to capture when it is unknown; NULL: it never is. */
	const char *needs;
	/* What a message says where there is no value; NULL: "not seen". */
	const char *blank;
	struct value (*compute)(const struct subject *s, const struct fact *f);
	size_t offset;             /* for compute functions that want one */
	const char *const *values; /* a closed set, ended by NULL; or NULL */
};

/* Counts of a group of attempts, for messages. */
struct group_counts {
	size_t attempts, times, clients, users;
	when_ns first, last;
	const char *const *advice; /* about the make of the proxy */
	size_t n_advice;
};

enum { FACTS_MAX = 512 };

struct subject {
	const struct attempt *attempt;     /* or NULL: a refused connection */
	/* Then this is one, or stands for the witness. */
	const struct observation *refused;
	const struct witness_record *witness; /* NULL, or what is judged */
	const struct history *history;
	const struct event *event;         /* the attempt's in the history */
	const struct capture_facts *capture;
	struct kdc_view kdc;               /* of an attempt */
	const struct group_counts *group;  /* NULL but for messages */
	struct arena *arena;               /* strings and lists of values */
	bool have[FACTS_MAX];
	struct value values[FACTS_MAX];
};

/* Values, for compute functions. */
struct value value_unknown(void);
struct value value_absent(void);
struct value value_bool(bool yes);
struct value value_number(double number);
struct value value_duration(int64_t ns);
struct value value_string(const char *s); /* NULL: absent */
/* What is in t, kept in the arena; t is freed. */
struct value value_text(const struct subject *s, struct text *t);
struct value value_list(const char *const *items, size_t n);

/* DOMAIN\user, user@realm or user; of an attempt that has one. */
void facts_full_user(struct text *t, const struct attempt *a);

/* In the order of --list-facts. */
size_t facts_count(void);
const struct fact *facts_at(size_t index);

/* False if there is no fact of that name. */
bool facts_find(struct span name, size_t *index);

/*
 * Make ready for an attempt (event is its place in the history) or, with
 * attempt NULL, for a refused connection.  Values that were given out
 * before are forgotten; their strings live as long as the arena.
 */
void subject_init(struct subject *s, const struct history *history,
    const struct attempt *attempt, const struct observation *refused,
    const struct capture_facts *capture, struct arena *arena);

/* Of which group messages speak from now on. */
void subject_speak_of(struct subject *s, const struct group_counts *group);

/* The value; computed when first asked for.  Lives as long as s. */
const struct value *subject_value(struct subject *s, size_t index);

/* For a person: "yes", "12 ms", "NTLM, Basic"; blank words if not set. */
void value_words(struct text *t, const struct fact *f, const struct value *v);

const char *fact_type_name(enum fact_type t);
const char *fact_source_name(enum fact_source s);

/* What --list-facts prints. */
void facts_list(struct text *t);

/* The rows, by file; facts.c joins them. */
extern const struct fact facts_of_attempt[];
extern const size_t facts_of_attempt_count;
extern const struct fact facts_of_exchange[];
extern const size_t facts_of_exchange_count;
extern const struct fact facts_of_ntlm[];
extern const size_t facts_of_ntlm_count;
extern const struct fact facts_of_negotiate[];
extern const size_t facts_of_negotiate_count;
extern const struct fact facts_of_keytab[];
extern const size_t facts_of_keytab_count;
extern const struct fact facts_of_kdc[];
extern const size_t facts_of_kdc_count;
extern const struct fact facts_of_token[];
extern const size_t facts_of_token_count;
extern const struct fact facts_of_scheme[];
extern const size_t facts_of_scheme_count;
extern const struct fact facts_of_user[];
extern const size_t facts_of_user_count;
extern const struct fact facts_of_login[];
extern const size_t facts_of_login_count;
extern const struct fact facts_of_client[];
extern const size_t facts_of_client_count;
extern const struct fact facts_of_product[];
extern const size_t facts_of_product_count;
extern const struct fact facts_of_proxy[];
extern const size_t facts_of_proxy_count;
extern const struct fact facts_of_chain[];
extern const size_t facts_of_chain_count;
extern const struct fact facts_of_story[];
extern const size_t facts_of_story_count;
extern const struct fact facts_of_past[];
extern const size_t facts_of_past_count;
extern const struct fact facts_of_peers[];
extern const size_t facts_of_peers_count;
extern const struct fact facts_of_wait[];
extern const size_t facts_of_wait_count;
extern const struct fact facts_of_pac[];
extern const size_t facts_of_pac_count;
extern const struct fact facts_of_stray[];
extern const size_t facts_of_stray_count;
extern const struct fact facts_of_tls[];
extern const size_t facts_of_tls_count;

#endif
