/*
 * Preloaded into a server, this gives each accepted socket the smallest send
 * buffer. So the kernel takes very few bytes while the client does not read.
 */
#include <dlfcn.h>
#include <sys/socket.h>

static int (*next_accept4)(int, __SOCKADDR_ARG, socklen_t *, int);

/* POSIX requires that a function pointer fits into a pointer to data. */
__attribute__((constructor)) static void
narrow_find(void)
{
	*(void **)&next_accept4 = dlsym(RTLD_NEXT, "accept4");
}

/* The parameters have the names that the header uses. */
int
accept4(int fd, __SOCKADDR_ARG addr, socklen_t *restrict addr_len, int flags)
{
	int accepted = next_accept4(fd, addr, addr_len, flags), least = 0;

	if (accepted != -1)
		(void)setsockopt(
		    accepted, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
	return accepted;
}
