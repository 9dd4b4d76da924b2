/*
 * Text that goes to a place which refuses it: writer.h. The test plays the disk
 * and the clock.
 */
#include <errno.h>

#include "foundation/log.h"
#include "foundation/writable.h"
#include "foundation/writer.h"
#include "unit.h"

#define TEST_FD	  5
#define TEST_ROOM 100

ssize_t unit_write(int, const void *, size_t);
int unit_clock_gettime(clockid_t, struct timespec *);

static struct {
	char file[4096];
	size_t size;
	size_t room; /* the number of bytes that the disk still takes */
	int error; /* errno when it takes none */
	char said[1024]; /* the text on standard error */
	int64_t now_ms;
} disk;

static void test_start(struct writer *, bool);
static void test_write(struct writer *, const char *, size_t);
static void test_say(struct writer *, const char *);
static void test_torn_line(void);
static void test_delays(void);
static void test_dropping(void);
static void test_blocks(void);
static void test_hasty(void);
static void test_final(void);
static void test_lending(void);
static void test_lending_dropped(void);
static void test_verdicts(void);

int
main(void)
{
	UNIT_RUN(test_torn_line);
	UNIT_RUN(test_delays);
	UNIT_RUN(test_dropping);
	UNIT_RUN(test_blocks);
	UNIT_RUN(test_hasty);
	UNIT_RUN(test_final);
	UNIT_RUN(test_lending);
	UNIT_RUN(test_lending_dropped);
	UNIT_RUN(test_verdicts);
	return unit_end();
}

ssize_t
unit_write(int fd, const void *data, size_t size)
{
	if (fd != TEST_FD) {
		strncat(disk.said, data, size);
		return (ssize_t)size;
	}
	if (disk.room == 0) {
		errno = disk.error;
		return -1;
	}
	if (size > disk.room)
		size = disk.room;
	memcpy(disk.file + disk.size, data, size);
	disk.size += size;
	disk.room -= size;
	return (ssize_t)size;
}

int
unit_clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = disk.now_ms / 1000;
	now->tv_nsec = disk.now_ms % 1000 * 1000000;
	return 0;
}

/* An empty file on a full disk. */
static void
test_start(struct writer *writer, bool hasty)
{
	memset(&disk, 0, sizeof(disk));
	disk.now_ms = 5000;
	disk.error = ENOSPC;
	writer_init(writer, TEST_ROOM, hasty);
	writer_set_target(writer, 0, TEST_FD, "it", false);
}

static void
test_write(struct writer *writer, const char *data, size_t size)
{
	writer_write(writer, 0, data, size);
}

static void
test_say(struct writer *writer, const char *text)
{
	test_write(writer, text, strlen(text));
}

/* At the time of the timer the rest of a block is written. */
static void
test_torn_line(void)
{
	struct writer writer;

	test_start(&writer, false);
	disk.room = 3;
	test_say(&writer, "torn\n");
	test_say(&writer, "next\n");
	CHECK(strcmp(disk.file, "tor") == 0);
	CHECK(strcmp(disk.said,
		  "s_server: cannot write to it: No space left on device\n") ==
	    0);
	/* poll(2) always reports a file as writable, which must not wake us. */
	CHECK(writer_pollfd(&writer).fd == -1);
	CHECK(!writer_waits(&writer));
	disk.room = 1000;
	writer_act(&writer, writer_due_ms(&writer) - 1);
	CHECK(strcmp(disk.file, "tor") == 0);
	writer_act(&writer, writer_due_ms(&writer));
	CHECK(strcmp(disk.file, "torn\nnext\n") == 0);
	CHECK(writer_due_ms(&writer) == 0);
	CHECK(strstr(disk.said, "lost") == NULL);
	writer_close(&writer);
}

static void
test_delays(void)
{
	static const int delays[] = { 100, 200, 400, 800, 1000, 1000 };
	struct writer writer;
	size_t i;

	test_start(&writer, false);
	test_say(&writer, "x");
	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		CHECK(writer_due_ms(&writer) == disk.now_ms + delays[i]);
		disk.now_ms += delays[i];
		writer_act(&writer, disk.now_ms);
	}
	/* The two seconds begin again when something was written. */
	test_say(&writer, "y");
	disk.room = 1;
	disk.now_ms = writer_due_ms(&writer);
	writer_act(&writer, disk.now_ms);
	CHECK(writer_due_ms(&writer) == disk.now_ms + 100);
	writer_close(&writer);
}

/* A full queue makes its producers wait for two seconds, not longer. */
static void
test_dropping(void)
{
	static char filler[TEST_ROOM + 1];
	struct writer writer;

	memset(filler, '.', TEST_ROOM);
	test_start(&writer, false);
	test_say(&writer, filler);
	CHECK(writer_full(&writer));
	while (disk.now_ms < 5000 + WRITER_PATIENCE_MS) {
		CHECK(writer_full(&writer));
		disk.now_ms = writer_due_ms(&writer);
		writer_act(&writer, disk.now_ms);
	}
	CHECK(disk.now_ms == 5000 + WRITER_PATIENCE_MS);
	CHECK(!writer_full(&writer));
	test_say(&writer, "lost 1\n");
	test_say(&writer, "lost 2\n");
	CHECK(strstr(disk.said, "bytes") == NULL);
	disk.room = 1000;
	writer_act(&writer, writer_due_ms(&writer));
	test_say(&writer, "next\n");
	CHECK(strstr(disk.said, "s_server: 14 bytes of it were lost\n"));
	CHECK(disk.size == TEST_ROOM + 5);
	CHECK(strcmp(disk.file + TEST_ROOM, "next\n") == 0);
	writer_close(&writer);
}

