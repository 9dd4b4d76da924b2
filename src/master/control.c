#include "master/control.h"

#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/control_command.h"
#include "master/control_socket.h"

/* The key of the socket; a client has the number of its slot. */
#define CONTROL_KEY_SOCKET CONTROL_CLIENTS_MAX
/* With too few descriptors or no memory for another client. */
#define CONTROL_PAUSE_MS 1000

_Static_assert(CONTROL_CLIENTS_MAX == 64, "control_admit names the number");

static void control_prepare(const void *, struct pollset *, int64_t);
static void control_dispatch(void *, unsigned, short);
static int64_t control_due_ms(const void *, int64_t);
static void control_act(void *, int64_t);
static void control_accept(struct control *);
static void control_admit(struct control *, int);
static void control_serve(struct control_slot *, int64_t);
static bool control_step(struct control_slot *, int64_t);

const struct source control_source = {
	control_prepare,
	control_dispatch,
	control_due_ms,
	control_act,
};

void
control_open(struct control *control, struct control_socket *socket,
    struct master *master)
{
	unsigned i;

	control->socket = socket;
	control->master = master;
	control->pause_ms = 0;
	/* Without -control this memory is not even touched. */
	if (socket->path.path == NULL)
		return;
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->slot[i].client.fd = -1;
}

void
control_close(struct control *control)
{
	struct control_slot *slot, *end = control->slot + CONTROL_CLIENTS_MAX;

	if (control->socket->path.path == NULL)
		return;
	for (slot = control->slot; slot < end; slot++) {
		if (slot->client.fd != -1 && slot->answering) {
			control_command_end(&slot->call);
			control_client_answer(&slot->client);
		}
		control_client_close(&slot->client);
	}
}

static void
control_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct control *control = self;
	const struct control_slot *slot;
	struct pollfd pollfd = { .fd = control->socket->fd, .events = POLLIN };
	unsigned i;

	if (control->pause_ms > now_ms)
		pollfd.fd = -1;
	pollset_add(set, pollfd, CONTROL_KEY_SOCKET);
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		slot = &control->slot[i];
		if (slot->client.fd != -1)
			pollset_add(set,
			    control_client_pollfd(
				&slot->client, slot->answering),
			    i);
	}
}

static void
control_dispatch(void *self, unsigned key, short events)
{
	struct control *control = self;

	if (key == CONTROL_KEY_SOCKET)
		control_accept(control);
	else
		control_client_hear(&control->slot[key].client, events);
}

static int64_t
control_due_ms(const void *self, int64_t now_ms)
{
	const struct control *control = self;
	const struct control_slot *slot;
	int64_t due_ms = control->pause_ms > now_ms ? control->pause_ms : 0;
	unsigned i;

	for (i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		slot = &control->slot[i];
		if (slot->client.fd != -1)
			due_ms = monotime_sooner(due_ms,
			    slot->answering
				? control_command_due_ms(&slot->call, now_ms)
				: slot->client.patience_ms);
	}
	return due_ms;
}

/* Commands that wait for the same thing begin in turn. */
static void
control_act(void *self, int64_t now_ms)
{
	struct control *control = self;
	unsigned i;

	for (i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control_serve(
		    &control->slot[(control->first + i) % CONTROL_CLIENTS_MAX],
		    now_ms);
	control->first = (control->first + 1) % CONTROL_CLIENTS_MAX;
}

/* One a turn: who comes next is heard of again. */
static void
control_accept(struct control *control)
{
	int fd = control_socket_accept(control->socket);

	if (fd != -1) {
		control_admit(control, fd);
		return;
	}
	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
	    errno != ENOMEM)
		return;
	log_warn("-control %s", control->socket->path.path);
	control->pause_ms = monotime_ms() + CONTROL_PAUSE_MS;
}

static void
control_admit(struct control *control, int fd)
{
	static const char refusal[] = "error there are 64 clients already\n";
	struct control_slot *slot = control->slot;
	const struct control_slot *end = slot + CONTROL_CLIENTS_MAX;

	while (slot < end && slot->client.fd != -1)
		slot++;
	if (slot == end) {
		(void)send(fd, refusal, sizeof(refusal) - 1, MSG_NOSIGNAL);
		close(fd);
		return;
	}
	control_client_open(&slot->client, fd);
	slot->answering = false;
	slot->call = (struct control_call){
		.master = control->master,
		.answer = &slot->client.answer,
	};
}

/* Carry out all that can be, one command after the other. */
static void
control_serve(struct control_slot *slot, int64_t now_ms)
{
	while (slot->client.fd != -1 && slot->client.answer.size == 0 &&
	    control_step(slot, now_ms))
		;
	if (slot->client.fd != -1 && !slot->answering)
		control_client_act(&slot->client, now_ms);
}

/* Returns false if the client has to wait, or has to say more. */
static bool
control_step(struct control_slot *slot, int64_t now_ms)
{
	struct control_client *client = &slot->client;
	ssize_t size = control_client_line(client);

	if (size == -1)
		return false;
	slot->answering = slot->answering
	    ? !control_command_go_on(&slot->call, now_ms)
	    : !control_command_begin(&slot->call, client->line, (size_t)size);
	if (slot->answering)
		return false;
	control_client_next(client, (size_t)size);
	control_client_answer(client);
	return true;
}
