#include "store/store_keys.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "tls/base/tls_error.h"

#define STORE_HASH  32 /* bytes of SHA-256, and of a key */
#define STORE_NONCE (STORE_SEAL_RANDOM / 2)
/* What HKDF derives things for, each with the byte that ends a first block. */
#define STORE_FOR_NAME "s_server session store: name of a key\x01"
#define STORE_FOR_SEAL "s_server session store: seal"

static EVP_MAC_CTX *store_keys_hmac(const void *, size_t);
static int store_keys_begin(EVP_CIPHER_CTX *, const struct store_keys *,
    const struct store_key *, const uint8_t *, bool, struct store_bytes);
static int store_keys_derive(
    EVP_MAC_CTX *, struct store_bytes, struct store_bytes, uint8_t[STORE_HASH]);
static const struct store_key *
store_keys_find(const struct store_keys *, const uint8_t *);

int
store_keys_add(struct store_keys *keys, const void *secret, size_t size)
{
	static const uint8_t salt[STORE_HASH];
	struct store_key *key = &keys->key[keys->count];
	struct store_bytes name = { STORE_FOR_NAME,
		sizeof(STORE_FOR_NAME) - 1 },
			   ikm = { secret, size }, nothing = { "", 0 };
	uint8_t hash[STORE_HASH];
	EVP_MAC_CTX *extract;
	int result = -1;

	tls_error_clear();
	if (keys->aes == NULL &&
	    (keys->aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL)) == NULL)
		return -1;
	extract = store_keys_hmac(salt, sizeof(salt));
	if (extract != NULL &&
	    store_keys_derive(extract, ikm, nothing, hash) == 0 &&
	    (key->derive = store_keys_hmac(hash, sizeof(hash))) != NULL &&
	    store_keys_derive(key->derive, name, nothing, hash) == 0) {
		memcpy(key->name, hash, sizeof(key->name));
		keys->count++;
		result = 0;
	}
	if (result == -1) {
		EVP_MAC_CTX_free(key->derive);
		key->derive = NULL;
	}
	EVP_MAC_CTX_free(extract);
	explicit_bzero(hash, sizeof(hash));
	return result;
}

void
store_keys_close(struct store_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		EVP_MAC_CTX_free(keys->key[i].derive);
	EVP_CIPHER_free(keys->aes);
	memset(keys, 0, sizeof(*keys));
}

int
store_keys_seal(const struct store_keys *keys, struct store_bytes bound,
    struct store_bytes text, uint8_t *sealed)
{
	const struct store_key *key = &keys->key[0];
	uint8_t *random = sealed + STORE_KEY_NAME;
	uint8_t *out = random + STORE_SEAL_RANDOM;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size, result = -1;

	tls_error_clear();
	memcpy(sealed, key->name, STORE_KEY_NAME);
	if (ctx != NULL && RAND_bytes(random, STORE_SEAL_RANDOM) == 1 &&
	    store_keys_begin(ctx, keys, key, random, true, bound) == 0 &&
	    EVP_EncryptUpdate(ctx, out, &size, text.data, (int)text.size) ==
		1 &&
	    EVP_EncryptFinal_ex(ctx, out + text.size, &size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, STORE_SEAL_TAG,
		out + text.size) == 1)
		result = 0;
	EVP_CIPHER_CTX_free(ctx);
	return result;
}

enum store_seal
store_keys_open(const struct store_keys *keys, struct store_bytes bound,
    struct store_bytes sealed, uint8_t *text)
{
	const uint8_t *name = sealed.data;
	const uint8_t *random = name + STORE_KEY_NAME;
	const uint8_t *in = random + STORE_SEAL_RANDOM;
	const struct store_key *key;
	EVP_CIPHER_CTX *ctx;
	uint8_t tag[STORE_SEAL_TAG];
	int size, left;
	bool good;

	if (sealed.size < STORE_SEAL_SIZE)
		return STORE_SEAL_BROKEN;
	if ((key = store_keys_find(keys, name)) == NULL)
		return STORE_SEAL_OF_OTHERS;
	tls_error_clear();
	size = (int)(sealed.size - STORE_SEAL_SIZE);
	memcpy(tag, in + size, sizeof(tag));
	ctx = EVP_CIPHER_CTX_new();
	good = ctx != NULL &&
	    store_keys_begin(ctx, keys, key, random, false, bound) == 0 &&
	    EVP_DecryptUpdate(ctx, text, &left, in, size) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) ==
		1 &&
	    EVP_DecryptFinal_ex(ctx, text + size, &left) == 1;
	EVP_CIPHER_CTX_free(ctx);
	tls_error_clear();
	return good ? STORE_SEAL_GOOD : STORE_SEAL_BROKEN;
}

/* The first step of HKDF is one HMAC, and so is each block of the second. */
static EVP_MAC_CTX *
store_keys_hmac(const void *secret, size_t size)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);

	EVP_MAC_free(hmac); /* the context holds it */
	if (ctx != NULL && EVP_MAC_init(ctx, secret, size, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

/* Returns 0 or -1. */
static int
store_keys_begin(EVP_CIPHER_CTX *ctx, const struct store_keys *keys,
    const struct store_key *key, const uint8_t *random, bool encrypts,
    struct store_bytes bound)
{
	struct store_bytes what = { STORE_FOR_SEAL,
		sizeof(STORE_FOR_SEAL) - 1 };
	uint8_t block[STORE_NONCE + 1], secret[STORE_HASH];
	int size, result = -1;

	memcpy(block, random, STORE_NONCE);
	block[STORE_NONCE] = 1;
	if (store_keys_derive(key->derive, what,
		(struct store_bytes){ block, sizeof(block) }, secret) == 0 &&
	    EVP_CipherInit_ex(ctx, keys->aes, NULL, secret,
		random + STORE_NONCE, encrypts) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &size, bound.data, (int)bound.size) ==
		1)
		result = 0;
	explicit_bzero(secret, sizeof(secret));
	return result;
}

/* The context keeps the state after the key, which spares two blocks. */
static int
store_keys_derive(EVP_MAC_CTX *ctx, struct store_bytes first,
    struct store_bytes second, uint8_t hash[STORE_HASH])
{
	size_t size;

	if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(ctx, first.data, first.size) != 1 ||
	    EVP_MAC_update(ctx, second.data, second.size) != 1 ||
	    EVP_MAC_final(ctx, hash, &size, STORE_HASH) != 1)
		return -1;
	return 0;
}

static const struct store_key *
store_keys_find(const struct store_keys *keys, const uint8_t *name)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (memcmp(keys->key[i].name, name, STORE_KEY_NAME) == 0)
			return &keys->key[i];
	return NULL;
}
