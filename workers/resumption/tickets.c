#include "resumption/tickets.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include "base/ssl_slot.h"
#include "sessions/ticket_keys.h"
#include "tls/base/tls_error.h"

static int tickets_key(SSL *, unsigned char *, unsigned char *,
    EVP_CIPHER_CTX *, EVP_MAC_CTX *, int);
static int tickets_seal(const struct tickets *, unsigned char *,
    unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *);
static int tickets_unseal(const struct tickets *, const unsigned char *,
    const unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *);
static bool tickets_use(const struct tickets *, struct ticket_key *,
    const unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int);

static int tickets_slot = -1; /* of the worker's struct tickets */

int
tickets_open(struct tickets *tickets)
{
	tickets->aes_128 = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
	tickets->aes_256 = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	if (tickets->aes_128 != NULL && tickets->aes_256 != NULL)
		return 0;
	tls_error_say("Cannot seal session tickets");
	return -1;
}

void
tickets_close(struct tickets *tickets)
{
	EVP_CIPHER_free(tickets->aes_128);
	EVP_CIPHER_free(tickets->aes_256);
}

void
tickets_install(SSL_CTX *ctx)
{
	ssl_slot_open(&tickets_slot);
	SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, tickets_key);
}

void
tickets_attach(SSL *ssl, const struct tickets *tickets)
{
	ssl_slot_set(ssl, tickets_slot, (void *)(uintptr_t)tickets);
}

/*
 * Returns -1 after an error, 0 if there is no such key, 2 if the client shall
 * get a new ticket, and else 1.
 */
static int
tickets_key(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
	const struct tickets *tickets = SSL_get_ex_data(ssl, tickets_slot);
	int result;

	if (sealing)
		return tickets_seal(tickets, name, iv, cipher, mac);
	result = tickets_unseal(tickets, name, iv, cipher, mac);
	/*
	 * A ticket of TLS 1.3 should be used once (RFC 8446, appendix C.4). So
	 * libssl, with its own keys, always sends a new one, too.
	 */
	if (result == 1 && SSL_version(ssl) == TLS1_3_VERSION)
		return 2;
	return result;
}

static int
tickets_seal(const struct tickets *tickets, unsigned char *name,
    unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	struct ticket_key key;

	if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(tickets->aes_256)) != 1)
		return -1;
	ticket_keys_current(tickets->keys, &key);
	memcpy(name, key.name, sizeof(key.name));
	return tickets_use(tickets, &key, iv, cipher, mac, 1) ? 1 : -1;
}

static int
tickets_unseal(const struct tickets *tickets, const unsigned char *name,
    const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	struct ticket_key key;
	enum ticket_key_age age;

	age = ticket_keys_find(tickets->keys, name, (int64_t)time(NULL), &key);
	if (age == TICKET_KEY_NONE)
		return 0;
	if (!tickets_use(tickets, &key, iv, cipher, mac, 0))
		return -1;
	return age == TICKET_KEY_OLD ? 2 : 1;
}

/* Wipes the key. */
static bool
tickets_use(const struct tickets *tickets, struct ticket_key *key,
    const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
    int sealing)
{
	static char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(
		    OSSL_MAC_PARAM_KEY, key->hmac, key->hmac_size),
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end(),
	};
	const EVP_CIPHER *aes = key->aes_size == TICKET_SECRET_LONG
	    ? tickets->aes_256
	    : tickets->aes_128;
	bool good;

	good =
	    EVP_CipherInit_ex2(cipher, aes, key->aes, iv, sealing, NULL) == 1 &&
	    EVP_MAC_CTX_set_params(mac, params) == 1;
	OPENSSL_cleanse(key, sizeof(*key));
	return good;
}
