#include <sys/mman.h>

#include <stdint.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/secrets.h"

/* Less than what any user may lock. */
#define SECRETS_SIZE (16 * 1024)

/* Names and secrets in turn, each with its NUL; an empty name ends them. */
static char *secrets;
static size_t secrets_used;

static int secrets_open(void);

void
secrets_keep(const char *name, const char *secret)
{
	size_t name_size = strlen(name) + 1, size = strlen(secret) + 1;

	if (secrets_find(name) != NULL || secrets_open() == -1)
		return;
	/* The last byte stays 0: the empty name at the end. */
	if (name_size + size >= SECRETS_SIZE - secrets_used)
		return;
	memcpy(secrets + secrets_used, name, name_size);
	memcpy(secrets + secrets_used + name_size, secret, size);
	secrets_used += name_size + size;
}

const char *
secrets_find(const char *name)
{
	const char *at = secrets, *secret;

	while (at != NULL && *at != '\0') {
		secret = at + strlen(at) + 1;
		if (strcmp(at, name) == 0)
			return secret;
		at = secret + strlen(secret) + 1;
	}
	return NULL;
}

void
secrets_close(void)
{
	if (secrets == NULL)
		return;
	explicit_bzero(secrets, secrets_used);
	munmap(secrets, SECRETS_SIZE);
	secrets = NULL;
	secrets_used = 0;
}

static int
secrets_open(void)
{
	void *memory;

	if (secrets != NULL)
		return 0;
	memory = mmap(NULL, SECRETS_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		log_warn("cannot keep the pass phrase");
		return -1;
	}
	if (mlock(memory, SECRETS_SIZE) == -1)
		log_warn("cannot lock the memory of the pass phrase");
	if (madvise(memory, SECRETS_SIZE, MADV_DONTDUMP) == -1 ||
	    madvise(memory, SECRETS_SIZE, MADV_DONTFORK) == -1)
		log_warn("cannot hide the memory of the pass phrase");
	secrets = memory;
	return 0;
}
