/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/rewrite.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/secret.h"
#include "evidence/checksum.h"
#include "evidence/kdc.h"
#include "evidence/neighbour.h"
#include "net/link.h"

/* Bytes of frames that wait for fragments; then the oldest is let go. */
#define WAITING_MOST (64u << 20)

/* A frame that is not out yet. */
struct item {
	struct link link;
	enum { ITEM_READY, ITEM_WAITS, ITEM_DROPPED } state;
	struct frame frame; /* its bytes are below */
	struct layers layers;
	uint8_t *was;      /* as captured, if it is a fragment */
	size_t payload_at; /* where its piece is in it */
	uint8_t bytes[];
};

struct rewrite {
	const struct choice *choice;
	struct talks *talks;
	struct mask *mask;
	rewrite_out *out;
	void *context;
	struct link items;
	size_t n_items, waiting_bytes;
	uint64_t lost;
};

static void rewrite_packet(struct rewrite *r, const struct layers *l,
    const uint8_t *origin, uint8_t *now);
static void rewrite_addresses(struct rewrite *r, const struct layers *l,
    struct span was, uint8_t *now);
static struct item *add_item(struct rewrite *r, const struct frame *f);
static void join(struct rewrite *r, struct item *last);
static void give_ready(struct rewrite *r, bool all);

struct rewrite *
rewrite_new(const struct choice *choice, struct talks *talks,
    struct mask *mask, rewrite_out *out, void *context)
{
	struct rewrite *r = memory_new(1, sizeof(*r));

	r->choice = choice;
	r->talks = talks;
	r->mask = mask;
	r->out = out;
	r->context = context;
	list_init(&r->items);
	return r;
}

static void
free_item(struct rewrite *r, struct item *i)
{
	list_remove(&i->link);
	r->n_items--;
	r->waiting_bytes -= i->frame.bytes.len;
	if (i->was != NULL)
		secret_wipe(i->was, i->frame.bytes.len);
	free(i->was);
	free(i);
}

void
rewrite_free(struct rewrite *r)
{
	if (r == NULL)
		return;
	LIST_EACH (link, &r->items)
		free_item(r, LIST_OBJECT(link, struct item, link));
	free(r);
}

uint64_t
rewrite_lost(const struct rewrite *r)
{
	return r->lost;
}

void
rewrite_frame(struct rewrite *r, const struct frame *given)
{
	struct frame bare = *given;
	const struct frame *f = &bare;
	struct layers l;

	link_bare(&bare);
	layers_of_frame(f, &l);
	if (l.end == LAYERS_OTHER ||
	    (l.end == LAYERS_PACKET && !choice_takes(r->choice, &l.packet)))
		return;

	struct item *item = add_item(r, f);
	struct span was = f->bytes;
	/* The innermost packet ends here. */
	size_t end = (size_t)(l.ip.payload.at + l.ip.payload.len - was.at);

	item->layers = l;
	memset(item->bytes + end, 0, was.len - end);
	rewrite_addresses(r, &l, was, item->bytes);
	if (l.end == LAYERS_PACKET) {
		rewrite_packet(r, &l, was.at, item->bytes);
		checksum_update(&l, was, item->bytes, NULL, NULL);
		item->state = ITEM_READY;
	} else {
		item->was = memory_new(was.len, 1);
		memcpy(item->was, was.at, was.len);
		item->payload_at = (size_t)(l.ip.payload.at - was.at);
		item->state = ITEM_WAITS;
		join(r, item);
	}
	give_ready(r, false);
}

void
rewrite_finish(struct rewrite *r)
{
	give_ready(r, true);
}

