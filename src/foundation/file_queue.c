#include "foundation/file_queue.h"

#include <string.h>

#include "foundation/fault.h"
#include "foundation/monotime.h"

#define FILE_QUEUE_DELAY_MIN_MS 100
#define FILE_QUEUE_DELAY_MAX_MS 1000

static bool file_queue_write(struct file_queue *);
static void file_queue_put_off(struct file_queue *);
static void file_queue_lose(struct file_queue *, const char *, size_t);

void
file_queue_init(struct file_queue *queue, struct file_tail *tail,
    size_t room_bytes, _Atomic uint64_t *lost)
{
	memset(queue, 0, sizeof(*queue));
	queue->tail = tail;
	queue->room_bytes = room_bytes;
	queue->lost = lost;
	textbuf_init(&queue->lines);
}

void
file_queue_add(struct file_queue *queue, const void *lines, size_t size)
{
	size_t before = queue->lines.size;

	textbuf_append(&queue->lines, lines, size);
	file_queue_added(queue, before);
}

void
file_queue_added(struct file_queue *queue, size_t before)
{
	struct textbuf *lines = &queue->lines;

	if (lines->size <= queue->room_bytes)
		return;
	file_queue_lose(queue, lines->data + before, lines->size - before);
	textbuf_cut(lines, before);
}

bool
file_queue_flush(struct file_queue *queue)
{
	if (queue->lines.size == 0)
		return true;
	return queue->retry_ms == 0 && file_queue_write(queue);
}

void
file_queue_act(struct file_queue *queue, int64_t now_ms)
{
	if (queue->retry_ms != 0 && now_ms >= queue->retry_ms)
		(void)file_queue_write(queue);
}

void
file_queue_changed(struct file_queue *queue)
{
	queue->mark.done = 0;
	queue->retry_ms = 0;
}

void
file_queue_close(struct file_queue *queue)
{
	if (queue->lines.size > 0 && !file_queue_write(queue))
		file_queue_drop(queue);
	textbuf_free(&queue->lines);
}

size_t
file_queue_portion(const struct file_queue *queue)
{
	const struct textbuf *lines = &queue->lines;
	const char *end;

	if (lines->size <= FILE_QUEUE_WRITE)
		return lines->size;
	end = memrchr(lines->data, '\n', FILE_QUEUE_WRITE);
	return end == NULL ? FILE_QUEUE_WRITE : (size_t)(end + 1 - lines->data);
}

void
file_queue_drop(struct file_queue *queue)
{
	file_queue_lose(queue, queue->lines.data, queue->lines.size);
	textbuf_clear(&queue->lines);
	queue->mark.done = 0;
	queue->retry_ms = 0;
}

uint64_t
file_queue_count(const char *lines, size_t size)
{
	const char *end = lines + size, *newline;
	uint64_t count = 0;

	while (lines < end &&
	    (newline = memchr(lines, '\n', (size_t)(end - lines))) != NULL) {
		count++;
		lines = newline + 1;
	}
	return count;
}

/* Returns true if all was written. */
static bool
file_queue_write(struct file_queue *queue)
{
	size_t size, done;

	do {
		size = file_queue_portion(queue);
		fault_point("log-write");
		done = file_tail_lines(
		    queue->tail, queue->lines.data, size, &queue->mark);
		fault_point("log-written");
		textbuf_drop(&queue->lines, done);
	} while (done == size && queue->lines.size > 0);
	if (queue->lines.size > 0) {
		file_queue_put_off(queue);
		return false;
	}
	queue->retry_ms = 0;
	queue->delay_ms = 0;
	return true;
}

static void
file_queue_put_off(struct file_queue *queue)
{
	queue->delay_ms = queue->delay_ms == 0 ? FILE_QUEUE_DELAY_MIN_MS
					       : 2 * queue->delay_ms;
	if (queue->delay_ms > FILE_QUEUE_DELAY_MAX_MS)
		queue->delay_ms = FILE_QUEUE_DELAY_MAX_MS;
	queue->retry_ms = monotime_ms() + queue->delay_ms;
}

static void
file_queue_lose(struct file_queue *queue, const char *lines, size_t size)
{
	atomic_fetch_add_explicit(
	    queue->lost, file_queue_count(lines, size), memory_order_relaxed);
	if (queue->tail->fd != -1)
		file_tail_lose(queue->tail, size);
}
