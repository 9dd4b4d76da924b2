#include "resumption/session_maker.h"

#include <stdint.h>
#include <string.h>

#include "base/services.h"
#include "base/ssl_slot.h"
#include "config/config.h"

/* What is in the session: this, the worker in two bytes, the host. */
#define MAKER_MAGIC 0x73 /* other programs may use the same ticket keys */
#define MAKER_HEAD  3
#define MAKER_MAX   (MAKER_HEAD + SESSION_MAKER_HOST - 1)

_Static_assert(MAKER_MAX <= 64, "a session grows by 64 bytes at most");

static int maker_ticket(SSL *, void *);
static void maker_read(struct session_mark *, SSL_SESSION *);

static int maker_slot = -1; /* of a struct session_mark */

void
session_maker_install(SSL_CTX *ctx)
{
	ssl_slot_open(&maker_slot);
	SSL_CTX_set_session_ticket_cb(ctx, maker_ticket, NULL, NULL);
}

void
session_maker_attach(
    struct session_mark *mark, SSL *ssl, const struct services *services)
{
	mark->services = services;
	ssl_slot_set(ssl, maker_slot, mark);
}

void
session_maker_mark(SSL *ssl, SSL_SESSION *session)
{
	const struct session_mark *mark;
	const char *host;
	uint8_t data[MAKER_MAX];
	size_t size;

	if (maker_slot == -1 ||
	    (mark = SSL_get_ex_data(ssl, maker_slot)) == NULL)
		return;
	host = mark->services->config->label_host;
	size = host != NULL ? strnlen(host, SESSION_MAKER_HOST - 1) : 0;
	data[0] = MAKER_MAGIC;
	data[1] = (uint8_t)(mark->services->number >> 8);
	data[2] = (uint8_t)mark->services->number;
	if (size > 0)
		memcpy(data + MAKER_HEAD, host, size);
	SSL_SESSION_set1_ticket_appdata(session, data, MAKER_HEAD + size);
}

const struct session_maker *
session_maker_of(struct session_mark *mark, SSL *ssl)
{
	if (SSL_session_reused(ssl))
		maker_read(mark, SSL_get_session(ssl));
	return mark->resumed.known ? &mark->resumed : NULL;
}

/*
 * A ticket is made, perhaps within a resumption: then the session tells for the
 * last time who made the one that is resumed. Returns 1, or no ticket would be
 * sent.
 */
static int
maker_ticket(SSL *ssl, void *arg)
{
	struct session_mark *mark = SSL_get_ex_data(ssl, maker_slot);
	SSL_SESSION *session = SSL_get_session(ssl);

	(void)arg;
	if (mark == NULL || session == NULL)
		return 1;
	if (SSL_session_reused(ssl))
		maker_read(mark, session);
	session_maker_mark(ssl, session);
	return 1;
}

/* Only the first call reads: what comes later is our own. */
static void
maker_read(struct session_mark *mark, SSL_SESSION *session)
{
	struct session_maker *maker = &mark->resumed;
	const uint8_t *bytes;
	void *data;
	size_t size;

	if (maker->known ||
	    SSL_SESSION_get0_ticket_appdata(session, &data, &size) != 1)
		return;
	bytes = data;
	if (size < MAKER_HEAD || size > MAKER_MAX || bytes[0] != MAKER_MAGIC)
		return;
	maker->known = true;
	maker->worker = (unsigned)bytes[1] << 8 | bytes[2];
	memcpy(maker->host, bytes + MAKER_HEAD, size - MAKER_HEAD);
	maker->host[size - MAKER_HEAD] = '\0';
}
