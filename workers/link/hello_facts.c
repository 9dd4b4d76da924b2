#include <stdio.h>
#include <string.h>

#include "foundation/json.h"
#include "foundation/slab.h"
#include "link/hello_facts.h"

/* Behind so many bytes of the member hello its lists are cut. */
#define LISTS_MAX (4 * 1024)
/* The most bytes of ALPN's protocols that are kept. */
#define PROTOCOLS_MAX 512

/* What a ClientHello has for the facts, before it is copied. */
struct hello_parts {
	struct hello_span protocols;
	size_t more_protocols; /* that are not kept */
	struct hello_span list[HELLO_LISTS];
	uint8_t version[2];
	uint8_t extensions[2 * CLIENT_HELLO_EXTENSIONS_MAX];
	uint8_t key_shares[2 * HELLO_FACTS_NUMBERS];
};

static void parts_find(struct hello_parts *, const struct client_hello *);
static void
parts_find_versions(struct hello_parts *, const struct client_hello *);
static void
parts_find_extensions(struct hello_parts *, const struct client_hello *);
static void
parts_find_key_shares(struct hello_parts *, const struct client_hello *);
static size_t parts_cut_protocols(struct hello_span *);
static size_t parts_size(const struct hello_parts *);
static void facts_copy(struct hello_facts *, const struct hello_parts *);
static void facts_note(struct hello_facts *, const struct client_hello *);
static uint8_t *span_copy(struct hello_span *, struct hello_span, uint8_t *);
static void put_number(uint8_t *, uint16_t);
static void more_json(struct json *, size_t);
static void list_json(const struct hello_facts *, enum hello_list, SSL *,
    struct json *, const char *);

struct hello_facts *
hello_facts_new(const struct client_hello *hello)
{
	struct hello_parts parts = { .more_protocols = 0 };
	struct hello_facts *facts;

	parts_find(&parts, hello);
	facts = slab_alloc(sizeof(*facts) + parts_size(&parts));
	if (facts == NULL)
		return NULL;
	memset(facts, 0, sizeof(*facts));
	facts->users = 1;
	facts_copy(facts, &parts);
	facts_note(facts, hello);
	fingerprint_take(&facts->fingerprint, hello);
	return facts;
}

void
hello_facts_free(struct hello_facts *facts)
{
	slab_free(facts);
}

void
hello_facts_json(const struct hello_facts *facts, struct json *json)
{
	struct hello_span rest = facts->protocols, protocol;

	if (rest.size > 0) {
		json_open(json, "alpn_offered", '[');
		while (hello_next_protocol(&rest, &protocol))
			json_bytes(json, NULL, protocol.at, protocol.size);
		more_json(json, facts->more_protocols);
		json_close(json, ']');
	}
	if (facts->fingerprint.ja3[0] != '\0')
		json_word(json, "ja3", facts->fingerprint.ja3);
	if (facts->fingerprint.ja4[0] != '\0')
		json_word(json, "ja4", facts->fingerprint.ja4);
}

void
hello_facts_lists_json(
    const struct hello_facts *facts, SSL *ssl, struct json *json)
{
	const char *before = json->next;
	enum hello_list list;

	json_open(json, "hello", '{');
	for (list = 0; list < HELLO_LISTS; list++)
		list_json(facts, list, ssl, json, before);
	json_close(json, '}');
}

/* A list that was cut ends with how many numbers are missing. */
static void
list_json(const struct hello_facts *facts, enum hello_list list, SSL *ssl,
    struct json *json, const char *before)
{
	static const char *const keys[HELLO_LISTS] = {
		[HELLO_LIST_VERSIONS] = "versions",
		[HELLO_LIST_CIPHER_SUITES] = "cipher_suites",
		[HELLO_LIST_GROUPS] = "groups",
		[HELLO_LIST_SIGNATURE_ALGORITHMS] = "signature_algorithms",
		[HELLO_LIST_EXTENSIONS] = "extensions",
		[HELLO_LIST_KEY_SHARES] = "key_shares",
	};
	struct hello_span numbers = facts->list[list];
	struct hello_made_name made;
	size_t i;

	if (numbers.size == 0)
		return;
	json_open(json, keys[list], '[');
	for (i = 0; i < hello_numbers(numbers); i++) {
		if (json->next - before > LISTS_MAX)
			break;
		json_string(json, NULL,
		    hello_name(list, hello_number(numbers, i), ssl, &made));
	}
	more_json(json, facts->numbers[list] - i);
	json_close(json, ']');
}

/* The last item of a list that was cut. */
static void
more_json(struct json *json, size_t missing)
{
	char text[32];

	if (missing == 0)
		return;
	snprintf(text, sizeof(text), "... %zu more", missing);
	json_string(json, NULL, text);
}

