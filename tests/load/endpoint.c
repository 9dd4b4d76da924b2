#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoint.h"
#include "settings.h"

#define ENDPOINT_TIMER_MAX_US 2000000

static int endpoint_bind(int, const struct settings *, unsigned);
static unsigned endpoint_timer(SSL *, unsigned);

int
endpoint_open(const struct settings *settings, unsigned number)
{
	const struct sockaddr *server =
	    (const struct sockaddr *)&settings->server.address;
	int type = settings->dtls ? SOCK_DGRAM : SOCK_STREAM, one = 1, fd;

	fd = socket(server->sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (endpoint_bind(fd, settings, number) == -1 ||
	    (connect(fd, server, settings->server.size) == -1 &&
		errno != EINPROGRESS)) {
		close(fd);
		return -1;
	}
	/* Fails unless the socket is TCP; others do not need it. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

int
endpoint_attach(SSL *ssl, int fd, const struct settings *settings)
{
	struct sockaddr_storage server = settings->server.address;
	BIO *bio;

	if (!settings->dtls)
		return SSL_set_fd(ssl, fd) == 1 ? 0 : -1;
	if ((bio = BIO_new_dgram(fd, BIO_NOCLOSE)) == NULL)
		return -1;
	BIO_ctrl_set_connected(bio, &server);
	SSL_set_bio(ssl, bio, bio);
	if (settings->mtu != 0) {
		SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
		DTLS_set_link_mtu(ssl, (long)settings->mtu);
	}
	if (settings->timer_ms != 0)
		DTLS_set_timer_cb(ssl, endpoint_timer);
	return 0;
}

/* Takes the next one of several consecutive addresses. */
static int
endpoint_bind(int fd, const struct settings *settings, unsigned number)
{
	struct sockaddr_storage address = settings->source.address;
	struct sockaddr_in *in = (struct sockaddr_in *)&address;

	if (settings->source.size == 0)
		return 0;
	if (address.ss_family == AF_INET)
		in->sin_addr.s_addr = htonl(
		    ntohl(in->sin_addr.s_addr) + number % settings->sources);
	return bind(fd, (struct sockaddr *)&address, settings->source.size);
}

static unsigned
endpoint_timer(SSL *ssl, unsigned last_us)
{
	const struct settings *settings =
	    SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (last_us == 0)
		return settings->timer_ms * 1000;
	return last_us < ENDPOINT_TIMER_MAX_US / 2 ? 2 * last_us
						   : ENDPOINT_TIMER_MAX_US;
}
