#include "store/store_key_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "foundation/log.h"
#include "foundation/secret_file.h"
#include "store/store_keys.h"

#define STORE_KEY_OPTION   "-session_store_key"
#define STORE_KEY_FILE_MAX (64 * 1024) /* bytes */

static ssize_t store_key_file_load(const char *, char *);
static int store_key_file_parse(struct store_keys *, const char *, char *);
static const char *store_key_file_line(struct store_keys *, const char *);

int
store_key_file_read(struct store_keys *keys, const char *path)
{
	char *text = malloc(STORE_KEY_FILE_MAX + 1);
	ssize_t size;
	int result = -1;

	if (text == NULL)
		fatalx("out of memory");
	if ((size = store_key_file_load(path, text)) != -1) {
		text[size] = '\0';
		result = store_key_file_parse(keys, path, text);
		explicit_bzero(text, (size_t)size);
	}
	free(text);
	if (result == -1)
		store_keys_close(keys);
	return result;
}

/* Returns how many bytes there are, none of which is a NUL, or -1 (reported).
 */
static ssize_t
store_key_file_load(const char *path, char *text)
{
	struct stat st;
	ssize_t got = -1;
	int fd;

	if ((fd = secret_file_open(STORE_KEY_OPTION, path, &st)) == -1)
		return -1;
	if (st.st_size > STORE_KEY_FILE_MAX)
		log_warnx(STORE_KEY_OPTION " %s: more than %d bytes", path,
		    STORE_KEY_FILE_MAX);
	else if ((got = read(fd, text, STORE_KEY_FILE_MAX)) == -1)
		log_warn(STORE_KEY_OPTION " %s", path);
	else
		secret_file_warn(STORE_KEY_OPTION, path, &st);
	close(fd);
	if (got > 0 && memchr(text, '\0', (size_t)got) != NULL) {
		log_warnx(STORE_KEY_OPTION " %s: not a text", path);
		explicit_bzero(text, (size_t)got);
		return -1;
	}
	return got;
}

static int
store_key_file_parse(struct store_keys *keys, const char *path, char *text)
{
	const char *wrong;
	char *line;
	size_t size;
	unsigned number = 0;

	while ((line = strsep(&text, "\n")) != NULL) {
		number++;
		/* Of DOS; another one is no end of a line. */
		if ((size = strlen(line)) > 0 && line[size - 1] == '\r')
			line[size - 1] = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		if ((wrong = store_key_file_line(keys, line)) == NULL)
			continue;
		log_warnx(
		    STORE_KEY_OPTION " %s: line %u: %s", path, number, wrong);
		return -1;
	}
	if (keys->count > 0)
		return 0;
	log_warnx(STORE_KEY_OPTION " %s: no key in it", path);
	return -1;
}

/* Returns NULL, or what is wrong. */
static const char *
store_key_file_line(struct store_keys *keys, const char *line)
{
	uint8_t secret[STORE_SECRET_MAX];
	size_t digits = strlen(line), size;
	int result;

	if (strspn(line, "0123456789abcdefABCDEF") != digits)
		return "not a key in hexadecimal digits";
	if (digits % 2 != 0)
		return "an odd number of hexadecimal digits";
	if (digits < 2 * STORE_SECRET_MIN)
		return "a key of less than 32 bytes";
	if (digits > 2 * STORE_SECRET_MAX)
		return "a key of more than 1024 bytes";
	if (keys->count == STORE_KEYS_MAX)
		return "more than 16 keys";
	if (OPENSSL_hexstr2buf_ex(secret, sizeof(secret), &size, line, '\0') !=
	    1)
		return "not a key";
	result = store_keys_add(keys, secret, size);
	explicit_bzero(secret, sizeof(secret));
	return result == 0 ? NULL : "the library cannot use it";
}
