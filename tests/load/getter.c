#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "getter.h"
#include "loopback.h"

SSL *
getter_open(const char *port, int receive_size)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = loopback_connect(port, receive_size);
	SSL *ssl;

	if (ctx == NULL || (ssl = SSL_new(ctx)) == NULL ||
	    SSL_set_fd(ssl, fd) != 1)
		errx(1, "out of memory");
	/* The SSL holds it. */
	SSL_CTX_free(ctx);
	return ssl;
}

void
getter_close(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(fd);
}

void
getter_ask(SSL *ssl, const char *path)
{
	char request[1024];
	int size =
	    snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n\r\n", path);

	if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, size) != size)
		errx(1, "not asked");
}

bool
getter_read(SSL *ssl, uintmax_t *bytes)
{
	char data[4096];
	int n;

	for (*bytes = 0; (n = SSL_read(ssl, data, sizeof(data))) > 0;)
		*bytes += (uintmax_t)n;
	return SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN;
}

void
getter_wait(long ms)
{
	(void)poll(NULL, 0, (int)ms);
}