/* A block is written whole or not at all. */
static void
test_blocks(void)
{
	static char filler[TEST_ROOM + 1];
	struct writer writer;

	memset(filler, '.', TEST_ROOM - 1);
	test_start(&writer, true);
	test_say(&writer, filler);
	writer_begin_block(&writer);
	test_say(&writer, "abc");
	test_say(&writer, "def\n");
	writer_end_block(&writer);
	writer_begin_block(&writer);
	test_say(&writer, "lost");
	disk.room = 1000;
	writer_act(&writer, writer_due_ms(&writer));
	test_say(&writer, "lost too\n");
	CHECK(strstr(disk.said, "bytes") == NULL);
	writer_end_block(&writer);
	test_say(&writer, "next\n");
	CHECK(strcmp(disk.file + TEST_ROOM - 1, "abcdef\nnext\n") == 0);
	CHECK(strstr(disk.said, "13 bytes of it were lost\n"));
	writer_close(&writer);
}

/* A slow reader is reported once; poll(2) waits for it. */
static void
test_hasty(void)
{
	struct writer writer;

	test_start(&writer, true);
	writer.room_bytes = 1;
	disk.error = EAGAIN;
	disk.room = 1;
	test_say(&writer, "torn\n");
	CHECK(disk.said[0] == '\0');
	CHECK(writer_pollfd(&writer).fd == TEST_FD);
	CHECK(writer_due_ms(&writer) == 0);
	test_say(&writer, "lost\n");
	test_say(&writer, "lost\n");
	CHECK(strcmp(disk.said,
		  "s_server: cannot write to it: nobody reads it\n") == 0);
	disk.room = 1000;
	writer_flush(&writer);
	CHECK(strcmp(disk.file, "torn\n") == 0);
	CHECK(strstr(disk.said, "10 bytes of it were lost\n"));
	writer_close(&writer);
}

static void
test_final(void)
{
	struct writer writer;

	test_start(&writer, false);
	disk.error = EPIPE;
	test_say(&writer, "x");
	disk.room = 1000;
	test_say(&writer, "y");
	CHECK(disk.size == 0);
	CHECK(disk.said[0] == '\0');
	CHECK(!writer_waits(&writer));
	CHECK(writer_due_ms(&writer) == 0);
	writer_close(&writer);
}

/* What is lent is written from where it stands, unless it must be kept. */
static void
test_lending(void)
{
	char first[] = "first\n", second[] = "second\n";
	struct writer writer;

	test_start(&writer, false);
	disk.room = 2;
	writer_lend(&writer, 0, first, 6);
	test_say(&writer, "between\n");
	writer_lend(&writer, 0, second, 7);
	CHECK(writer_has_lent(&writer));
	CHECK(writer.queued_bytes == 4 + 8 + 7);
	(void)stpcpy(first, "xxFIRS");
	disk.room = 1;
	writer_flush(&writer);
	CHECK(strcmp(disk.file, "fiF") == 0);
	writer_keep_lent(&writer);
	CHECK(!writer_has_lent(&writer));
	CHECK(writer.queued_bytes == 3 + 8 + 7);
	memset(first, 'x', sizeof(first));
	memset(second, 'x', sizeof(second));
	disk.room = 1000;
	writer_flush(&writer);
	CHECK(strcmp(disk.file, "fiFIRSbetween\nsecond\n") == 0);
	CHECK(writer.queued_bytes == 0 && !writer_waits(&writer));
	writer_lend(&writer, 0, "third\n", 6);
	CHECK(!writer_has_lent(&writer));
	writer_close(&writer);
}

/* What a target will never take, or has no room for, is not waited for. */
static void
test_lending_dropped(void)
{
	static char filler[TEST_ROOM + 1];
	struct writer writer;

	memset(filler, '.', TEST_ROOM);
	test_start(&writer, true);
	writer_lend(&writer, 0, filler, TEST_ROOM);
	writer_lend(&writer, 0, "lost\n", 5);
	CHECK(writer_has_lent(&writer) && writer.queued_bytes == TEST_ROOM);
	disk.error = EPIPE;
	writer_flush(&writer);
	CHECK(!writer_has_lent(&writer) && writer.queued_bytes == 0);
	writer_lend(&writer, 0, "nowhere\n", 8);
	CHECK(!writer_has_lent(&writer));
	writer_close(&writer);
}

/* EIO means the end of a terminal, but not of a file. */
static void
test_verdicts(void)
{
	static const int final[] = { EPIPE, EBADF, ECONNRESET, ENXIO };
	static const int passing[] = { ENOSPC, EDQUOT, EFBIG, EIO, ENOBUFS };
	FILE *file = tmpfile(), *device = fopen("/dev/null", "w");
	size_t i;

	CHECK(file != NULL && device != NULL);
	for (i = 0; i < sizeof(final) / sizeof(final[0]); i++)
		CHECK(writable_judge(fileno(file), final[i]) == WRITABLE_FINAL);
	for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		CHECK(writable_judge(fileno(file), passing[i]) ==
		    WRITABLE_PASSING);
	CHECK(writable_judge(fileno(device), EIO) == WRITABLE_FINAL);
	CHECK(writable_judge(fileno(file), EAGAIN) == WRITABLE_LATER);
	fclose(file);
	fclose(device);
}
