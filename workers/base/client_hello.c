#include <string.h>

#include "base/client_hello.h"

#define CLIENT_HELLO	 1 /* the type of the message */
#define TLS_HEADER	 4
#define DTLS_HEADER	 12
#define EXTENSION_HEADER 4
#define RANDOM_SIZE	 32
#define SESSION_ID_MAX	 32
#define SERVER_NAME_MAX	 255
#define HOST_NAME	 0 /* name_type */
#define OCSP		 1 /* status_type */
#define BINDER_MIN	 32
#define MAJOR_TLS	 0x03
#define MAJOR_DTLS	 0xfe

static bool hello_header(struct hello_span *, bool);
static bool hello_body(struct client_hello *, struct hello_span);
static bool hello_extensions(struct client_hello *, struct hello_span);
static bool hello_find_known(struct client_hello *);
static bool hello_knows(const struct client_hello *, unsigned);
static bool has_type(const uint16_t *, size_t, uint16_t);
static bool take(struct hello_span *, size_t, struct hello_span *);
static bool take_number(struct hello_span *, size_t, size_t *);
static bool take_sized(struct hello_span *, size_t, struct hello_span *);
static bool is_sized(struct hello_span, size_t, struct hello_span *);
static bool is_list(struct hello_span, size_t, struct hello_span *);
static bool hello_is_later(const struct client_hello *, uint16_t, uint16_t);

int
client_hello_parse(struct client_hello *hello, const uint8_t *message,
    size_t size, bool datagrams)
{
	struct hello_span rest = { message, size };

	memset(hello, 0, offsetof(struct client_hello, known));
	hello->datagrams = datagrams;
	return hello_header(&rest, datagrams) && hello_body(hello, rest) ? 0
									 : -1;
}

bool
hello_next_extension(
    struct hello_span *rest, uint16_t *type, struct hello_span *data)
{
	const uint8_t *at = rest->at;
	size_t size;

	if (rest->size < EXTENSION_HEADER)
		return false;
	size = (size_t)(at[2] << 8 | at[3]);
	if (rest->size - EXTENSION_HEADER < size)
		return false;
	*type = (uint16_t)(at[0] << 8 | at[1]);
	*data = (struct hello_span){ at + EXTENSION_HEADER, size };
	rest->at += EXTENSION_HEADER + size;
	rest->size -= EXTENSION_HEADER + size;
	return true;
}

bool
client_hello_find(
    const struct client_hello *hello, uint16_t type, struct hello_span *data)
{
	struct hello_span rest = hello->extensions, found;
	uint16_t other;

	if (type < CLIENT_HELLO_KNOWN) {
		if (!hello_knows(hello, type))
			return false;
		if (data != NULL)
			*data = hello->known[type];
		return true;
	}
	while (hello_next_extension(&rest, &other, &found))
		if (other == type) {
			if (data != NULL)
				*data = found;
			return true;
		}
	return false;
}

bool
hello_has_number(struct hello_span list, uint16_t number)
{
	size_t i;

	for (i = 0; i < hello_numbers(list); i++)
		if (hello_number(list, i) == number)
			return true;
	return false;
}

bool
hello_is_grease(uint16_t number)
{
	return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}

bool
client_hello_list(
    const struct client_hello *hello, uint16_t type, struct hello_span *list)
{
	bool is_short = type == HELLO_SUPPORTED_VERSIONS ||
	    type == HELLO_COMPRESS_CERTIFICATE;
	struct hello_span data;

	return client_hello_find(hello, type, &data) &&
	    is_list(data, is_short ? 1 : 2, list);
}

bool
hello_list_of(struct hello_span data, struct hello_span *list)
{
	return is_list(data, 1, list);
}

bool
client_hello_bytes(
    const struct client_hello *hello, uint16_t type, struct hello_span *bytes)
{
	struct hello_span data;

	return client_hello_find(hello, type, &data) &&
	    hello_bytes_of(data, bytes);
}

bool
hello_bytes_of(struct hello_span data, struct hello_span *bytes)
{
	return is_sized(data, 1, bytes) && bytes->size > 0;
}

