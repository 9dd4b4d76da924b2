/*
 * Lines of several processes in one file: whole, also where they are long and
 * where the disk is full for a while.
 */
#include "unit.h"

#include <sys/resource.h>

#include <signal.h>

#include "foundation/file_queue.h"

#define WRITERS	   8
#define LINES	   100
#define WHOLE_SIZE (256 * 1024 * 1024)

struct common {
	struct file_tail_state state;
	_Atomic uint64_t lost;
};

static struct common *common;
static struct file_tail tail = FILE_TAIL_NONE;
static struct file_queue queue;

static void
open_file(size_t room)
{
	char path[] = "/tmp/file_queue_test.XXXXXX";

	close(mkstemp(path));
	CHECK(file_tail_open(&tail, "-log", path, true) == 0);
	unlink(path);
	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(common != MAP_FAILED);
	CHECK(file_tail_share(&tail, &common->state) == 0);
	file_queue_init(&queue, &tail, room, &common->lost);
}

static void
close_file(void)
{
	file_queue_close(&queue);
	file_tail_close(&tail);
	munmap(common, sizeof(*common));
}

/* "<writer> <number> xxxx...\n" */
static size_t
make_line(char *line, int writer, int number, size_t size)
{
	int head = sprintf(line, "%d %d ", writer, number);

	memset(line + head, 'x', size);
	line[(size_t)head + size] = '\n';
	return (size_t)head + size + 1;
}

static void
limit(off_t size)
{
	struct rlimit limit = { (rlim_t)size, RLIM_INFINITY };

	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static off_t
file_size(void)
{
	return lseek(tail.fd, 0, SEEK_END);
}

static char *
contents(void)
{
	size_t size = (size_t)file_size();
	char *text = calloc(1, size + 1);

	CHECK(text != NULL && pread(tail.fd, text, size, 0) == (ssize_t)size);
	return text;
}

static void
add(const char *line)
{
	file_queue_add(&queue, line, strlen(line));
}

/* The file is this. */
static void
check_file(const char *expected)
{
	char *text = contents();

	CHECK(strcmp(text, expected) == 0);
	free(text);
}

static _Noreturn void
write_lines(int writer)
{
	static char line[FILE_QUEUE_LINE];
	int i;

	for (i = 0; i < LINES; i++) {
		file_queue_add(&queue, line,
		    make_line(line, writer, i, (size_t)(i * 37 % 15000)));
		if (i % 7 == 0 && !file_queue_flush(&queue))
			_exit(1);
	}
	_exit(file_queue_flush(&queue) ? 0 : 1);
}

/* Each line is as it was made, and each writer's are in their order. */
static void
check_lines(void)
{
	char *text = contents(), *at = text, *end, *rest;
	static char line[FILE_QUEUE_LINE];
	int next[WRITERS] = { 0 }, writer, number, count = 0;
	size_t size;

	for (; (end = strchr(at, '\n')) != NULL; at = end + 1, count++) {
		writer = (int)strtol(at, &rest, 10);
		number = (int)strtol(rest, NULL, 10);
		CHECK(writer >= 0 && writer < WRITERS);
		CHECK(number == next[writer]++);
		size = make_line(
		    line, writer, number, (size_t)(number * 37 % 15000));
		CHECK(size == (size_t)(end + 1 - at) &&
		    memcmp(line, at, size) == 0);
	}
	CHECK(*at == '\0');
	CHECK(count == WRITERS * LINES);
	free(text);
}

static void
long_lines_of_many_writers_are_whole(void)
{
	int writer, status;

	open_file(1024 * 1024);
	for (writer = 0; writer < WRITERS; writer++)
		if (fork() == 0)
			write_lines(writer);
	for (writer = 0; writer < WRITERS; writer++) {
		CHECK(wait(&status) > 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	check_lines();
	CHECK(common->lost == 0);
	close_file();
}

static void
a_line_that_was_cut_goes_on_where_it_stopped(void)
{
	open_file(1024);
	add("first\n");
	CHECK(file_queue_flush(&queue));
	limit(file_size() + 9);
	add("second\nthird\n");
	CHECK(!file_queue_flush(&queue));
	check_file("first\nsecond\nth");
	/* Not before it is time. */
	limit(WHOLE_SIZE);
	CHECK(!file_queue_flush(&queue));
	file_queue_act(&queue, queue.retry_ms - 1);
	check_file("first\nsecond\nth");
	file_queue_act(&queue, queue.retry_ms);
	check_file("first\nsecond\nthird\n");
	CHECK(file_queue_flush(&queue));
	CHECK(common->lost == 0);
	close_file();
}

static void
a_line_that_was_cut_comes_again_behind_that_of_another(void)
{
	struct iovec other = { (void *)(uintptr_t) "other\n", 6 };

	open_file(1024);
	limit(4);
	add("first\nsecond\n");
	CHECK(!file_queue_flush(&queue));
	limit(WHOLE_SIZE);
	file_tail_write(&tail, &other, 1);
	file_queue_act(&queue, queue.retry_ms);
	check_file("firs\nother\nfirst\nsecond\n");
	close_file();
}

/* As by a program that rotates logs by copying them. */
static void
a_file_that_is_emptied_gets_the_whole_line(void)
{
	open_file(1024);
	limit(4);
	add("first\n");
	CHECK(!file_queue_flush(&queue));
	limit(WHOLE_SIZE);
	CHECK(ftruncate(tail.fd, 0) == 0);
	file_queue_act(&queue, queue.retry_ms);
	check_file("first\n");
	close_file();
}

static void
what_has_no_room_is_dropped_whole_and_counted(void)
{
	open_file(16);
	limit(0);
	add("first\nsecond\n");
	CHECK(!file_queue_flush(&queue));
	add("third\nfourth\n");
	add("5\n");
	CHECK(common->lost == 2);
	limit(WHOLE_SIZE);
	file_queue_act(&queue, queue.retry_ms);
	check_file("first\nsecond\n5\n");
	add("sixth\n");
	limit(0);
	CHECK(!file_queue_flush(&queue));
	file_queue_close(&queue);
	CHECK(common->lost == 3);
	limit(WHOLE_SIZE);
	close_file();
}

static void
many_lines_leave_in_portions_of_whole_lines(void)
{
	static char line[FILE_QUEUE_LINE];
	size_t size = make_line(line, 0, 0, 10000);
	int i;

	open_file(1024 * 1024);
	for (i = 0; i < 20; i++)
		file_queue_add(&queue, line, size);
	CHECK(file_queue_portion(&queue) == FILE_QUEUE_WRITE / size * size);
	CHECK(file_queue_flush(&queue));
	CHECK((size_t)file_size() == 20 * size);
	close_file();
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	UNIT_RUN(long_lines_of_many_writers_are_whole);
	UNIT_RUN(a_line_that_was_cut_goes_on_where_it_stopped);
	UNIT_RUN(a_line_that_was_cut_comes_again_behind_that_of_another);
	UNIT_RUN(a_file_that_is_emptied_gets_the_whole_line);
	UNIT_RUN(what_has_no_room_is_dropped_whole_and_counted);
	UNIT_RUN(many_lines_leave_in_portions_of_whole_lines);
	return unit_end();
}
