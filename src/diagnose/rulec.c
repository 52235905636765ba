/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rulec - compile the folder rules/ into two C tables
 *
 *	rulec RULES OUTPUT.c
 *
 * Runs while p407 is being built.  A rule with a fault stops the build, with
 * its place; and p407 starts without reading a file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/products.h"
#include "diagnose/rules.h"

static void write_string(FILE *out, const char *s);
static void write_rule(FILE *out, const struct rule *r);
static void write_products(FILE *out, const struct rules *rules);

static int
by_cause(const void *left, const void *right)
{
	const struct rule *a = *(const struct rule *const *)left;
	const struct rule *b = *(const struct rule *const *)right;
	int d = strcmp(a->file, b->file);

	if (d != 0)
		return d;
	return a->line < b->line ? -1 : a->line > b->line;
}

static bool
write_table(const char *path, const struct rules *rules)
{
	FILE *out = fopen(path, "w");
	size_t n = rules_count(rules);
	const struct rule **order = memory_new(n + 1, sizeof(*order));

	if (out == NULL) {
		free(order);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = rules_at(rules, i)->rule;
	qsort(order, n, sizeof(*order), by_cause);
	fputs("/* Made by rulec from the folder rules/. */\n"
	      "#include \"diagnose/products.h\"\n"
	      "#include \"diagnose/rules.h\"\n\n"
	      "const struct rule rules_built_in[] = {\n", out);
	for (size_t i = 0; i < n; i++)
		write_rule(out, order[i]);
	fprintf(out, "};\n\nconst size_t rules_built_in_count = %zu;\n", n);
	write_products(out, rules);
	free(order);

	bool ok = !ferror(out);

	return fclose(out) == 0 && ok;
}

/* As a C literal, broken into pieces that any compiler takes. */
static void
write_string(FILE *out, const char *s)
{
	size_t column = 0;

	if (s == NULL) {
		fputs("NULL", out);
		return;
	}
	fputc('"', out);
	for (const unsigned char *c = (const unsigned char *)s; *c != '\0';
	     c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < ' ' || *c >= 0x7f || *c == '?')
			fprintf(out, "\\%03o", *c);
		else
			fputc(*c, out);
		if (++column % 60 == 0 && c[1] != '\0')
			fputs("\"\n\t    \"", out);
	}
	fputc('"', out);
}

static void
write_text(FILE *out, const char *field, const char *s)
{
	fprintf(out, "\t.%s = ", field);
	write_string(out, s);
	fputs(",\n", out);
}

static void
write_list(FILE *out, const char *field, const char *const *items, size_t n)
{
	fprintf(out, "\t.n_%s = %zu,\n", field, n);
	if (n == 0)
		return;
	fprintf(out, "\t.%s = (const char *const[]){\n", field);
	for (size_t i = 0; i < n; i++) {
		fputs("\t    ", out);
		write_string(out, items[i]);
		fputs(",\n", out);
	}
	fputs("\t},\n", out);
}

/* The same bytes wherever the source lies. */
static void
write_file(FILE *out, const char *path)
{
	const char *name = strrchr(path, '/');
	struct text file = { .limit = 300 };

	text_fmt(&file, "rules/%s", name != NULL ? name + 1 : path);
	write_text(out, "file", text_get(&file));
	text_fini(&file);
}

static void
write_rule(FILE *out, const struct rule *r)
{
	fputs("    {\n", out);
	write_text(out, "id", r->id);
	write_text(out, "title", r->title);
	write_file(out, r->file);
	fprintf(out,
	    "\t.line = %zu, .cause = %d, .about = %d, .remark = %d,\n"
	    "\t.severity = %d, .likelihood = %d, .specificity = %u,\n"
	    "\t.group = %d,\n",
	    r->line, (int)r->cause, (int)r->about, r->remark,
	    (int)r->severity, (int)r->likelihood, r->specificity,
	    (int)r->group);
	write_text(out, "consider", r->consider);
	write_text(out, "when", r->when);
	write_text(out, "apart", r->apart);
	write_text(out, "message", r->message);
	write_text(out, "why", r->why);
	write_text(out, "ruled_out", r->ruled_out);
	write_text(out, "ruled_out_if", r->ruled_out_if);
	write_text(out, "needs", r->needs);
	fprintf(out, "\t.n_fixes = %zu,\n\t.fixes = (const struct fix[]){\n",
	    r->n_fixes);
	for (size_t i = 0; i < r->n_fixes; i++) {
		fprintf(out, "\t    { %d, %d, ", (int)r->fixes[i].who,
		    (int)r->fixes[i].effort);
		write_string(out, r->fixes[i].what);
		fputs(" },\n", out);
	}
	fputs("\t},\n", out);
	write_text(out, "escalate_to", r->escalate_to);
	write_text(out, "escalate_when", r->escalate_when);
	write_text(out, "verify", r->verify);
	write_list(out, "references", r->references, r->n_references);
	write_list(out, "fires", r->fires, r->n_fires);
	write_list(out, "silent", r->silent, r->n_silent);
	fputs("    },\n", out);
}

static void
write_product(FILE *out, const struct product *p)
{
	fputs("    {\n", out);
	write_text(out, "id", p->id);
	write_text(out, "name", p->name);
	write_file(out, p->file);
	fprintf(out, "\t.line = %zu, .kind = %d, .known = %d,\n", p->line,
	    (int)p->kind, (int)p->known);
	fprintf(out, "\t.n_signs = %zu,\n\t.signs = (const struct sign[]){\n",
	    p->n_signs);
	for (size_t i = 0; i < p->n_signs; i++) {
		fprintf(out, "\t    { %d, %d, ", (int)p->signs[i].field,
		    (int)p->signs[i].match);
		write_string(out, p->signs[i].value);
		fprintf(out, ", %d },\n", p->signs[i].proof);
	}
	fprintf(out, "\t},\n\t.n_advice = %zu,\n", p->n_advice);
	if (p->n_advice > 0)
		fputs("\t.advice = (const struct advice[]){\n", out);
	for (size_t i = 0; i < p->n_advice; i++) {
		fputs("\t    { ", out);
		write_string(out, p->advice[i].when);
		fputs(", ", out);
		write_string(out, p->advice[i].say);
		fputs(" },\n", out);
	}
	if (p->n_advice > 0)
		fputs("\t},\n", out);
	write_list(out, "references", p->references, p->n_references);
	fputs("    },\n", out);
}

/* In order of files and lines: the first that fits is taken. */
static void
write_products(FILE *out, const struct rules *rules)
{
	size_t n = products_count(rules);

	fputs("\nconst struct product products_built_in[] = {\n", out);
	for (size_t i = 0; i < n; i++)
		write_product(out, products_at(rules, i)->product);
	fprintf(out, "};\n\nconst size_t products_built_in_count = %zu;\n", n);
}

int
main(int argc, char **argv)
{
	struct rules *rules = rules_new();
	struct text errors = { .at = NULL };
	int status = EXIT_SUCCESS;

	if (argc != 3) {
		fputs("usage: rulec RULES OUTPUT.c\n", stderr);
		return 2;
	}
	if (!rules_load_path(rules, argv[1], &errors)) {
		fputs(text_get(&errors), stderr);
		status = EXIT_FAILURE;
	} else if (!write_table(argv[2], rules)) {
		perror(argv[2]);
		status = EXIT_FAILURE;
	}
	text_fini(&errors);
	rules_free(rules);
	return status;
}