bool
client_hello_server_name(
    const struct client_hello *hello, struct hello_span *name)
{
	struct hello_span data, list;
	size_t type;

	return client_hello_find(hello, HELLO_SERVER_NAME, &data) &&
	    is_sized(data, 2, &list) && take_number(&list, 1, &type) &&
	    type == HOST_NAME && is_sized(list, 2, name) && name->size > 0 &&
	    name->size <= SERVER_NAME_MAX &&
	    memchr(name->at, 0, name->size) == NULL;
}

bool
client_hello_alpn(const struct client_hello *hello, struct hello_span *rest)
{
	struct hello_span data, list, protocol;

	if (!client_hello_find(hello, HELLO_ALPN, &data) ||
	    !is_sized(data, 2, &list) || list.size == 0)
		return false;
	*rest = list;
	while (hello_next_protocol(&list, &protocol))
		continue;
	return list.size == 0;
}

bool
hello_next_protocol(struct hello_span *rest, struct hello_span *protocol)
{
	struct hello_span at = *rest;

	if (!take_sized(&at, 1, protocol) || protocol->size == 0)
		return false;
	*rest = at;
	return true;
}

bool
client_hello_key_shares(
    const struct client_hello *hello, struct hello_span *rest)
{
	struct hello_span data, list, key;
	uint16_t group;

	if (!client_hello_find(hello, HELLO_KEY_SHARE, &data) ||
	    !is_sized(data, 2, &list))
		return false;
	*rest = list;
	while (hello_next_key_share(&list, &group, &key))
		continue;
	return list.size == 0;
}

bool
hello_next_key_share(
    struct hello_span *rest, uint16_t *group, struct hello_span *key)
{
	struct hello_span at = *rest;
	size_t number;

	if (!take_number(&at, 2, &number) || !take_sized(&at, 2, key) ||
	    key->size == 0)
		return false;
	*group = (uint16_t)number;
	*rest = at;
	return true;
}

bool
client_hello_psks(const struct client_hello *hello, struct hello_psks *rest)
{
	struct hello_span data;

	return client_hello_find(hello, HELLO_PRE_SHARED_KEY, &data) &&
	    data.at + data.size ==
	    hello->extensions.at + hello->extensions.size &&
	    hello_psks_of(data, rest);
}

bool
hello_psks_of(struct hello_span data, struct hello_psks *rest)
{
	struct hello_psks psks;
	struct hello_psk psk;

	if (!take_sized(&data, 2, &psks.identities) ||
	    !is_sized(data, 2, &psks.binders) || psks.identities.size == 0)
		return false;
	*rest = psks;
	while (hello_next_psk(&psks, &psk))
		continue;
	return psks.identities.size == 0 && psks.binders.size == 0;
}

bool
hello_next_psk(struct hello_psks *rest, struct hello_psk *psk)
{
	struct hello_psks at = *rest;
	size_t age;

	if (!take_sized(&at.identities, 2, &psk->identity) ||
	    psk->identity.size == 0 || !take_number(&at.identities, 4, &age) ||
	    !take_sized(&at.binders, 1, &psk->binder) ||
	    psk->binder.size < BINDER_MIN)
		return false;
	psk->age = (uint32_t)age;
	*rest = at;
	return true;
}

/* The list of responders and the extensions of the request are not looked at.
 */
bool
client_hello_asks_ocsp(const struct client_hello *hello)
{
	struct hello_span data, responders, extensions;
	size_t type;

	return client_hello_find(hello, HELLO_STATUS_REQUEST, &data) &&
	    take_number(&data, 1, &type) && type == OCSP &&
	    take_sized(&data, 2, &responders) && is_sized(data, 2, &extensions);
}

void
client_hello_versions(
    const struct client_hello *hello, uint16_t *highest, uint16_t *lowest)
{
	unsigned major = hello->datagrams ? MAJOR_DTLS : MAJOR_TLS;
	struct hello_span list;
	uint16_t version;
	size_t i;

	*highest = *lowest = 0;
	if (!client_hello_list(hello, HELLO_SUPPORTED_VERSIONS, &list)) {
		if (hello->version >> 8 == major)
			*highest = *lowest = hello->version;
		return;
	}
	for (i = 0; i < hello_numbers(list); i++) {
		version = hello_number(list, i);
		if (version >> 8 != (int)major)
			continue;
		if (*highest == 0 || hello_is_later(hello, version, *highest))
			*highest = version;
		if (*lowest == 0 || hello_is_later(hello, *lowest, version))
			*lowest = version;
	}
}

