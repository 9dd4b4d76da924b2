#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "store/store_socket.h"
#include "tls/base/tls_error.h"

static int
store_socket_open_tls(struct store_socket *, SSL_CTX *, const char *);
static int store_socket_shake(struct store_socket *);
static ssize_t store_socket_tls_result(struct store_socket *, int);
static int store_socket_fail(struct store_socket *, const char *, int);
static int store_socket_fail_tls(struct store_socket *);

void
store_socket_init(struct store_socket *sock)
{
	memset(sock, 0, sizeof(*sock));
	sock->fd = -1;
	textbuf_init(&sock->why);
}

int
store_socket_open(struct store_socket *sock, const struct sockaddr *address,
    socklen_t size, SSL_CTX *ctx, const char *host)
{
	int one = 1;

	textbuf_clear(&sock->why);
	sock->fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock->fd == -1)
		return store_socket_fail(sock, "socket", errno);
	if (address->sa_family != AF_UNIX)
		setsockopt(
		    sock->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	sock->is_connected = connect(sock->fd, address, size) == 0;
	sock->wants_write = !sock->is_connected;
	if (!sock->is_connected && errno != EINPROGRESS) {
		store_socket_fail(sock, "cannot connect", errno);
		store_socket_close(sock);
		return -1;
	}
	if (ctx != NULL && store_socket_open_tls(sock, ctx, host) == -1) {
		store_socket_close(sock);
		return -1;
	}
	return 0;
}

static int
store_socket_open_tls(struct store_socket *sock, SSL_CTX *ctx, const char *host)
{
	X509_VERIFY_PARAM *expected;

	tls_error_clear();
	if ((sock->ssl = SSL_new(ctx)) == NULL ||
	    SSL_set_fd(sock->ssl, sock->fd) != 1)
		return store_socket_fail_tls(sock);
	/* An address is not a name: it is no server name, either. */
	expected = SSL_get0_param(sock->ssl);
	if (X509_VERIFY_PARAM_set1_ip_asc(expected, host) != 1 &&
	    (X509_VERIFY_PARAM_set1_host(expected, host, 0) != 1 ||
		SSL_set_tlsext_host_name(sock->ssl, host) != 1))
		return store_socket_fail_tls(sock);
	tls_error_clear();
	SSL_set_connect_state(sock->ssl);
	return 0;
}

int
store_socket_connect(struct store_socket *sock)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (!sock->is_connected) {
		if (getsockopt(sock->fd, SOL_SOCKET, SO_ERROR, &error, &size) ==
		    -1)
			error = errno;
		if (error != 0)
			return store_socket_fail(sock, "cannot connect", error);
		sock->is_connected = true;
		sock->wants_write = false;
	}
	return sock->ssl == NULL ? 1 : store_socket_shake(sock);
}

static int
store_socket_shake(struct store_socket *sock)
{
	int result;

	tls_error_clear();
	if ((result = SSL_do_handshake(sock->ssl)) == 1) {
		sock->wants_write = false;
		return 1;
	}
	return (int)store_socket_tls_result(sock, result);
}

ssize_t
store_socket_read(struct store_socket *sock, void *data, size_t size)
{
	ssize_t n;

	if (sock->ssl != NULL) {
		tls_error_clear();
		n = SSL_read(sock->ssl, data, (int)size);
		return n > 0 ? n : store_socket_tls_result(sock, (int)n);
	}
	n = recv(sock->fd, data, size, 0);
	if (n > 0)
		return n;
	if (n == 0) {
		textbuf_puts(&sock->why, "it has closed the connection");
		return -1;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return 0;
	return store_socket_fail(sock, "cannot read", errno);
}

ssize_t
store_socket_write(struct store_socket *sock, const void *data, size_t size)
{
	ssize_t n;

	if (sock->ssl != NULL) {
		tls_error_clear();
		if (size > INT_MAX)
			size = INT_MAX;
		n = SSL_write(sock->ssl, data, (int)size);
		if (n <= 0)
			return store_socket_tls_result(sock, (int)n);
		sock->wants_write = false;
		return n;
	}
	n = send(sock->fd, data, size, MSG_NOSIGNAL);
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return 0;
	return store_socket_fail(sock, "cannot write", errno);
}

void
store_socket_close(struct store_socket *sock)
{
	SSL_free(sock->ssl);
	sock->ssl = NULL;
	if (sock->fd != -1)
		close(sock->fd);
	sock->fd = -1;
}

/* Of a call of libssl that has done nothing. Returns 0 or -1. */
static ssize_t
store_socket_tls_result(struct store_socket *sock, int result)
{
	int saved = errno;

	switch (SSL_get_error(sock->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		sock->wants_write = false;
		return 0;
	case SSL_ERROR_WANT_WRITE:
		sock->wants_write = true;
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		textbuf_puts(&sock->why, "it has closed the connection");
		return -1;
	case SSL_ERROR_SYSCALL:
		if (saved != 0 && ERR_peek_error() == 0)
			return store_socket_fail(sock, "TLS", saved);
		return store_socket_fail_tls(sock);
	default:
		return store_socket_fail_tls(sock);
	}
}

static int
store_socket_fail(struct store_socket *sock, const char *what, int error)
{
	textbuf_printf(&sock->why, "%s: %s", what, strerror(error));
	return -1;
}

/* Empties the error queue. */
static int
store_socket_fail_tls(struct store_socket *sock)
{
	unsigned long error = tls_error_telling();
	const char *reason = ERR_reason_error_string(error);
	long verified =
	    sock->ssl == NULL ? X509_V_OK : SSL_get_verify_result(sock->ssl);

	textbuf_printf(&sock->why, "TLS: %s",
	    reason == NULL ? "it has ended the connection" : reason);
	if (verified != X509_V_OK)
		textbuf_printf(&sock->why, ": %s",
		    X509_verify_cert_error_string(verified));
	tls_error_clear();
	return -1;
}
