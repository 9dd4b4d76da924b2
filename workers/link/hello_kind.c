#include "link/hello_kind.h"

#include <string.h>

#include "link/hello_facts.h"

/* So many kinds of clients are remembered, each by so many bytes at most. */
#define KINDS_MAX 16
#define KIND_SIZE 1024

/* All that the facts depend on, as it stands in the message. */
struct kind {
	size_t size; /* of bytes; 0: nothing is known */
	uint8_t bytes[KIND_SIZE];
	struct hello_facts *facts; /* this is one of their users */
};

static struct kind *kind_find(const struct kind *);
static struct kind *kind_replace(const struct kind *);
static bool kind_gather(struct kind *, const struct client_hello *);
static unsigned kind_flags(const struct client_hello *);
static bool kind_key_shares(struct kind *, const struct client_hello *);
static bool kind_decides(uint16_t);
static bool kind_number(struct kind *, size_t);
static bool kind_span(struct kind *, struct hello_span);

static struct kind kinds[KINDS_MAX];
static unsigned next_kind; /* to be replaced */

struct hello_facts *
hello_kind_facts(const struct client_hello *hello)
{
	struct kind asked, *kind;

	if (!kind_gather(&asked, hello))
		return hello_facts_new(hello);
	if ((kind = kind_find(&asked)) == NULL) {
		if ((asked.facts = hello_facts_new(hello)) == NULL)
			return NULL;
		kind = kind_replace(&asked);
	}
	kind->facts->users++;
	return kind->facts;
}

void
hello_kind_leave(struct hello_facts *facts)
{
	if (facts != NULL && --facts->users == 0)
		hello_facts_free(facts);
}

static struct kind *
kind_find(const struct kind *asked)
{
	size_t i;

	for (i = 0; i < KINDS_MAX; i++)
		if (kinds[i].size == asked->size &&
		    memcmp(kinds[i].bytes, asked->bytes, asked->size) == 0)
			return &kinds[i];
	return NULL;
}

static struct kind *
kind_replace(const struct kind *new)
{
	struct kind *kind = &kinds[next_kind];

	next_kind = (next_kind + 1) % KINDS_MAX;
	hello_kind_leave(kind->facts);
	kind->size = new->size;
	memcpy(kind->bytes, new->bytes, new->size);
	kind->facts = new->facts;
	return kind;
}

/* Returns false if it is too much to be kept. */
static bool
kind_gather(struct kind *kind, const struct client_hello *hello)
{
	struct hello_span rest = hello->extensions, data;
	uint16_t type;

	kind->size = 0;
	if (!kind_number(kind, kind_flags(hello)) ||
	    !kind_number(kind, hello->version) ||
	    !kind_span(kind, hello->cipher_suites) ||
	    !kind_key_shares(kind, hello))
		return false;
	while (hello_next_extension(&rest, &type, &data))
		if (!kind_number(kind, type) ||
		    (kind_decides(type) && !kind_span(kind, data)))
			return false;
	return true;
}

/* Of these things only matters whether they are there. */
static unsigned
kind_flags(const struct client_hello *hello)
{
	unsigned flags = hello->datagrams ? 1 : 0;
	struct hello_span ticket;
	struct hello_psks psks;

	if (hello->cookie.size > 0)
		flags |= 2;
	if (client_hello_find(hello, HELLO_SESSION_TICKET, &ticket) &&
	    ticket.size > 0)
		flags |= 4;
	if (client_hello_psks(hello, &psks))
		flags |= 8;
	return flags;
}

/* The keys are new each time, their groups are not. */
static bool
kind_key_shares(struct kind *kind, const struct client_hello *hello)
{
	size_t before = kind->size, count = 0, end;
	struct hello_span rest, key;
	uint16_t group;

	if (!kind_number(kind, 0))
		return false;
	if (!client_hello_key_shares(hello, &rest))
		return true;
	for (; hello_next_key_share(&rest, &group, &key); count++)
		if (!kind_number(kind, group))
			return false;
	end = kind->size;
	kind->size = before;
	(void)kind_number(kind, count);
	kind->size = end;
	return true;
}

/* Of the other extensions only the number matters. */
static bool
kind_decides(uint16_t type)
{
	return type == HELLO_SUPPORTED_GROUPS ||
	    type == HELLO_EC_POINT_FORMATS ||
	    type == HELLO_SIGNATURE_ALGORITHMS || type == HELLO_ALPN ||
	    type == HELLO_SUPPORTED_VERSIONS;
}

static bool
kind_number(struct kind *kind, size_t number)
{
	if (sizeof(kind->bytes) - kind->size < 2)
		return false;
	kind->bytes[kind->size++] = (uint8_t)(number >> 8);
	kind->bytes[kind->size++] = (uint8_t)number;
	return true;
}

static bool
kind_span(struct kind *kind, struct hello_span span)
{
	if (!kind_number(kind, span.size) ||
	    sizeof(kind->bytes) - kind->size < span.size)
		return false;
	memcpy(kind->bytes + kind->size, span.at, span.size);
	kind->size += span.size;
	return true;
}
