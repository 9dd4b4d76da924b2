/*
 * Serves the page without TLS, for a program in front that terminates TLS:
 * answers the first read of a connection, whatever it contains, and closes.
 *
 *	plain_page
 *
 * Its port of 127.0.0.1 is printed as "ACCEPT 127.0.0.1:PORT".
 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <err.h>
#include <signal.h>
#include <unistd.h>

#include "loopback.h"
#include "page.h"

#define BACKLOG	   1024
#define EVENTS_MAX 64

static void
watch(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll_ctl");
}

static void
answer(int fd)
{
	char request[PAGE_REQUEST_MAX];

	if (read(fd, request, sizeof(request)) > 0 &&
	    write(fd, page_answer, page_answer_size) == -1)
		warn("write");
	close(fd);
}

int
main(void)
{
	struct epoll_event events[EVENTS_MAX];
	int listener = loopback_listen(BACKLOG), epoll_fd, fd, i, n;

	signal(SIGPIPE, SIG_IGN);
	if ((epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	watch(epoll_fd, listener);
	for (;;) {
		n = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
		for (i = 0; i < n; i++)
			if (events[i].data.fd != listener)
				answer(events[i].data.fd);
			else if ((fd = accept4(listener, NULL, NULL,
				      SOCK_CLOEXEC)) != -1)
				watch(epoll_fd, fd);
	}
}