/* The payload of a packet that is taken; `now` is the copy of `origin`. */
static void
rewrite_packet(struct rewrite *r, const struct layers *l,
    const uint8_t *origin, uint8_t *now)
{
	const struct packet *p = &l->packet;
	uint8_t *payload = now + (p->payload.at - origin);

	if (p->arp != 0 || p->protocol == PROTOCOL_ICMP6)
		neighbour_hide(mask_names(r->mask), l, origin, now);
	else if (p->protocol == PROTOCOL_TCP)
		talks_rewrite(r->talks, p, payload);
	else if (is_dns_packet(p))
		dns_mask(r->mask, choice_names(r->choice), p->payload,
		    payload);
	else
		kdc_mask(r->mask, p->payload, payload);
}

static void
rewrite_addresses(struct rewrite *r, const struct layers *l, struct span was,
    uint8_t *now)
{
	static const struct {
		size_t first, second; /* SIZE_MAX: there is none */
		size_t len;
	} where[] = {
		[AT_ETHERNET] = { 0, 6, 6 },
		[AT_SLL] = { 6, SIZE_MAX, 6 },
		[AT_SLL2] = { 12, SIZE_MAX, 6 },
		[AT_IPV4] = { 12, 16, 4 },
		[AT_IPV6] = { 8, 24, 16 },
		[AT_GRE] = { SIZE_MAX, SIZE_MAX, 0 },
		[AT_UDP] = { SIZE_MAX, SIZE_MAX, 0 },
		[AT_TCP] = { SIZE_MAX, SIZE_MAX, 0 },
		[AT_ICMP6] = { SIZE_MAX, SIZE_MAX, 0 },
	};
	struct names *names = mask_names(r->mask);

	for (size_t i = 0; i < l->n; i++) {
		const struct layer_place *p = &l->place[i];
		size_t at[2] = { where[p->kind].first,
			where[p->kind].second };
		size_t len = where[p->kind].len;

		for (int k = 0; k < 2; k++) {
			if (p->at == SIZE_MAX || at[k] == SIZE_MAX ||
			    p->at + at[k] + len > was.len)
				continue;
			if (len == 6)
				names_mac(names, now + p->at + at[k]);
			else
				names_address(names, now + p->at + at[k],
				    len);
		}
	}
}

static struct item *
add_item(struct rewrite *r, const struct frame *f)
{
	struct item *i = memory_new(1, sizeof(*i) + f->bytes.len);

	memcpy(i->bytes, f->bytes.at, f->bytes.len);
	i->frame = *f;
	i->frame.bytes = span_of(i->bytes, f->bytes.len);
	list_append(&r->items, &i->link);
	r->n_items++;
	r->waiting_bytes += f->bytes.len;
	return i;
}

/* Out with all that need not wait; what waits too long is left out. */
static void
give_ready(struct rewrite *r, bool all)
{
	while (!list_empty(&r->items)) {
		struct item *i =
		    LIST_OBJECT(r->items.next, struct item, link);

		if (i->state == ITEM_WAITS) {
			if (!all && r->n_items <= limit_of(LIMIT_FRAGMENTS) &&
			    r->waiting_bytes <= WAITING_MOST)
				break;
			r->lost++;
		} else if (i->state == ITEM_READY) {
			r->out(r->context, &i->frame);
		}
		free_item(r, i);
	}
}

static bool
same_datagram(const struct ip *a, const struct ip *b)
{
	return a->id == b->id && a->protocol == b->protocol &&
	    address_eq(&a->src, &b->src) && address_eq(&a->dst, &b->dst);
}

/* Is it a piece of the datagram that is being put together? */
static bool
is_piece(const struct item *i, const struct ip *ip)
{
	return i->state == ITEM_WAITS && same_datagram(&i->layers.ip, ip);
}

/* The length of the datagram, if there is a piece for every byte of it. */
static bool
is_whole(const struct rewrite *r, const struct ip *ip, size_t *total)
{
	size_t have = 0;
	bool moved = true;

	while (moved) {
		moved = false;
		LIST_EACH (link, &r->items) {
			const struct item *i =
			    LIST_OBJECT(link, struct item, link);
			const struct ip *p = &i->layers.ip;
			size_t end = p->offset + (size_t)p->payload_len;

			if (!is_piece(i, ip) || p->offset > have)
				continue;
			if (!p->more && end >= have) {
				*total = end;
				return end <= limit_of(LIMIT_FRAGMENT_BYTES);
			}
			if (end > have) {
				have = end;
				moved = true;
			}
		}
	}
	return false;
}

