#include <string.h>
#include <unistd.h>

#include "base/services.h"
#include "config/config.h"
#include "foundation/log.h"
#include "link/dtls.h"
#include "link/link.h"
#include "link/witness.h"
#include "net/datagram_socket.h"
#include "net/stream_socket.h"
#include "resumption/tickets.h"
#include "tls/base/versions.h"
#include "tls/tls_context.h"

static bool link_reads_ahead(const struct link *);
static BIO *link_bio(struct link *);
static void
link_attach(struct link *, const struct sockaddr_storage *, struct loop_task *);
static const void *link_header(void *, const void *, uint8_t *);

int
link_open(struct link *link, const struct services *services, int fd,
    const struct sockaddr_storage *peer, struct loop_task *wake)
{
	const struct config *config = services->config;
	BIO *bio;

	link->services = services;
	transport_init(&link->transport, fd,
	    config->dtls ? &datagram_socket_kind : &stream_socket_kind,
	    config->debug ? tracing_io : NULL);
	if ((link->ssl = tls_context_new_ssl(services->tls)) == NULL)
		return -1;
	if ((bio = link_bio(link)) == NULL) {
		SSL_free(link->ssl);
		link->ssl = NULL;
		log_warnx("out of memory");
		return -1;
	}
	SSL_set_bio(link->ssl, bio, bio);
	link_attach(link, peer, wake);
	link->transport.reads_ahead = link_reads_ahead(link);
	if (link->dtls != NULL)
		dtls_prepare(link);
	witness_attach(link);
	tracing_attach(&link->shake.tracing, &link->shake.events, link->ssl,
	    config, link->dtls != NULL ? link_header : NULL,
	    &link->transport.numbers);
	return 0;
}

void
link_close(struct link *link)
{
	if (link->ssl != NULL) {
		stapling_free(&link->shake.stapling);
		resumption_free(&link->shake.resumption);
		async_free(&link->shake.async);
	}
	SSL_free(link->ssl);
	witness_free(link);
	if (link->transport.fd != -1)
		close(link->transport.fd);
	transport_free(&link->transport);
	textbuf_free(&link->out);
}

/*
 * From OpenSSL 3.2 on SSL_CTX_set_read_ahead(3) is for application data only,
 * and a handshake is read in pieces, of 5 bytes and the rest of a record. Who
 * does not read data ahead must not read the handshake ahead either.
 */
static bool
link_reads_ahead(const struct link *link)
{
	return !link->transport.kind->datagrams &&
	    SSL_get_read_ahead(link->ssl) && versions_reach(3, 2);
}

/* Returns NULL if memory has run out. */
static BIO *
link_bio(struct link *link)
{
	const struct config *config = link->services->config;
	BIO *bio = transport_bio(&link->transport), *test;

	/* The faults would cut datagrams, and no handshake would end. */
	if (bio != NULL && config->nbio_test && !config->dtls &&
	    (test = BIO_new(BIO_f_nbio_test())) != NULL)
		bio = BIO_push(test, bio);
	return bio;
}

/* Give the SSL the parts of the modules that libssl calls back. */
static void
link_attach(struct link *link, const struct sockaddr_storage *peer,
    struct loop_task *wake)
{
	const struct services *services = link->services;
	struct shake *shake = &link->shake;

	/* SSL_stateless forgets data that it has read ahead, and any job. */
	if (services->config->stateless) {
		SSL_set_read_ahead(link->ssl, 0);
		SSL_clear_mode(link->ssl, SSL_MODE_ASYNC);
	}
	async_prepare(&shake->async, link->ssl, services, wake);
	tickets_attach(link->ssl, services->tickets);
	resumption_attach(&shake->resumption, link->ssl, services, wake,
	    &link->transport.held);
	stateless_attach(&shake->stateless, link->ssl, services, peer);
	stapling_attach(&shake->stapling, link->ssl, services, wake);
	crl_download_attach(
	    &shake->crl_download, link->ssl, services, &shake->async, peer);
}

/* A tracing_header. */
static const void *
link_header(void *numbers, const void *header, uint8_t *copy)
{
	memcpy(copy, header, RECORD_NUMBERS_HEADER);
	record_numbers_header(numbers, copy);
	return copy;
}
