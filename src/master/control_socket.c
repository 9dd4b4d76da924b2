#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "foundation/fault.h"
#include "foundation/log.h"
#include "master/control_socket.h"

/* Those that come at once; each is taken in the next turn of the master. */
#define CONTROL_BACKLOG 128
/* For everybody but the owner. */
#define CONTROL_UMASK 0177
/* So often another server may be as fast as this one. */
#define CONTROL_TRIES 3
/* A server that starts listens so soon after its socket has its path. */
#define CONTROL_BORN_MS 20

static int control_socket_try(struct control_socket *, const char *);
static int control_socket_bind(int, const struct sockaddr_un *);
static int control_socket_replace(const char *, const struct sockaddr_un *);
static bool control_socket_lives(const struct sockaddr_un *);
static bool control_socket_answers(const struct sockaddr_un *);
static bool control_socket_is_ours(int);

int
control_socket_open(struct control_socket *control, const char *path)
{
	*control = (struct control_socket){ .fd = -1 };
	control->path.path = path;
	if (path == NULL)
		return 0;
	control->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (control->fd == -1) {
		log_warn("-control %s", path);
		return -1;
	}
	if (control_socket_try(control, path) == 0)
		return 0;
	close(control->fd);
	control->fd = -1;
	return -1;
}

void
control_socket_close(struct control_socket *control)
{
	if (control->fd == -1)
		return;
	owned_path_remove(&control->path);
	close(control->fd);
	control->fd = -1;
}

int
control_socket_accept(const struct control_socket *control)
{
	static const char refusal[] = "error you are another user\n";
	int fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1 || control_socket_is_ours(fd))
		return fd;
	(void)send(fd, refusal, sizeof(refusal) - 1, MSG_NOSIGNAL);
	close(fd);
	errno = EACCES;
	return -1;
}

/* Returns 0, or -1 (reported). */
static int
control_socket_try(struct control_socket *control, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int i, bound;

	if (strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		log_warnx("-control %s: longer than %zu bytes", path,
		    sizeof(address.sun_path) - 1);
		return -1;
	}
	bound = control_socket_bind(control->fd, &address);
	for (i = 0; bound == -1 && errno == EADDRINUSE && i < CONTROL_TRIES;
	     i++) {
		if (control_socket_replace(path, &address) == -1)
			return -1;
		bound = control_socket_bind(control->fd, &address);
	}
	if (bound == -1 || !owned_path_note(&control->path, path)) {
		log_warn("-control %s", path);
		return -1;
	}
	fault_point("control-bound");
	if (listen(control->fd, CONTROL_BACKLOG) == 0)
		return 0;
	log_warn("-control %s", path);
	control_socket_close(control);
	return -1;
}

/* The kernel gives a socket its mode when it makes its path: at no time may
 * others connect.
 */
static int
control_socket_bind(int fd, const struct sockaddr_un *address)
{
	mode_t before = umask(CONTROL_UMASK);
	int result =
	    bind(fd, (const struct sockaddr *)address, sizeof(*address));

	umask(before);
	return result;
}

/*
 * Something has the path: remove it if it is a socket to which nobody listens,
 * and if it is still that one. Returns 0, or -1 (reported).
 */
static int
control_socket_replace(const char *path, const struct sockaddr_un *address)
{
	struct stat old, now;

	if (lstat(path, &old) == -1)
		return 0;
	if (!S_ISSOCK(old.st_mode)) {
		log_warnx(
		    "-control %s: there is something that is no socket", path);
		return -1;
	}
	if (control_socket_lives(address)) {
		log_warnx("-control %s: another process listens there", path);
		return -1;
	}
	if (lstat(path, &now) == -1 || now.st_dev != old.st_dev ||
	    now.st_ino != old.st_ino ||
	    now.st_ctim.tv_sec != old.st_ctim.tv_sec ||
	    now.st_ctim.tv_nsec != old.st_ctim.tv_nsec)
		return 0;
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	log_warn("-control %s", path);
	return -1;
}

/* One that has just been bound refuses, too. */
static bool
control_socket_lives(const struct sockaddr_un *address)
{
	if (control_socket_answers(address))
		return true;
	fault_point("control-refused");
	poll(NULL, 0, CONTROL_BORN_MS);
	return control_socket_answers(address);
}

/* Only a socket of nobody refuses: a full or forbidden one is somebody's. */
static bool
control_socket_answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool answers = true;

	if (fd == -1)
		return true;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	    -1)
		answers = errno != ECONNREFUSED && errno != ENOENT;
	close(fd);
	return answers;
}

static bool
control_socket_is_ours(int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    (peer.uid == geteuid() || peer.uid == 0);
}