/*
 * The bytes of the datagram up to the first that was not captured; of those
 * that are there twice the first ones win, as in net/fragment.c.
 */
static size_t
collect(const struct rewrite *r, const struct ip *ip, uint8_t *bytes,
    size_t total)
{
	bool *known = memory_new(total + 1, sizeof(*known));
	size_t n = 0;

	LIST_EACH (link, &r->items) {
		const struct item *i = LIST_OBJECT(link, struct item, link);
		const struct ip *p = &i->layers.ip;

		if (!is_piece(i, ip))
			continue;
		for (size_t k = 0; k < p->payload.len &&
		     p->offset + k < total; k++)
			if (!known[p->offset + k]) {
				known[p->offset + k] = true;
				bytes[p->offset + k] =
				    i->was[i->payload_at + k];
			}
	}
	while (n < total && known[n])
		n++;
	free(known);
	return n;
}

/* The datagram as it is to be, back to the pieces; or they are dropped. */
static void
give_back(struct rewrite *r, const struct ip *ip, const uint8_t *bytes,
    size_t captured)
{
	LIST_EACH (link, &r->items) {
		struct item *i = LIST_OBJECT(link, struct item, link);
		struct ip *p = &i->layers.ip;
		uint8_t *out = i->bytes + i->payload_at;

		if (!is_piece(i, ip))
			continue;
		memset(out, 0, p->payload.len);
		for (size_t k = 0; k < p->payload.len; k++)
			if (p->offset + k < captured)
				out[k] = bytes[p->offset + k];
		/* Tunnels around it may have a checksum over it. */
		checksum_update(&i->layers,
		    span_of(i->was, i->frame.bytes.len), i->bytes, NULL,
		    NULL);
		i->state = ITEM_READY;
	}
}

static void
drop_pieces(struct rewrite *r, const struct ip *ip)
{
	LIST_EACH (link, &r->items) {
		struct item *i = LIST_OBJECT(link, struct item, link);

		if (is_piece(i, ip))
			i->state = ITEM_DROPPED;
	}
}

/* A piece came: if it was the last one, mask its datagram. */
static void
join(struct rewrite *r, struct item *last)
{
	struct ip ip = last->layers.ip;
	struct layers l;
	size_t total;

	if (!is_whole(r, &ip, &total))
		return;

	uint8_t *was = memory_new(total + 1, 1);
	uint8_t *now = memory_new(total + 1, 1);
	size_t captured = collect(r, &ip, was, total);

	memcpy(now, was, total);
	ip.payload = span_of(was, captured);
	ip.payload_len = (uint32_t)total;
	ip.offset = 0;
	ip.more = false;
	layers_of_datagram(&ip, &l);
	l.packet.number = last->frame.number;
	l.packet.time = last->frame.time;
	if (l.end == LAYERS_PACKET && choice_takes(r->choice, &l.packet)) {
		struct checksum_ends ends = { ip.src, ip.dst };
		struct checksum_ends mapped = ends;
		struct names *names = mask_names(r->mask);

		names_address(names, mapped.src.bytes, mapped.src.len);
		names_address(names, mapped.dst.bytes, mapped.dst.len);
		rewrite_addresses(r, &l, ip.payload, now);
		rewrite_packet(r, &l, was, now);
		checksum_update(&l, ip.payload, now, &ends, &mapped);
		give_back(r, &last->layers.ip, now, captured);
	} else {
		if (l.end == LAYERS_FRAGMENT)
			r->lost++;
		drop_pieces(r, &last->layers.ip);
	}
	secret_wipe(was, total);
	free(was);
	free(now);
}
