/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.h - intrusive doubly linked list
 *
 * The links are inside the objects, so that nothing is allocated to be on a
 * list and taking something off it costs no search.  A list head is a link
 * that points to itself when empty.
 */
#ifndef P407_BASE_LIST_H
#define P407_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct link {
	struct link *next, *prev;
};

/* The object of `type` whose member `field` is this link. */
#define LIST_OBJECT(link, type, field)                                         \
	((type *)(void *)((char *)(link) - offsetof(type, field)))

/* Walk from the oldest to the newest; the object may be taken off inside. */
#define LIST_EACH(link_, head_)                                                \
	for (struct link *link_ = (head_)->next, *link_##_next = link_->next;  \
	    link_ != (head_); link_ = link_##_next, link_##_next = link_->next)

static inline void
list_init(struct link *head)
{
	head->next = head->prev = head;
}

static inline bool
list_empty(const struct link *head)
{
	return head->next == head;
}

static inline void
list_append(struct link *head, struct link *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

/* All of `from` to `to`, which need not be initialised. */
static inline void
list_move(struct link *from, struct link *to)
{
	list_init(to);
	if (list_empty(from))
		return;
	*to = *from;
	to->next->prev = to->prev->next = to;
	list_init(from);
}

static inline void
list_remove(struct link *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	item->next = item->prev = item;
}

#endif
