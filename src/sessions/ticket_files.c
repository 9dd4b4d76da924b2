#include "sessions/ticket_files.h"

#include <sys/stat.h>

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/secret_file.h"
#include "sessions/ticket_keys.h"

#define FILE_SHORT (TICKET_KEY_NAME_SIZE + 2 * TICKET_SECRET_SHORT)
#define FILE_LONG  (TICKET_KEY_NAME_SIZE + 2 * TICKET_SECRET_LONG)

static int file_load(const char *, bool, struct ticket_key *);
static void file_parse(const uint8_t *, size_t, bool, struct ticket_key *);

int
ticket_files_load(
    const char **files, size_t count, bool apache, struct ticket_key_list *list)
{
	size_t i;

	memset(list, 0, sizeof(*list));
	if (count > TICKET_KEYS_MAX) {
		log_warnx("-ticket_keys %s: only %d keys may be given",
		    files[TICKET_KEYS_MAX], TICKET_KEYS_MAX);
		return -1;
	}
	for (i = 0; i < count; i++) {
		if (file_load(files[i], apache, &list->key[i]) == -1) {
			ticket_key_list_wipe(list);
			return -1;
		}
		list->key[i].renew = i > 0;
	}
	list->count = count;
	return 0;
}

static int
file_load(const char *path, bool apache, struct ticket_key *key)
{
	uint8_t bytes[FILE_LONG];
	int fd, result = -1;
	struct stat st;
	ssize_t got;

	if ((fd = secret_file_open("-ticket_keys", path, &st)) == -1)
		return -1;
	if (st.st_size != FILE_SHORT && (st.st_size != FILE_LONG || apache)) {
		log_warnx("-ticket_keys %s: %jd bytes, not %s", path,
		    (intmax_t)st.st_size, apache ? "48" : "48 or 80");
	} else if ((got = read(fd, bytes, (size_t)st.st_size)) == -1) {
		log_warn("-ticket_keys %s", path);
	} else if (got != st.st_size) {
		log_warnx("-ticket_keys %s: changed while it was read", path);
	} else {
		secret_file_warn("-ticket_keys", path, &st);
		file_parse(bytes, (size_t)got, apache, key);
		result = 0;
	}
	explicit_bzero(bytes, sizeof(bytes));
	close(fd);
	return result;
}

/* In a short file of nginx the AES key comes first, in a long one last. */
static void
file_parse(
    const uint8_t *bytes, size_t size, bool apache, struct ticket_key *key)
{
	size_t secret = (size - TICKET_KEY_NAME_SIZE) / 2;
	const uint8_t *first = bytes + TICKET_KEY_NAME_SIZE;
	const uint8_t *second = first + secret;
	bool aes_first = size == FILE_SHORT && !apache;

	memcpy(key->name, bytes, TICKET_KEY_NAME_SIZE);
	memcpy(key->aes, aes_first ? first : second, secret);
	memcpy(key->hmac, aes_first ? second : first, secret);
	key->aes_size = key->hmac_size = (uint16_t)secret;
	key->expires_s = TICKET_KEY_FOREVER;
}
