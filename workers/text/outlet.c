#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "foundation/monotime.h"
#include "text/outlet.h"
#include "worker.h"

static struct outlet *outlet_of(struct worker *, enum text_stream);
static void outlets_end(struct worker *, int (*)(struct outbox *));
static void
outlet_lines(struct outlet *, enum text_stream, const char *, size_t);
static void outlet_on_event(void *, uint32_t);

void
outlets_init(struct worker *worker, const int text_fd[TEXT_OUTLETS])
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		outlet = &worker->outlet[i];
		outlet->worker = worker;
		outbox_init(&outlet->outbox, text_fd[i]);
		TAILQ_INIT(&outlet->waiters);
		outlet->event =
		    (struct loop_event){ outlet_on_event, outlet, -1 };
		outlet->events = EPOLLRDHUP;
	}
}

int
outlets_register(struct worker *worker)
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		outlet = &worker->outlet[i];
		if (loop_add(&worker->loop, &outlet->event,
			outlet->outbox.channel.fd, outlet->events) == -1)
			return -1;
	}
	return 0;
}

void
outlets_text(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct worker *worker = arg;
	struct outlet *outlet = outlet_of(worker, stream);
	struct connection *connection = worker->current;

	if (connection != NULL)
		connection->spoke |= 1U << (outlet - worker->outlet);
	if (connection != NULL && connection->tag[0] != '\0' &&
	    text_is_lines(stream))
		outlet_lines(outlet, stream, data, size);
	else
		outbox_write(&outlet->outbox, stream, data, size);
}

void
outlets_end_step(struct worker *worker)
{
	outlets_end(worker, outbox_end_step);
}

void
outlets_end_block(struct worker *worker)
{
	outlets_end(worker, outbox_end_block);
}

static void
outlets_end(struct worker *worker, int (*end)(struct outbox *))
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (end(&worker->outlet[i].outbox) == -1)
			_exit(1);
}

bool
outlets_waiting(const struct worker *worker)
{
	return outbox_waiting(&worker->outlet[0].outbox) ||
	    outbox_waiting(&worker->outlet[1].outbox);
}

bool
outlets_overflow(const struct worker *worker)
{
	return outbox_overflows(&worker->outlet[0].outbox) ||
	    outbox_overflows(&worker->outlet[1].outbox);
}

/* EPOLLOUT is wanted only while something waits. */
void
outlets_watch(struct worker *worker)
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		outlet = &worker->outlet[i];
		worker_watch(worker, &outlet->event, &outlet->events,
		    EPOLLRDHUP |
			(outbox_waiting(&outlet->outbox) ? (uint32_t)EPOLLOUT
							 : 0));
	}
}

void
outlets_flush(struct worker *worker, int timeout_ms)
{
	int64_t end_ms = monotime_ms() + timeout_ms, left_ms;
	struct pollfd pollfds[TEXT_OUTLETS];
	struct outbox *outbox;
	unsigned i;

	while (
	    outlets_waiting(worker) && (left_ms = end_ms - monotime_ms()) > 0) {
		for (i = 0; i < TEXT_OUTLETS; i++) {
			outbox = &worker->outlet[i].outbox;
			pollfds[i] = (struct pollfd){ .events = POLLOUT,
				.fd = outbox_waiting(outbox)
				    ? outbox->channel.fd
				    : -1 };
		}
		poll(pollfds, TEXT_OUTLETS, (int)left_ms);
		for (i = 0; i < TEXT_OUTLETS; i++)
			if (outbox_flush(&worker->outlet[i].outbox) == -1)
				return;
	}
}

void
outlets_relieve(struct connection *connection)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (outbox_is_large(&connection->worker->outlet[i].outbox)) {
			outlets_end_block(connection->worker);
			outlets_pause(connection);
			return;
		}
}

void
outlets_pause(struct connection *connection)
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS && connection->paused == NULL; i++) {
		outlet = &connection->worker->outlet[i];
		if (!(connection->spoke & 1U << i) ||
		    !outbox_full(&outlet->outbox))
			continue;
		connection->paused = outlet;
		TAILQ_INSERT_TAIL(&outlet->waiters, connection, pause_entry);
	}
	connection->spoke = 0;
}

void
outlets_forget(struct connection *connection)
{
	if (connection->paused != NULL)
		TAILQ_REMOVE(
		    &connection->paused->waiters, connection, pause_entry);
	connection->paused = NULL;
}

static struct outlet *
outlet_of(struct worker *worker, enum text_stream stream)
{
	bool second = text_is_error(stream) && !worker->setup->one_outlet;

	return &worker->outlet[second];
}

/* An empty line takes no number: it ends what a client sent. */
static void
outlet_lines(struct outlet *outlet, enum text_stream stream, const char *data,
    size_t size)
{
	const char *end = data + size, *line, *next;
	struct textbuf numbered;

	textbuf_init(&numbered);
	for (line = data; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next == NULL ? end : next + 1;
		if (*line != '\n')
			textbuf_puts(&numbered, outlet->worker->current->tag);
		textbuf_append(&numbered, line, (size_t)(next - line));
	}
	outbox_write(&outlet->outbox, stream, numbered.data, numbered.size);
	textbuf_free(&numbered);
}

static void
outlet_on_event(void *arg, uint32_t events)
{
	struct outlet *outlet = arg;
	struct connection *connection;

	(void)events;
	if (outbox_flush(&outlet->outbox) == -1)
		_exit(1);
	if (outbox_waiting(&outlet->outbox))
		return;
	while ((connection = TAILQ_FIRST(&outlet->waiters)) != NULL) {
		outlets_forget(connection);
		connection_resume(connection);
	}
}
