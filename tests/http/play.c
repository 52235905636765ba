/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/names.h"

static const struct name flaw_names[] = {
	{ HTTP_FOLDED, "folded" },
	{ HTTP_BAD_FIELD, "bad-field" },
	{ HTTP_HEAD_CUT, "head-cut" },
	{ HTTP_GAP_IN_BODY, "gap" },
	{ HTTP_BODY_SHORT, "short" },
	{ HTTP_UNFRAMED, "unframed" },
	{ HTTP_BAD_LENGTH, "bad-length" },
	{ HTTP_BODY_OVERRUN, "overrun" },
	{ 0, NULL },
};

static void
describe_message(struct text *t, const struct http_message *m)
{
	if (!m->seen) {
		text_str(t, "-");
		return;
	}
	if (m->status > 0) {
		text_fmt(t, "%u", m->status);
	} else {
		text_add(t, m->method);
		text_char(t, ' ');
		text_add(t, m->target);
	}
	text_fmt(t, " #%d", (int)m->first_frame);
	if (m->first_frame != m->head_frame || m->head_frame != m->last_frame)
		text_fmt(t, "/%d/%d", (int)m->head_frame, (int)m->last_frame);
	switch (m->body) {
	case HTTP_BODY_NONE:
		break;
	case HTTP_BODY_LENGTH:
		text_fmt(t, " length=%llu",
		    (unsigned long long)m->content_length);
		break;
	case HTTP_BODY_CHUNKED:
		text_str(t, " chunked");
		break;
	case HTTP_BODY_UNTIL_CLOSE:
		text_str(t, " until-close");
		break;
	}
	if (span_is_set(m->body_start))
		text_fmt(t, " kept=%zu", m->body_start.len);
	if (!m->keeps_alive)
		text_str(t, " close");
	if (m->interim > 0)
		text_fmt(t, " interim=%u", m->interim);
	for (const struct name *n = flaw_names; n->name != NULL; n++)
		if (m->flaws & n->value)
			text_fmt(t, " %s", n->name);
}

void
describe_exchange(struct text *t, const struct http_exchange *e)
{
	text_fmt(t, "%u ", e->number);
	describe_message(t, &e->request);
	text_str(t, " -> ");
	describe_message(t, &e->response);
	if (e->tunnel)
		text_str(t, " tunnel");
	text_char(t, '\n');
}

static void
on_exchange(void *context, const struct http_exchange *e)
{
	describe_exchange(context, e);
}

const struct http_sink describe_sink = { .on_exchange = on_exchange };

static unsigned
hex(char c)
{
	return c >= 'a' ? (unsigned)(c - 'a') + 10 : (unsigned)(c - '0');
}

/* A line of a block: escapes, and CRLF unless it ends with a backslash. */
static void
add_line(struct text *t, const char *line)
{
	for (; *line != '\0'; line++) {
		if (*line != '\\') {
			text_char(t, *line);
			continue;
		}
		switch (*++line) {
		case '\0':
			return;
		case 'n':
			text_char(t, '\n');
			break;
		case 'r':
			text_char(t, '\r');
			break;
		case 't':
			text_char(t, '\t');
			break;
		case '0':
			text_char(t, '\0');
			break;
		case 'x':
			if (line[1] == '\0' || line[2] == '\0')
				return;
			text_char(t, (char)(hex(line[1]) << 4 | hex(line[2])));
			line += 2;
			break;
		default:
			text_char(t, *line);
		}
	}
	text_str(t, "\r\n");
}

/* ">>> word word": the block that follows. */
static bool
begin_block(struct script *s, const char *line, size_t *ahead, bool *crossing)
{
	char *words = strdup(line), *save = NULL;
	bool ok = s->n_blocks < MAX_BLOCKS;
	struct block *b = &s->block[ok ? s->n_blocks++ : 0];

	*b = (struct block){
		.side = line[0] == '>' ? HTTP_CLIENT : HTTP_SERVER
	};
	*ahead = 0;
	*crossing = false;
	strtok_r(words, " ", &save);
	for (char *w; (w = strtok_r(NULL, " ", &save)) != NULL;) {
		if (strcmp(w, "missing") == 0) {
			b->kind = BLOCK_MISSING;
		} else if (strcmp(w, "unseen") == 0) {
			b->kind = BLOCK_UNSEEN;
		} else if (strcmp(w, "end") == 0) {
			b->kind = BLOCK_END;
		} else if (strcmp(w, "ahead") == 0) {
			char *n = strtok_r(NULL, " ", &save);

			*ahead = n ? strtoul(n, NULL, 0) : 0;
		} else if (strcmp(w, "crossing") == 0) {
			*crossing = true;
		} else if (strcmp(w, "fill") == 0) {
			char *n = strtok_r(NULL, " ", &save);

			text_pad(&b->bytes, 'x', n ? strtoul(n, NULL, 0) : 0);
		} else {
			fprintf(stderr, "unknown word %s\n", w);
			ok = false;
		}
	}
	free(words);
	return ok;
}

