/*
 * The keys of -session_store_key, which seal sessions for the store. The first
 * one seals, and all of them open.
 *
 * From each secret HKDF-SHA256 (RFC 5869, without a salt) derives a name, which
 * tells who reads a value which key opens it, and for each value a key of its
 * own for AES-256-GCM, of 96 random bits; another 96 are the nonce. So hosts
 * that share a secret may seal more than any one key of AES-GCM could.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define STORE_KEYS_MAX	  16
#define STORE_KEY_NAME	  8 /* bytes */
#define STORE_SECRET_MIN  32 /* bytes */
#define STORE_SECRET_MAX  1024
#define STORE_SEAL_RANDOM 24
#define STORE_SEAL_TAG	  16
/* So much longer is what is sealed. */
#define STORE_SEAL_SIZE (STORE_KEY_NAME + STORE_SEAL_RANDOM + STORE_SEAL_TAG)

struct store_key {
	uint8_t name[STORE_KEY_NAME];
	EVP_MAC_CTX *derive; /* HMAC with the pseudorandom key of HKDF */
};

/* Zeroed: no keys, and nothing is sealed. */
struct store_keys {
	size_t count;
	struct store_key key[STORE_KEYS_MAX];
	EVP_CIPHER *aes; /* NULL without keys */
};

/* What is sealed or opened, and what must be the same then (may be one). */
struct store_bytes {
	const void *data;
	size_t size;
};

/*
 * Add the key of a secret of at least STORE_SECRET_MIN bytes. Returns 0, or -1:
 * the library cannot do it.
 */
int store_keys_add(struct store_keys *, const void *secret, size_t size);
void store_keys_close(struct store_keys *);
/*
 * Write STORE_SEAL_SIZE bytes more than the text has. Returns 0, or -1: the
 * library cannot do it.
 */
int store_keys_seal(const struct store_keys *, struct store_bytes bound,
    struct store_bytes text, uint8_t *sealed);
/* What store_keys_open finds. */
enum store_seal {
	STORE_SEAL_GOOD,
	STORE_SEAL_OF_OTHERS, /* none of these keys */
	STORE_SEAL_BROKEN,
};
/*
 * Write STORE_SEAL_SIZE bytes less than what is sealed has, if it is good; else
 * what is written means nothing.
 */
enum store_seal store_keys_open(const struct store_keys *,
    struct store_bytes bound, struct store_bytes sealed, uint8_t *text);

#endif
