#include <err.h>
#include <string.h>

#include <openssl/ssl.h>

#include "session_table.h"

#define SESSION_TABLE_BUCKETS 4096
#define SESSION_TABLE_PLACES  8
#define SESSION_TABLE_BYTES   512

struct place {
	unsigned char id[SSL_MAX_SSL_SESSION_ID_LENGTH];
	unsigned id_size;
	unsigned char data[SESSION_TABLE_BYTES];
	int size;
};

/* A new session replaces the oldest one. */
static struct bucket {
	struct place places[SESSION_TABLE_PLACES];
	unsigned next;
} session_table[SESSION_TABLE_BUCKETS];

/* IDs are random, so any of their bits are a hash. */
static struct bucket *
session_table_bucket(const unsigned char *id, unsigned size)
{
	unsigned number = size < 2 ? 0 : (unsigned)id[0] << 8 | id[1];

	return &session_table[number % SESSION_TABLE_BUCKETS];
}

static int
session_table_store(SSL *ssl, SSL_SESSION *session)
{
	unsigned size;
	const unsigned char *id = SSL_SESSION_get_id(session, &size);
	struct bucket *bucket = session_table_bucket(id, size);
	struct place *place =
	    &bucket->places[bucket->next++ % SESSION_TABLE_PLACES];
	unsigned char *data = place->data;
	int length = i2d_SSL_SESSION(session, NULL);

	(void)ssl;
	if (length <= 0 || length > SESSION_TABLE_BYTES)
		errx(1, "a session of %d bytes", length);
	place->size = i2d_SSL_SESSION(session, &data);
	memcpy(place->id, id, size);
	place->id_size = size;
	return 0;
}

static SSL_SESSION *
session_table_find(SSL *ssl, const unsigned char *id, int size, int *copy)
{
	const struct bucket *bucket = session_table_bucket(id, (unsigned)size);
	const struct place *place;
	const unsigned char *data;
	int i;

	(void)ssl;
	*copy = 0;
	for (i = 0; i < SESSION_TABLE_PLACES; i++) {
		place = &bucket->places[i];
		data = place->data;
		if (place->id_size == (unsigned)size &&
		    memcmp(place->id, id, (size_t)size) == 0)
			return d2i_SSL_SESSION(NULL, &data, place->size);
	}
	return NULL;
}

void
session_table_serve(SSL_CTX *ctx)
{
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, session_table_store);
	SSL_CTX_sess_set_get_cb(ctx, session_table_find);
}
