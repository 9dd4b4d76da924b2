/*
 * The plainest pre-forked TLS server on libssl and epoll: accept, handshake,
 * read a request, write the page, send close_notify, close. It has no options,
 * no logs, no statistics and no shared session cache: the difference to it is
 * the cost of a real server.
 *
 *	bare_loop WORKERS CERTIFICATE KEY
 *
 * Its port of 127.0.0.1 is printed as "ACCEPT 127.0.0.1:PORT".
 */
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "loopback.h"
#include "page.h"
#include "server_context.h"

#define BACKLOG	    1024
#define EVENTS_MAX  256
#define WORKERS_MAX 64

struct peer {
	int fd;
	SSL *ssl;
	bool shaken;
};

static void
watch(int epoll_fd, int fd, struct peer *peer)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll_ctl");
}

/* Accepts all waiting connections; another worker may have been faster. */
static void
accept_peers(int epoll_fd, int listener, SSL_CTX *ctx)
{
	struct peer *peer;
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		if ((peer = calloc(1, sizeof(*peer))) == NULL ||
		    (peer->ssl = SSL_new(ctx)) == NULL ||
		    SSL_set_fd(peer->ssl, fd) != 1)
			errx(1, "out of memory");
		peer->fd = fd;
		SSL_set_accept_state(peer->ssl);
		watch(epoll_fd, fd, peer);
	}
}

/* The page is smaller than the buffer of a socket, so one write is enough. */
static void
answer(struct peer *peer)
{
	SSL_write(peer->ssl, page_answer, (int)page_answer_size);
	SSL_shutdown(peer->ssl);
}

/* Returns true if the connection must wait for its socket. */
static bool
go_on(struct peer *peer)
{
	char request[PAGE_REQUEST_MAX];
	int n = 1;

	ERR_clear_error();
	if (!peer->shaken && (n = SSL_do_handshake(peer->ssl)) == 1)
		peer->shaken = true;
	if (peer->shaken &&
	    (n = SSL_read(peer->ssl, request, sizeof(request))) > 0) {
		answer(peer);
		return false;
	}
	return SSL_get_error(peer->ssl, n) == SSL_ERROR_WANT_READ;
}

static void
end_peer(struct peer *peer)
{
	SSL_free(peer->ssl);
	close(peer->fd);
	free(peer);
}

static _Noreturn void
serve(int listener, SSL_CTX *ctx)
{
	struct epoll_event events[EVENTS_MAX];
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC), i, n;

	if (epoll_fd == -1)
		err(1, "epoll_create1");
	watch(epoll_fd, listener, NULL);
	for (;;) {
		n = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
		for (i = 0; i < n; i++)
			if (events[i].data.ptr == NULL)
				accept_peers(epoll_fd, listener, ctx);
			else if (!go_on(events[i].data.ptr))
				end_peer(events[i].data.ptr);
	}
}

int
main(int argc, char *argv[])
{
	const char *wrong = NULL;
	SSL_CTX *ctx;
	long long workers;
	int listener;

	if (argc != 4)
		errx(1, "usage: bare_loop WORKERS CERTIFICATE KEY");
	workers = strtonum(argv[1], 1, WORKERS_MAX, &wrong);
	if (wrong != NULL)
		errx(1, "workers: %s is %s", argv[1], wrong);
	signal(SIGPIPE, SIG_IGN);
	/* It contains the ticket keys, so all workers have the same ones. */
	ctx = server_context(argv[2], argv[3]);
	listener = loopback_listen(BACKLOG);
	if (fcntl(listener, F_SETFL, O_NONBLOCK) == -1)
		err(1, "fcntl");
	while (workers-- > 0)
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(listener, ctx);
		}
	wait(NULL);
	errx(1, "a worker ended");
}