static bool
hello_is_later(const struct client_hello *hello, uint16_t a, uint16_t b)
{
	return hello->datagrams ? a < b : a > b;
}

/* Afterwards rest is the body. */
static bool
hello_header(struct hello_span *rest, bool datagrams)
{
	size_t type, length, sequence, offset, fragment;

	if (!take_number(rest, 1, &type) || !take_number(rest, 3, &length) ||
	    type != CLIENT_HELLO)
		return false;
	if (datagrams &&
	    (!take_number(rest, 2, &sequence) ||
		!take_number(rest, 3, &offset) ||
		!take_number(rest, 3, &fragment) || offset != 0 ||
		fragment != length))
		return false;
	return rest->size == length;
}

static bool
hello_body(struct client_hello *hello, struct hello_span rest)
{
	size_t version;

	if (!take_number(&rest, 2, &version) ||
	    !take(&rest, RANDOM_SIZE, &hello->random) ||
	    !take_sized(&rest, 1, &hello->session_id) ||
	    hello->session_id.size > SESSION_ID_MAX)
		return false;
	if (hello->datagrams && !take_sized(&rest, 1, &hello->cookie))
		return false;
	if (!take_sized(&rest, 2, &hello->cipher_suites) ||
	    hello->cipher_suites.size == 0 ||
	    hello->cipher_suites.size % 2 != 0 ||
	    !take_sized(&rest, 1, &hello->compressions) ||
	    hello->compressions.size == 0)
		return false;
	hello->version = (uint16_t)version;
	return rest.size == 0 || hello_extensions(hello, rest);
}

static bool
hello_extensions(struct client_hello *hello, struct hello_span rest)
{
	hello->has_extensions = true;
	return is_sized(rest, 2, &hello->extensions) && hello_find_known(hello);
}

/* Returns true if the extensions fill their span, and none comes twice. */
static bool
hello_find_known(struct client_hello *hello)
{
	uint16_t others[CLIENT_HELLO_EXTENSIONS_MAX], type;
	struct hello_span rest = hello->extensions, data;
	size_t count = 0, others_count = 0;

	for (; rest.size > 0; count++) {
		if (count == CLIENT_HELLO_EXTENSIONS_MAX ||
		    !hello_next_extension(&rest, &type, &data))
			return false;
		if (type >= CLIENT_HELLO_KNOWN) {
			if (has_type(others, others_count, type))
				return false;
			others[others_count++] = type;
			continue;
		}
		if (hello_knows(hello, type))
			return false;
		hello->has_known |= UINT64_C(1) << type;
		hello->known[type] = data;
	}
	return true;
}

static bool
hello_knows(const struct client_hello *hello, unsigned type)
{
	return (hello->has_known >> type & 1) != 0;
}

static bool
has_type(const uint16_t *types, size_t count, uint16_t type)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (types[i] == type)
			return true;
	return false;
}

/* Take size bytes from rest. Returns false if there are fewer. */
static bool
take(struct hello_span *rest, size_t size, struct hello_span *taken)
{
	if (rest->size < size)
		return false;
	*taken = (struct hello_span){ rest->at, size };
	rest->at += size;
	rest->size -= size;
	return true;
}

/* Take a number of so many bytes. */
static bool
take_number(struct hello_span *rest, size_t width, size_t *number)
{
	struct hello_span taken;
	size_t i;

	if (!take(rest, width, &taken))
		return false;
	*number = 0;
	for (i = 0; i < width; i++)
		*number = *number << 8 | taken.at[i];
	return true;
}

/* Take bytes behind their length, which has width bytes. */
static bool
take_sized(struct hello_span *rest, size_t width, struct hello_span *taken)
{
	size_t size;

	return take_number(rest, width, &size) && take(rest, size, taken);
}

/* The same where nothing may follow. */
static bool
is_sized(struct hello_span rest, size_t width, struct hello_span *taken)
{
	return take_sized(&rest, width, taken) && rest.size == 0;
}

/* The same for numbers of two bytes, of which there is at least one. */
static bool
is_list(struct hello_span rest, size_t width, struct hello_span *list)
{
	return is_sized(rest, width, list) && list->size > 0 &&
	    list->size % 2 == 0;
}
