/*
 * Preloaded into a server, this delays each wait of the server, and each read
 * of a socket, by a millisecond. By then everything has come that a client
 * sends without waiting, so the server always finds the same bytes.
 */
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

static struct {
	ssize_t (*recv)(int, void *, size_t, int);
	ssize_t (*recvfrom)(
	    int, void *, size_t, int, __SOCKADDR_ARG, socklen_t *);
	ssize_t (*recvmsg)(int, struct msghdr *, int);
	int (*epoll_wait)(int, struct epoll_event *, int, int);
} next;

/* POSIX requires that a function pointer fits into a pointer to data. */
__attribute__((constructor)) static void
late_find(void)
{
	*(void **)&next.recv = dlsym(RTLD_NEXT, "recv");
	*(void **)&next.recvfrom = dlsym(RTLD_NEXT, "recvfrom");
	*(void **)&next.recvmsg = dlsym(RTLD_NEXT, "recvmsg");
	*(void **)&next.epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
}

static void
late(void)
{
	static const struct timespec delay = { .tv_nsec = 1000 * 1000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL);
}

/* The parameters have the names that the headers use. */
ssize_t
recv(int fd, void *buf, size_t n, int flags)
{
	late();
	return next.recv(fd, buf, n, flags);
}

ssize_t
recvfrom(int fd, void *restrict buf, size_t n, int flags, __SOCKADDR_ARG addr,
    socklen_t *restrict addr_len)
{
	late();
	return next.recvfrom(fd, buf, n, flags, addr, addr_len);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	late();
	return next.recvmsg(fd, message, flags);
}

int
epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
	late();
	return next.epoll_wait(epfd, events, maxevents, timeout);
}
