/*
 * The file with the keys of a session store: what is wrong with it is told by
 * its line.
 */
#include <sys/stat.h>

#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "store/store_key_file.h"
#include "store/store_keys.h"
#include "unit.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER \
	"ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEF"

static char path[64];
static struct textbuf said;

static void
hear(enum text_stream stream, const void *data, size_t size, void *arg)
{
	(void)stream;
	(void)arg;
	textbuf_append(&said, data, size);
}

static int
read_keys(struct store_keys *keys, const char *text, size_t size)
{
	FILE *file = fopen(path, "w");

	CHECK(file != NULL && fchmod(fileno(file), 0600) == 0);
	CHECK(fwrite(text, 1, size, file) == size);
	CHECK(fclose(file) == 0);
	memset(keys, 0, sizeof(*keys));
	textbuf_clear(&said);
	return store_key_file_read(keys, path);
}

static void
good(const char *text, size_t count)
{
	struct store_keys keys;

	CHECK(read_keys(&keys, text, strlen(text)) == 0);
	CHECK(keys.count == count && said.size == 0);
	store_keys_close(&keys);
}

static void
bad_bytes(const char *text, size_t size, const char *why)
{
	struct store_keys keys;
	char line[256];

	CHECK(read_keys(&keys, text, size) == -1);
	CHECK(keys.count == 0 && keys.aes == NULL);
	snprintf(line, sizeof(line), "s_server: -session_store_key %s: %s\n",
	    path, why);
	if (strcmp(said.data, line) != 0)
		fprintf(stderr, "said: %s", said.data);
	CHECK(strcmp(said.data, line) == 0);
}

static void
bad(const char *text, const char *why)
{
	bad_bytes(text, strlen(text), why);
}

static void
good_files(void)
{
	good(KEY, 1);
	good(KEY "\n", 1);
	good("# made in May\r\n\r\n" KEY "\r\n" OTHER "\r\n", 2);
	good(KEY OTHER KEY "\n\n\n" KEY, 2);
}

static void
bad_files(void)
{
	struct textbuf many;
	int i;

	bad("", "no key in it");
	bad("# only that\n\n", "no key in it");
	bad(KEY "\n\nsecret\n", "line 3: not a key in hexadecimal digits");
	bad("0x" KEY, "line 1: not a key in hexadecimal digits");
	bad(KEY "\r" OTHER "\r\n", "line 1: not a key in hexadecimal digits");
	bad(KEY " \n", "line 1: not a key in hexadecimal digits");
	bad(KEY "0", "line 1: an odd number of hexadecimal digits");
	bad(KEY "\n00ff\n", "line 2: a key of less than 32 bytes");
	bad_bytes(KEY "\n\0", 66, "not a text");
	textbuf_init(&many);
	for (i = 0; i < 33; i++)
		textbuf_puts(&many, KEY);
	bad(many.data, "line 1: a key of more than 1024 bytes");
	textbuf_clear(&many);
	for (i = 0; i < 17; i++)
		textbuf_puts(&many, KEY "\n");
	bad(many.data, "line 17: more than 16 keys");
	while (many.size <= 64 * 1024)
		textbuf_puts(&many, "# nothing\n");
	bad(many.data, "more than 65536 bytes");
	textbuf_free(&many);
}

static void
no_files(void)
{
	struct store_keys keys = { .count = 0 };

	unlink(path);
	textbuf_clear(&said);
	CHECK(store_key_file_read(&keys, path) == -1);
	CHECK(strstr(said.data, ": No such file or directory\n") != NULL);
	CHECK(mkfifo(path, 0600) == 0);
	textbuf_clear(&said);
	CHECK(store_key_file_read(&keys, path) == -1);
	CHECK(strstr(said.data, ": not a regular file\n") != NULL);
	unlink(path);
}

/* The same secrets, wherever they stand, are the same keys. */
static void
the_order_tells_which_seals(void)
{
	struct store_keys one, other;
	struct store_bytes bound = { "b", 1 }, text = { "text", 4 };
	uint8_t sealed[4 + STORE_SEAL_SIZE], plain[4];
	struct store_bytes bytes = { sealed, sizeof(sealed) };

	CHECK(read_keys(&one, KEY "\n" OTHER, strlen(KEY OTHER) + 1) == 0);
	CHECK(read_keys(&other, OTHER, strlen(OTHER)) == 0);
	CHECK(store_keys_seal(&one, bound, text, sealed) == 0);
	CHECK(store_keys_open(&other, bound, bytes, plain) ==
	    STORE_SEAL_OF_OTHERS);
	CHECK(store_keys_seal(&other, bound, text, sealed) == 0);
	CHECK(store_keys_open(&one, bound, bytes, plain) == STORE_SEAL_GOOD);
	CHECK(memcmp(plain, "text", 4) == 0);
	store_keys_close(&one);
	store_keys_close(&other);
}

int
main(void)
{
	snprintf(path, sizeof(path), "/tmp/store_key_test.%d", getpid());
	text_set_sink(hear, NULL);
	UNIT_RUN(good_files);
	UNIT_RUN(bad_files);
	UNIT_RUN(no_files);
	UNIT_RUN(the_order_tells_which_seals);
	unlink(path);
	textbuf_free(&said);
	return unit_end();
}
