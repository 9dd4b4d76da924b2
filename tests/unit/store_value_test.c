/*
 * What a session store keeps of a session: nothing but what was written is
 * read, and only with the right key.
 */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "foundation/textbuf.h"
#include "store/store_keys.h"
#include "store/store_value.h"
#include "unit.h"

#define RUN_ID "0123456789abcdef0123456789abcdef01234567"
#define FIRST  "first secret, which has 32 bytes"
#define SECOND "second secret, which has more of them"

static struct store_keys none, first, second, both;
static struct textbuf name = { .data = "p:61", .size = 4 };

static void
write_value(const struct store_value *value, const struct store_keys *keys,
    struct textbuf *out)
{
	textbuf_clear(out);
	CHECK(store_value_write(value, keys, &name, out) == 0);
}

/* Reads a copy of the very size, so that no byte behind it is. */
static const char *
read_value(struct store_value *value, const struct store_keys *keys,
    const struct textbuf *bytes, char *session)
{
	void *copy = calloc(1, bytes->size + 1);
	struct textbuf room;
	const char *wrong;

	textbuf_init(&room);
	memcpy(copy, bytes->data, bytes->size);
	wrong = store_value_read(value, keys, &name, copy, bytes->size, &room);
	if (wrong == NULL && value->size < 64) {
		memcpy(session, value->session, value->size);
		session[value->size] = '\0';
	}
	textbuf_free(&room);
	free(copy);
	return wrong;
}

static void
returns(const struct store_keys *writes, const struct store_keys *reads)
{
	static const int64_t offsets[] = { 0, 1, -1, 60000, -60000,
		INT64_C(10000000000000), -INT64_C(10000000000000) };
	struct store_value value = { .session = (const uint8_t *)"session",
		.size = 7 },
			   got;
	struct textbuf bytes;
	char session[64];
	size_t i;

	textbuf_init(&bytes);
	for (i = 0; i < 2 * sizeof(offsets) / sizeof(offsets[0]); i++) {
		value.time_offset_ms = offsets[i / 2];
		value.single_use = i % 2 == 1;
		memcpy(value.run_id, RUN_ID, sizeof(RUN_ID));
		write_value(&value, writes, &bytes);
		CHECK(read_value(&got, reads, &bytes, session) == NULL);
		CHECK(got.size == 7 && strcmp(session, "session") == 0);
		CHECK(got.time_offset_ms == value.time_offset_ms);
		CHECK(got.single_use == value.single_use);
		CHECK(strcmp(got.run_id, got.single_use ? RUN_ID : "") == 0);
	}
	value.time_offset_ms++;
	value.time_offset_ms *= 2;
	write_value(&value, writes, &bytes);
	CHECK(read_value(&got, reads, &bytes, session) != NULL);
	textbuf_free(&bytes);
}

static void
what_was_written_is_read(void)
{
	returns(&none, &none);
	returns(NULL, NULL);
	returns(&first, &first);
	returns(&first, &both);
	returns(&both, &first); /* the first one seals */
	returns(&second, &both);
}

static void
refused(const struct store_keys *writes, const struct store_keys *reads,
    const char *why)
{
	struct store_value value = { .session = (const uint8_t *)"session",
		.size = 7 },
			   got;
	struct textbuf bytes;
	char session[64];
	const char *wrong;

	textbuf_init(&bytes);
	write_value(&value, writes, &bytes);
	wrong = read_value(&got, reads, &bytes, session);
	CHECK(wrong != NULL && strstr(wrong, why) != NULL);
	textbuf_free(&bytes);
}

static void
other_keys(void)
{
	refused(&first, &second, "a key that is not in the file");
	refused(&both, &second, "a key that is not in the file");
	refused(&first, &none, "it is sealed");
	refused(&none, &first, "it is not sealed");
}

static void
flip(struct textbuf *bytes, size_t bit)
{
	uint8_t *at = (uint8_t *)bytes->data + bit / 8;

	*at = (uint8_t)(*at ^ 1U << bit % 8);
}

