#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "client_socket.h"
#include "tls.h"

#define CLIENT_READ_SIZE (16 * 1024)

int
client_receive(struct client *client, int *trouble)
{
	char data[CLIENT_READ_SIZE];
	int n;

	errno = 0;
	ERR_clear_error();
	if (client->ssl == NULL)
		n = (int)recv(client->fd, data, sizeof(data), 0);
	else
		n = SSL_read(client->ssl, data, sizeof(data));
	*trouble = n;
	if (n > 0 && client->ssl == NULL)
		client->bytes.received += (size_t)n;
	else if (n > 0)
		client->bytes.data_received += (size_t)n;
	if (n > 0)
		return answer_append(&client->answer, data, (size_t)n) ? 1 : -1;
	if (client->ssl == NULL)
		return n;
	return SSL_get_error(client->ssl, n) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

const char *
client_trouble(struct client *client, int n)
{
	int error = errno;

	if (client->ssl == NULL)
		return error == EAGAIN || error == EINTR ? NULL
							 : strerror(error);
	switch (SSL_get_error(client->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		client->wants_write = false;
		return NULL;
	case SSL_ERROR_WANT_WRITE:
		client->wants_write = true;
		return NULL;
	case SSL_ERROR_ZERO_RETURN:
		return "the server closed it";
	case SSL_ERROR_SYSCALL:
		return error == 0 ? "end of file" : strerror(error);
	default:
		return tls_reason();
	}
}

void
client_count_bytes(struct client *client)
{
	BIO *bio = client->ssl == NULL ? NULL : SSL_get_wbio(client->ssl);

	if (bio == NULL)
		return;
	client->bytes.sent += BIO_number_written(bio);
	client->bytes.received += BIO_number_read(bio);
}
