/*
 * ClientHellos, behind a byte that says whether they are of DTLS. All that is
 * read of one lies within it, readers come to an end, the fingerprints have
 * their form, and a session that is asked for stands in it.
 */
#include "base/client_hello.h"
#include "base/fingerprint.h"
#include "fuzz.h"
#include "resumption/session_offer.h"

struct bounds {
	const uint8_t *data;
	size_t size;
};

static void
check_span(const struct bounds *all, struct hello_span span)
{
	if (span.size == 0)
		return;
	HOLDS(span.at >= all->data);
	HOLDS(span.size <= all->size);
	HOLDS((size_t)(span.at - all->data) <= all->size - span.size);
}

static void
check_parts(const struct bounds *all, const struct client_hello *hello)
{
	struct hello_span rest = hello->extensions, data, found;
	size_t sum = 0;
	uint16_t type;

	check_span(all, hello->random);
	check_span(all, hello->session_id);
	check_span(all, hello->cookie);
	check_span(all, hello->cipher_suites);
	check_span(all, hello->compressions);
	check_span(all, hello->extensions);
	HOLDS(hello->random.size == 32 && hello->session_id.size <= 32);
	HOLDS(hello_numbers(hello->cipher_suites) > 0);
	while (hello_next_extension(&rest, &type, &data)) {
		check_span(all, data);
		/* No type comes twice. */
		HOLDS(client_hello_find(hello, type, &found));
		HOLDS(found.at == data.at && found.size == data.size);
		sum += 4 + data.size;
	}
	HOLDS(sum == hello->extensions.size && rest.size == 0);
}

static void
check_lists(const struct bounds *all, const struct client_hello *hello)
{
	struct hello_span span;
	unsigned type;

	for (type = 0; type < 64; type++) {
		if (client_hello_list(hello, (uint16_t)type, &span)) {
			check_span(all, span);
			HOLDS(span.size > 0 && span.size % 2 == 0);
			HOLDS(hello_has_number(span, hello_number(span, 0)));
		}
		if (client_hello_bytes(hello, (uint16_t)type, &span)) {
			check_span(all, span);
			HOLDS(span.size > 0);
		}
	}
	(void)client_hello_asks_ocsp(hello);
}

static void
check_readers(const struct bounds *all, const struct client_hello *hello)
{
	struct hello_span span, rest;
	struct hello_psks psks;
	struct hello_psk psk;
	uint16_t group;

	if (client_hello_server_name(hello, &span)) {
		check_span(all, span);
		HOLDS(span.size > 0 && span.size <= 255);
	}
	if (client_hello_alpn(hello, &rest)) {
		while (hello_next_protocol(&rest, &span)) {
			check_span(all, span);
			HOLDS(span.size > 0);
		}
		HOLDS(rest.size == 0);
	}
	if (client_hello_key_shares(hello, &rest)) {
		while (hello_next_key_share(&rest, &group, &span))
			check_span(all, span);
		HOLDS(rest.size == 0);
	}
	if (client_hello_psks(hello, &psks)) {
		while (hello_next_psk(&psks, &psk)) {
			check_span(all, psk.identity);
			check_span(all, psk.binder);
			HOLDS(psk.identity.size > 0 && psk.binder.size >= 32);
		}
		HOLDS(psks.identities.size == 0 && psks.binders.size == 0);
	}
}

static void
check_versions(const struct client_hello *hello)
{
	uint16_t highest, lowest;

	client_hello_versions(hello, &highest, &lowest);
	HOLDS((highest == 0) == (lowest == 0));
	HOLDS(hello->datagrams ? highest <= lowest : highest >= lowest);
}

static void
check_fingerprint(const struct client_hello *hello)
{
	struct fingerprint one, other;

	fingerprint_take(&one, hello);
	fingerprint_take(&other, hello);
	HOLDS(memcmp(&one, &other, sizeof(one)) == 0);
	if (hello_numbers(hello->cipher_suites) > FINGERPRINT_SUITES_MAX) {
		HOLDS(one.ja3[0] == '\0' && one.ja4[0] == '\0');
		return;
	}
	HOLDS(strlen(one.ja3) == 32 && strlen(one.ja4) == 36);
	HOLDS(strspn(one.ja3, "0123456789abcdef") == 32);
	HOLDS(one.ja4[0] == (hello->datagrams ? 'd' : 't'));
	HOLDS(one.ja4[10] == '_' && one.ja4[23] == '_');
}

/* Whatever the server allows. */
static void
check_offer(const struct bounds *all, const struct client_hello *hello)
{
	struct session_offer offer;
	struct session_rules rules;
	struct session_key key;
	unsigned bits;

	session_offer_of_hello(&offer, hello);
	check_span(all, offer.versions);
	check_span(all, offer.ticket);
	check_span(all, offer.modes);
	check_span(all, offer.psks);
	for (bits = 0; bits < 128; bits++) {
		rules = (struct session_rules){ .never = bits & 1,
			.tls13 = bits & 2,
			.tickets12 = bits & 4,
			.stateful13 = bits & 8,
			.single_use13 = bits & 16,
			.no_dhe = bits & 32 };
		if (bits & 64)
			rules.psk = (struct hello_span){ all->data, 32 };
		if (all->size < 32 || !session_offer_key(&offer, &rules, &key))
			continue;
		HOLDS(!rules.never && key.size > 0 && key.size <= 32);
		HOLDS(memmem(all->data, all->size, key.id, key.size) != NULL);
		HOLDS(!key.single_use || (rules.tls13 && key.size == 32));
	}
}

void
fuzz_input(const uint8_t *data, size_t size)
{
	static bool opened;
	struct client_hello hello;
	struct bounds all;
	uint8_t *copy;
	bool datagrams;

	if (!opened)
		fingerprint_open();
	opened = true;
	if (size == 0)
		return;
	datagrams = data[0] & 1;
	copy = fuzz_copy(data + 1, size - 1);
	all = (struct bounds){ copy, size - 1 };
	if (client_hello_parse(&hello, copy, size - 1, datagrams) == 0) {
		HOLDS(hello.datagrams == datagrams);
		check_parts(&all, &hello);
		check_lists(&all, &hello);
		check_readers(&all, &hello);
		check_versions(&hello);
		check_fingerprint(&hello);
		check_offer(&all, &hello);
	}
	free(copy);
}