/* Numbers as the two ends would give, close to where they wrap. */
static void
number_blocks(struct script *s, const size_t *ahead, const bool *crossing)
{
	uint32_t next[2] = { 0xffffff00, 0xffffffa0 }, acked[2];
	uint64_t frame = 1;

	acked[HTTP_CLIENT] = next[HTTP_SERVER];
	acked[HTTP_SERVER] = next[HTTP_CLIENT];
	for (size_t i = 0; i < s->n_blocks; i++) {
		struct block *b = &s->block[i];

		if (!crossing[i])
			acked[b->side] = next[!b->side];
		b->from.seq = next[b->side];
		b->from.ack = acked[b->side];
		next[b->side] += (uint32_t)b->bytes.len;
	}
	for (size_t i = 1; i < s->n_blocks; i++) {
		for (size_t k = i; k > 0 && k + ahead[i] > i; k--) {
			struct block late = s->block[k - 1];

			s->block[k - 1] = s->block[k];
			s->block[k] = late;
		}
	}
	for (size_t i = 0; i < s->n_blocks; i++) {
		struct block *b = &s->block[i];

		b->from.frame = frame;
		b->from.time = (when_ns)frame * WHEN_SECOND;
		if (b->kind == BLOCK_BYTES || b->kind == BLOCK_END)
			frame++;
	}
}

bool
script_read(struct script *s, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	size_t ahead[MAX_BLOCKS] = { 0 };
	bool crossing[MAX_BLOCKS] = { 0 };
	bool wants = false, ok = true;

	memset(s, 0, sizeof(*s));
	if (f == NULL) {
		perror(path);
		return false;
	}
	while (ok && (len = getline(&line, &room, f)) >= 0) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';

		size_t n = s->n_blocks;

		if (n >= MAX_BLOCKS) {
			ok = false;
			break;
		}
		if (wants) {
			text_fmt(&s->want, "%s\n", line);
		} else if (strcmp(line, "===") == 0) {
			wants = true;
		} else if (strncmp(line, ">>>", 3) == 0 ||
		    strncmp(line, "<<<", 3) == 0) {
			ok = begin_block(s, line, &ahead[n], &crossing[n]);
		} else if (n > 0) {
			add_line(&s->block[n - 1].bytes, line);
		} else {
			s->client_first |=
			    strcmp(line, "# also: client first") == 0;
			s->server_first |=
			    strcmp(line, "# also: server first") == 0;
		}
	}
	free(line);
	fclose(f);
	if (!ok || !wants || s->n_blocks == 0) {
		fprintf(stderr, "%s: not a conversation\n", path);
		return false;
	}
	number_blocks(s, ahead, crossing);
	return true;
}

void
script_fini(struct script *s)
{
	for (size_t i = 0; i < s->n_blocks; i++)
		text_fini(&s->block[i].bytes);
	text_fini(&s->want);
}

/* As src/tcp does it: first what nobody looks at, then the rest. */
static void
play_piece(struct http_conversation *c, enum http_side side,
    struct span bytes, const struct http_from *from, bool idle)
{
	struct http_from at = *from;
	uint64_t n = idle ? http_conversation_idle(c, side) : 0;
	size_t k = n < bytes.len ? (size_t)n : bytes.len;
	size_t rest = bytes.len - k;

	if (k > 0)
		http_conversation_skip(c, side, k, &at);
	at.seq += (uint32_t)k;
	if (rest > 0) {
		/* Of its own, so that a sanitizer sees its end. */
		uint8_t *copy = malloc(rest);

		memcpy(copy, bytes.at + k, rest);
		http_conversation_data(c, side, span_of(copy, rest), &at);
		free(copy);
	}
}

static void
play_block(struct http_conversation *c, const struct script *s, size_t i,
    const struct way *way)
{
	const struct block *b = &s->block[i];
	struct span left = text_span(&b->bytes);
	struct http_from at = b->from;
	size_t cut = way->bytewise ? 1 : way->block == i ? way->at : 0;

	switch (b->kind) {
	case BLOCK_UNSEEN:
		return;
	case BLOCK_END:
		http_conversation_end(c, b->side, &at);
		return;
	case BLOCK_MISSING:
		http_conversation_gap(c, b->side, left.len, &at);
		return;
	case BLOCK_BYTES:
		break;
	}
	while (left.len > 0) {
		size_t n = cut > 0 && cut < left.len ? cut : left.len;

		play_piece(c, b->side, span_first(left, n), &at, way->idle);
		at.seq += (uint32_t)n;
		left = span_from(left, n);
		if (!way->bytewise)
			cut = 0;
	}
}

void
script_play(const struct script *s, const struct way *way, struct text *said)
{
	struct http_conversation *c =
	    http_conversation_new(&describe_sink, said);
	int passes = way->order == ORDER_CAPTURE ? 1 : 2;

	for (int pass = 0; pass < passes; pass++) {
		bool client = (way->order == ORDER_CLIENT) == (pass == 0);
		enum http_side side = client ? HTTP_CLIENT : HTTP_SERVER;

		for (size_t i = 0; i < s->n_blocks; i++)
			if (passes == 1 || s->block[i].side == side)
				play_block(c, s, i, way);
	}
	http_conversation_free(c);
}