static void
parts_find(struct hello_parts *parts, const struct client_hello *hello)
{
	struct hello_span none = { NULL, 0 }, *list = parts->list;

	if (client_hello_alpn(hello, &parts->protocols))
		parts->more_protocols = parts_cut_protocols(&parts->protocols);
	else
		parts->protocols = none;
	parts_find_versions(parts, hello);
	list[HELLO_LIST_CIPHER_SUITES] = hello->cipher_suites;
	if (!client_hello_list(
		hello, HELLO_SUPPORTED_GROUPS, &list[HELLO_LIST_GROUPS]))
		list[HELLO_LIST_GROUPS] = none;
	if (!client_hello_list(hello, HELLO_SIGNATURE_ALGORITHMS,
		&list[HELLO_LIST_SIGNATURE_ALGORITHMS]))
		list[HELLO_LIST_SIGNATURE_ALGORITHMS] = none;
	parts_find_extensions(parts, hello);
	parts_find_key_shares(parts, hello);
}

static void
parts_find_versions(struct hello_parts *parts, const struct client_hello *hello)
{
	struct hello_span *list = &parts->list[HELLO_LIST_VERSIONS];

	if (client_hello_list(hello, HELLO_SUPPORTED_VERSIONS, list))
		return;
	put_number(parts->version, hello->version);
	*list = (struct hello_span){ parts->version, 2 };
}

static void
parts_find_extensions(
    struct hello_parts *parts, const struct client_hello *hello)
{
	struct hello_span rest = hello->extensions, data;
	size_t size = 0;
	uint16_t type;

	while (hello_next_extension(&rest, &type, &data)) {
		put_number(parts->extensions + size, type);
		size += 2;
	}
	parts->list[HELLO_LIST_EXTENSIONS] =
	    (struct hello_span){ parts->extensions, size };
}

static void
parts_find_key_shares(
    struct hello_parts *parts, const struct client_hello *hello)
{
	struct hello_span rest, key;
	size_t size = 0;
	uint16_t group;

	if (client_hello_key_shares(hello, &rest))
		while (size < sizeof(parts->key_shares) &&
		    hello_next_key_share(&rest, &group, &key)) {
			put_number(parts->key_shares + size, group);
			size += 2;
		}
	parts->list[HELLO_LIST_KEY_SHARES] =
	    (struct hello_span){ parts->key_shares, size };
}

/* Only whole names stay. Returns how many do not. */
static size_t
parts_cut_protocols(struct hello_span *protocols)
{
	struct hello_span rest = *protocols, protocol;
	size_t size = 0, more = 0;

	while (hello_next_protocol(&rest, &protocol))
		if (protocols->size - rest.size <= PROTOCOLS_MAX)
			size = protocols->size - rest.size;
		else
			more++;
	protocols->size = size;
	return more;
}

/* The most bytes that facts_copy writes. */
static size_t
parts_size(const struct hello_parts *parts)
{
	size_t size = parts->protocols.size;
	enum hello_list list;

	for (list = 0; list < HELLO_LISTS; list++)
		size += parts->list[list].size;
	return size;
}

static void
facts_copy(struct hello_facts *facts, const struct hello_parts *parts)
{
	uint8_t *at = facts->data;
	struct hello_span cut;
	enum hello_list list;

	at = span_copy(&facts->protocols, parts->protocols, at);
	facts->more_protocols = (uint16_t)parts->more_protocols;
	for (list = 0; list < HELLO_LISTS; list++) {
		cut = parts->list[list];
		facts->numbers[list] = (uint16_t)hello_numbers(cut);
		if (cut.size > 2 * HELLO_FACTS_NUMBERS)
			cut.size = 2 * HELLO_FACTS_NUMBERS;
		at = span_copy(&facts->list[list], cut, at);
	}
}

static void
facts_note(struct hello_facts *facts, const struct client_hello *hello)
{
	struct hello_span data;
	struct hello_psks psks;

	client_hello_versions(hello, &facts->highest, &facts->lowest);
	facts->names_versions =
	    client_hello_find(hello, HELLO_SUPPORTED_VERSIONS, NULL);
	facts->datagrams = hello->datagrams;
	facts->has_cookie = hello->cookie.size > 0;
	facts->has_srp = client_hello_find(hello, HELLO_SRP, NULL);
	facts->has_psk = client_hello_psks(hello, &psks);
	facts->has_ticket =
	    client_hello_find(hello, HELLO_SESSION_TICKET, &data) &&
	    data.size > 0;
}

/* Returns the place behind the copy. */
static uint8_t *
span_copy(struct hello_span *copy, struct hello_span span, uint8_t *at)
{
	*copy = (struct hello_span){ at, span.size };
	if (span.size > 0)
		memcpy(at, span.at, span.size);
	return at + span.size;
}

static void
put_number(uint8_t *at, uint16_t number)
{
	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
}
