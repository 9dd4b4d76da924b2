#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "foundation/monotime.h"
#include "text/outlet.h"

static struct outlet *outlet_of(struct outlets *, enum text_stream);
static void outlets_end(struct outlets *, int (*)(struct outbox *));
static bool
outlets_any(const struct outlets *, bool (*)(const struct outbox *));
static void
outlet_lines(struct outlet *, enum text_stream, const char *, size_t);
static void outlet_on_event(void *, uint32_t);
static bool outlet_wants_room(const struct outlet *);
static void outlet_has_room(struct outlet *);

void
outlets_init(struct outlets *outlets, struct loop *loop,
    const int text_fd[TEXT_OUTLETS], const struct text_rings *rings,
    size_t index, bool one)
{
	struct outlet *outlet;
	unsigned i;

	memset(outlets, 0, sizeof(*outlets));
	outlets->loop = loop;
	outlets->one = one;
	for (i = 0; i < TEXT_OUTLETS; i++) {
		outlet = &outlets->outlet[i];
		outlet->all = outlets;
		outbox_init(&outlet->outbox, text_fd[i], rings, index + i);
		TAILQ_INIT(&outlet->waiters);
		outlet->event =
		    (struct loop_event){ outlet_on_event, outlet, -1 };
		outlet->events = EPOLLIN;
	}
}

int
outlets_register(struct outlets *outlets)
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		outlet = &outlets->outlet[i];
		if (loop_add(outlets->loop, &outlet->event,
			outlet->outbox.channel.fd, outlet->events) == -1)
			return -1;
	}
	return 0;
}

void
outlets_enter(struct outlets *outlets, struct speaker *speaker)
{
	outlets->current = speaker;
}

void
outlets_text(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct outlets *outlets = arg;
	struct outlet *outlet = outlet_of(outlets, stream);
	struct speaker *speaker = outlets->current;

	if (speaker != NULL)
		speaker->spoke |= 1U << (outlet - outlets->outlet);
	if (speaker != NULL && speaker->tag[0] != '\0' && text_is_lines(stream))
		outlet_lines(outlet, stream, data, size);
	else
		outbox_write(&outlet->outbox, stream, data, size);
}

void *
outlets_lend(struct outlets *outlets, enum text_stream stream, size_t size)
{
	return text_is_heard(stream)
	    ? outbox_lend(&outlet_of(outlets, stream)->outbox, stream, size)
	    : NULL;
}

void
outlets_take_back(struct outlets *outlets, enum text_stream stream)
{
	outbox_take_back(&outlet_of(outlets, stream)->outbox);
}

void
outlets_end_step(struct outlets *outlets)
{
	outlets_end(outlets, outbox_end_step);
	outlets->current = NULL;
}

void
outlets_end_block(struct outlets *outlets)
{
	outlets_end(outlets, outbox_end_block);
	outlets->current = NULL;
}

static void
outlets_end(struct outlets *outlets, int (*end)(struct outbox *))
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (end(&outlets->outlet[i].outbox) == -1)
			_exit(1);
}

static bool
outlets_any(const struct outlets *outlets, bool (*is)(const struct outbox *))
{
	return is(&outlets->outlet[0].outbox) || is(&outlets->outlet[1].outbox);
}

bool
outlets_waiting(const struct outlets *outlets)
{
	return outlets_any(outlets, outbox_waiting);
}

bool
outlets_overflow(const struct outlets *outlets)
{
	return outlets_any(outlets, outbox_overflows);
}

void
outlets_watch(struct outlets *outlets)
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		outlet = &outlets->outlet[i];
		while (outlet_wants_room(outlet) &&
		    outbox_await_room(&outlet->outbox))
			outlet_has_room(outlet);
		loop_watch(outlets->loop, &outlet->event, &outlet->events,
		    EPOLLIN |
			(channel_waiting(&outlet->outbox.channel)
				? (uint32_t)EPOLLOUT
				: 0));
	}
}

bool
outlets_have_spare(const struct outlets *outlets)
{
	return outlets_any(outlets, outbox_has_spare);
}

void
outlets_trim(struct outlets *outlets)
{
	outlets_end(outlets, outbox_trim);
}

void
outlets_flush(struct outlets *outlets, int timeout_ms)
{
	int64_t end_ms = monotime_ms() + timeout_ms, left_ms;
	struct pollfd pollfds[TEXT_OUTLETS];
	struct outbox *outbox;
	unsigned i;

	while (outlets_waiting(outlets) &&
	    (left_ms = end_ms - monotime_ms()) > 0) {
		for (i = 0; i < TEXT_OUTLETS; i++) {
			outbox = &outlets->outlet[i].outbox;
			pollfds[i] = (struct pollfd){ .fd = -1 };
			if (!outbox_waiting(outbox))
				continue;
			if (outbox_await_room(outbox))
				left_ms = 0;
			pollfds[i] = (struct pollfd){ .events = POLLIN,
				.fd = outbox->channel.fd };
		}
		poll(pollfds, TEXT_OUTLETS, (int)left_ms);
		for (i = 0; i < TEXT_OUTLETS; i++)
			if (outbox_flush(&outlets->outlet[i].outbox) == -1)
				return;
	}
}

void
outlets_relieve(struct outlets *outlets, struct speaker *speaker)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (outbox_is_large(&outlets->outlet[i].outbox)) {
			outlets_end(outlets, outbox_end_block);
			outlets_pause(outlets, speaker);
			return;
		}
}

void
outlets_pause(struct outlets *outlets, struct speaker *speaker)
{
	struct outlet *outlet;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS && speaker->paused == NULL; i++) {
		outlet = &outlets->outlet[i];
		if (!(speaker->spoke & 1U << i) ||
		    !outbox_full(&outlet->outbox))
			continue;
		speaker->paused = outlet;
		TAILQ_INSERT_TAIL(&outlet->waiters, speaker, entry);
	}
	speaker->spoke = 0;
}

void
outlets_forget(struct speaker *speaker)
{
	if (speaker->paused != NULL)
		TAILQ_REMOVE(&speaker->paused->waiters, speaker, entry);
	speaker->paused = NULL;
}

static struct outlet *
outlet_of(struct outlets *outlets, enum text_stream stream)
{
	bool second = text_is_error(stream) && !outlets->one;

	return &outlets->outlet[second];
}

/* Put the tag before each line but empty ones, which end what a client sent. */
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
			textbuf_puts(&numbered, outlet->all->current->tag);
		textbuf_append(&numbered, line, (size_t)(next - line));
	}
	outbox_write(&outlet->outbox, stream, numbered.data, numbered.size);
	textbuf_free(&numbered);
}

static void
outlet_on_event(void *arg, uint32_t events)
{
	struct outlet *outlet = arg;

	(void)events;
	if (outbox_flush(&outlet->outbox) == -1)
		_exit(1);
}

static bool
outlet_wants_room(const struct outlet *outlet)
{
	return outbox_waiting(&outlet->outbox) ||
	    !TAILQ_EMPTY(&outlet->waiters);
}

static void
outlet_has_room(struct outlet *outlet)
{
	struct speaker *speaker;

	if (outbox_flush(&outlet->outbox) == -1)
		_exit(1);
	if (outbox_waiting(&outlet->outbox))
		return;
	while ((speaker = TAILQ_FIRST(&outlet->waiters)) != NULL) {
		outlets_forget(speaker);
		loop_defer(outlet->all->loop, speaker->resume);
	}
}