/* Each bit, each length, and another place. */
static void
damage(const struct store_keys *keys)
{
	struct store_value value = { .session = (const uint8_t *)"session",
		.size = 7,
		.single_use = true },
			   got;
	struct textbuf bytes, cut;
	char session[64];
	size_t i;

	textbuf_init(&bytes);
	write_value(&value, keys, &bytes);
	for (i = 0; i < 8 * bytes.size; i++) {
		flip(&bytes, i);
		CHECK(read_value(&got, keys, &bytes, session) != NULL);
		flip(&bytes, i);
	}
	for (i = 0; i < bytes.size; i++) {
		cut = bytes;
		cut.size = i;
		CHECK(read_value(&got, keys, &cut, session) != NULL);
	}
	textbuf_append(&bytes, "", 1);
	CHECK(read_value(&got, keys, &bytes, session) != NULL);
	bytes.size--;
	name.size--;
	CHECK(read_value(&got, keys, &bytes, session) != NULL);
	name.size++;
	CHECK(read_value(&got, keys, &bytes, session) == NULL);
	textbuf_free(&bytes);
}

static void
damage_is_found(void)
{
	damage(&none);
	damage(&first);
}

/* What another program of ours does, by the library's own HKDF. */
static void
hkdf(const void *info, size_t size, uint8_t out[32])
{
	char digest[] = "SHA256", secret[] = FIRST;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, secret, strlen(secret)),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, size),
		OSSL_PARAM_construct_end(),
	};

	CHECK(EVP_KDF_derive(ctx, out, 32, params) == 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

static void
the_seal_is_what_the_manual_says(void)
{
	static const char what[] = "s_server session store: name of a key";
	char info[40] = "s_server session store: seal";
	struct store_bytes bound = { "bound", 5 }, text = { "text", 4 };
	uint8_t sealed[4 + STORE_SEAL_SIZE], out[32], plain[4];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size;

	CHECK(store_keys_seal(&first, bound, text, sealed) == 0);
	hkdf(what, strlen(what), out);
	CHECK(memcmp(sealed, out, STORE_KEY_NAME) == 0);
	memcpy(info + 28, sealed + STORE_KEY_NAME, 12);
	hkdf(info, 40, out);
	CHECK(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, out,
		  sealed + STORE_KEY_NAME + 12) == 1);
	CHECK(EVP_DecryptUpdate(ctx, NULL, &size, bound.data, 5) == 1);
	CHECK(EVP_DecryptUpdate(ctx, plain, &size, sealed + 32, 4) == 1);
	CHECK(memcmp(plain, "text", 4) == 0);
	CHECK(EVP_CIPHER_CTX_ctrl(
		  ctx, EVP_CTRL_AEAD_SET_TAG, 16, sealed + 36) == 1);
	CHECK(EVP_DecryptFinal_ex(ctx, plain, &size) == 1);
	EVP_CIPHER_CTX_free(ctx);
}

static void
times(void)
{
	static const struct {
		int64_t put_ms, get_ms, shift_s;
	} cases[] = {
		{ 0, 0, -1 },
		{ 499, 0, -1 },
		{ 500, 0, 0 },
		{ 1499, 0, 0 },
		{ 60000, -60000, 119 },
		{ -60000, 60000, -121 },
		{ 0, 499, -1 },
		{ 0, 500, -1 },
		{ 0, 501, -2 },
	};
	struct store_value value = { .size = 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value.time_offset_ms = cases[i].put_ms;
		CHECK(store_value_time_shift_s(&value, cases[i].get_ms) ==
		    cases[i].shift_s);
	}
}

int
main(void)
{
	CHECK(store_keys_add(&first, FIRST, strlen(FIRST)) == 0);
	CHECK(store_keys_add(&second, SECOND, strlen(SECOND)) == 0);
	CHECK(store_keys_add(&both, FIRST, strlen(FIRST)) == 0);
	CHECK(store_keys_add(&both, SECOND, strlen(SECOND)) == 0);
	UNIT_RUN(what_was_written_is_read);
	UNIT_RUN(other_keys);
	UNIT_RUN(damage_is_found);
	UNIT_RUN(the_seal_is_what_the_manual_says);
	UNIT_RUN(times);
	store_keys_close(&first);
	store_keys_close(&second);
	store_keys_close(&both);
	return unit_end();
}
