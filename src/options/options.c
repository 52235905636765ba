/* SPDX-License-Identifier: BSD-2-Clause */
#include "options/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "options/config.h"
#include "options/options_parts.h"

/* NULL if there is none. */
static const struct option_row *
row_named(const char *name)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if (strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	return NULL;
}

bool
options_known(struct options *o, const char *name)
{
	return row_named(name) != NULL ||
	    options_bad(o, name, NULL, "no such option: see p407 -h");
}

static bool
is_said(const struct option_row *row, const char *said)
{
	size_t n = strlen(row->name);

	if (said[0] != '-')
		return false;
	if (said[1] != '-')
		return row->letter != 0 && said[1] == row->letter;
	return strncmp(said + 2, row->name, n) == 0 &&
	    (said[2 + n] == '\0' || said[2 + n] == ' ');
}

struct options_place
options_place_of(const struct options *o, const char *said)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if (is_said(&option_rows[i], said))
			return o->places[i];
	return (struct options_place){ 0 };
}

bool
options_repeats(const char *name)
{
	return row_named(name)->repeats;
}

bool
options_set(struct options *o, const char *name, char *value)
{
	const struct option_row *row = row_named(name);
	enum options_action action = o->action;

	if (row->at == offsetof(struct options, config_file))
		return options_bad(o, name, NULL,
		    "only on the command line");
	if (o->given[row - option_rows])
		return true;
	if (row->argument == NULL) {
		if (strcmp(value, "false") == 0)
			return true;
		if (strcmp(value, "true") != 0)
			return options_bad(o, name, value, "true or false");
	}
	if (!options_take(o, row, value))
		return false;
	o->places[row - option_rows] = o->place;
	return o->action == action ||
	    options_bad(o, name, NULL, "only on the command line");
}

bool
options_color(const struct options *o)
{
	return o->color == COLOR_ALWAYS ||
	    (o->color == COLOR_AUTO && isatty(STDOUT_FILENO) &&
	        getenv("NO_COLOR") == NULL);
}

/* What getopt_long() gives for a row, and back. */
#define LONG_ONLY 256

static int
value_of(size_t i)
{
	return option_rows[i].letter != 0 ? option_rows[i].letter
	                                  : LONG_ONLY + (int)i;
}

static size_t
row_of(int value)
{
	size_t i = 0;

	while (value_of(i) != value)
		i++;
	return i;
}

void
options_read(int argc, char **argv, struct options *o)
{
	struct option table[OPTIONS_MOST + 1];
	char letters[2 * OPTIONS_MOST + 2];
	size_t k = 0;
	int value;

	*o = (struct options){ .since = WHEN_NONE, .until = WHEN_NONE };
	letters[k++] = ':'; /* our own messages */
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		table[i] = (struct option){ row->name,
			row->argument != NULL ? required_argument : no_argument,
			NULL, value_of(i) };
		if (row->letter != 0) {
			letters[k++] = row->letter;
			if (row->argument != NULL)
				letters[k++] = ':';
		}
	}
	table[n_option_rows] = (struct option){ 0 };
	letters[k] = '\0';

	while (o->action != ACTION_BAD && (value = getopt_long(argc, argv,
	                                       letters, table, NULL)) != -1) {
		char name[] = { '-', (char)optopt, '\0' };
		const char *said = optopt != 0 && optopt < LONG_ONLY
		    ? name
		    : argv[optind - 1];

		if (value == ':')
			options_bad(o, said, NULL,
			    "needs an argument: see p407 -h");
		else if (value == '?')
			options_bad(o, "unknown option", said, "see p407 -h");
		else if (optarg != NULL && optarg[0] == '\0' && value != 'f')
			options_bad(o, said[0] != '\0' ? said
			                                : argv[optind - 2],
			    NULL, "its argument is empty");
		else if (options_take(o, &option_rows[row_of(value)], optarg))
			o->given[row_of(value)] = true;
	}
	for (; o->action != ACTION_BAD && optind < argc; optind++)
		take_file(o, NULL, argv[optind]);
	if (o->action != ACTION_BAD && o->config_file != NULL)
		o->config = config_load(o, o->config_file);
	else if (o->action == ACTION_CHECK_CONFIG)
		options_bad(o, "--check-config", NULL,
		    "which one? give --config FILE");
	if (o->action == ACTION_RUN || o->action == ACTION_CHECK_CONFIG) {
		options_open_folders(o);
		options_together(o);
	}
}

void
options_fini(struct options *o)
{
	for (size_t i = 0; i < o->n_folders; i++)
		folder_free(&o->folders[i]);
	free(o->folders);
	folder_free(&o->compare_folder);
	free(o->files);
	config_free(o->config);
}
