/*
 * Most clients are of a few kinds, and offer what others of their kind offer.
 * So links share the facts of their first ClientHello.
 */
#ifndef HELLO_KIND_H
#define HELLO_KIND_H

struct client_hello;
struct hello_facts;

/*
 * Returns the facts of this ClientHello, which nobody changes any more. Each
 * call needs one of hello_kind_leave(). NULL: memory has run out.
 */
struct hello_facts *hello_kind_facts(const struct client_hello *);
/* NULL is allowed. */
void hello_kind_leave(struct hello_facts *);

#endif
