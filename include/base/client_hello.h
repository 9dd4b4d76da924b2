/*
 * A ClientHello (RFC 8446, section 4.1.2; RFC 5246 and RFC 6347 before), read
 * from its bytes. Nothing is allocated or copied: what is read are slices of
 * the message, which must outlive them.
 *
 * The parser is strict. A message with a length that does not fit, with bytes
 * behind its end or with an extension twice is no ClientHello. A reader of an
 * extension refuses contents that are not well-formed as if the extension were
 * not there.
 */
#ifndef CLIENT_HELLO_H
#define CLIENT_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message with more extensions is refused. */
#define CLIENT_HELLO_EXTENSIONS_MAX 256
/* Extensions of lower types are found at once. */
#define CLIENT_HELLO_KNOWN 64

/* Types of extensions. */
enum client_hello_extension {
	HELLO_SERVER_NAME = 0,
	HELLO_STATUS_REQUEST = 5,
	HELLO_SUPPORTED_GROUPS = 10,
	HELLO_EC_POINT_FORMATS = 11,
	HELLO_SRP = 12,
	HELLO_SIGNATURE_ALGORITHMS = 13,
	HELLO_ALPN = 16,
	HELLO_CLIENT_CERTIFICATE_TYPE = 19,
	HELLO_SERVER_CERTIFICATE_TYPE = 20,
	HELLO_EXTENDED_MASTER_SECRET = 23,
	HELLO_COMPRESS_CERTIFICATE = 27,
	HELLO_SESSION_TICKET = 35,
	HELLO_PRE_SHARED_KEY = 41,
	HELLO_EARLY_DATA = 42,
	HELLO_SUPPORTED_VERSIONS = 43,
	HELLO_COOKIE = 44,
	HELLO_PSK_KEY_EXCHANGE_MODES = 45,
	HELLO_SIGNATURE_ALGORITHMS_CERT = 50,
	HELLO_KEY_SHARE = 51,
	HELLO_RENEGOTIATION_INFO = 0xff01,
};

/* A part of the message. */
struct hello_span {
	const uint8_t *at;
	size_t size;
};

struct client_hello {
	bool datagrams; /* DTLS */
	uint16_t version; /* legacy_version */
	struct hello_span random; /* 32 bytes */
	struct hello_span session_id; /* 0 to 32 bytes */
	struct hello_span cookie; /* of DTLS's HelloVerifyRequest */
	struct hello_span cipher_suites; /* numbers: hello_number() */
	struct hello_span compressions; /* a byte each */
	bool has_extensions; /* false: there is not even an empty list */
	struct hello_span extensions; /* all of them, well-formed */
	/*
	 * Those below CLIENT_HELLO_KNOWN, by type. Of those that are not there,
	 * whose bit in has_known is 0, nothing is written: 1 KiB a message.
	 */
	uint64_t has_known;
	struct hello_span known[CLIENT_HELLO_KNOWN];
};

/* One of the identities of pre_shared_key. */
struct hello_psk {
	struct hello_span identity; /* at least one byte */
	uint32_t age; /* obfuscated_ticket_age */
	struct hello_span binder; /* at least 32 bytes */
};

/* The extension pre_shared_key: see client_hello_psks(). */
struct hello_psks {
	struct hello_span identities, binders;
};

/*
 * Parse a handshake message with its header: 4 bytes, or the 12 of a DTLS
 * message in one fragment. Returns 0, or -1 if it is no ClientHello; then the
 * struct must not be used.
 */
int client_hello_parse(
    struct client_hello *, const uint8_t *message, size_t size, bool datagrams);

/*
 * Take the next extension from rest, which is hello->extensions at first.
 * Returns false at the end.
 */
bool hello_next_extension(
    struct hello_span *rest, uint16_t *type, struct hello_span *data);
/* Returns false if there is no such extension. data may be NULL. */
bool client_hello_find(
    const struct client_hello *, uint16_t type, struct hello_span *data);

/* How many numbers of two bytes a list has, and the i-th of them. */
static inline size_t
hello_numbers(struct hello_span list)
{
	return list.size / 2;
}

static inline uint16_t
hello_number(struct hello_span list, size_t i)
{
	return (uint16_t)(list.at[2 * i] << 8 | list.at[2 * i + 1]);
}

bool hello_has_number(struct hello_span list, uint16_t number);
/* A number that means nothing and must be ignored (RFC 8701). */
bool hello_is_grease(uint16_t number);

/*
 * The readers return false if the extension is not there, or not well-formed.
 *
 * A list of numbers, of which there is at least one: HELLO_SUPPORTED_GROUPS,
 * HELLO_SIGNATURE_ALGORITHMS, HELLO_SIGNATURE_ALGORITHMS_CERT,
 * HELLO_SUPPORTED_VERSIONS or HELLO_COMPRESS_CERTIFICATE.
 */
bool client_hello_list(
    const struct client_hello *, uint16_t type, struct hello_span *list);
/*
 * A list of bytes, of which there is at least one: HELLO_EC_POINT_FORMATS,
 * HELLO_PSK_KEY_EXCHANGE_MODES, HELLO_CLIENT_CERTIFICATE_TYPE or
 * HELLO_SERVER_CERTIFICATE_TYPE. HELLO_SRP: the user's name.
 */
bool client_hello_bytes(
    const struct client_hello *, uint16_t type, struct hello_span *bytes);
/* The host name: 1 to 255 bytes without a NUL. */
bool client_hello_server_name(const struct client_hello *, struct hello_span *);
/* The protocols of ALPN, for hello_next_protocol(). There is at least one. */
bool client_hello_alpn(const struct client_hello *, struct hello_span *rest);
bool hello_next_protocol(struct hello_span *rest, struct hello_span *protocol);
/* The key shares, for hello_next_key_share(). There may be none. */
bool
client_hello_key_shares(const struct client_hello *, struct hello_span *rest);
bool hello_next_key_share(
    struct hello_span *rest, uint16_t *group, struct hello_span *key);
/*
 * The identities and their binders, of which there are as many, for
 * hello_next_psk(). pre_shared_key must be the last extension.
 */
bool client_hello_psks(const struct client_hello *, struct hello_psks *rest);
bool hello_next_psk(struct hello_psks *rest, struct hello_psk *);
/*
 * The same readers for callers who have only the data of the extension:
 * hello_list_of is for HELLO_SUPPORTED_VERSIONS and other lists whose length
 * has one byte.
 */
bool hello_list_of(struct hello_span data, struct hello_span *list);
bool hello_bytes_of(struct hello_span data, struct hello_span *bytes);
bool hello_psks_of(struct hello_span data, struct hello_psks *rest);
/* status_request for an OCSP response. */
bool client_hello_asks_ocsp(const struct client_hello *);
/*
 * The highest and the lowest version that the client names in
 * supported_versions, and otherwise twice legacy_version. Values that are no
 * version of this kind, TLS or DTLS, do not count; *highest is 0 if there is
 * none. DTLS counts downwards on the wire: its highest version is the lowest
 * number.
 */
void client_hello_versions(
    const struct client_hello *, uint16_t *highest, uint16_t *lowest);

#endif
