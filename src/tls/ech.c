#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "tls/base/tls_error.h"
#include "tls/ech.h"

#if ECH_IS_KNOWN
/* The keys that are being read. */
struct ech_keys {
	struct ech *ech;
	OSSL_ECHSTORE *store;
	int pairs;
};

static bool ech_read(struct ech_keys *, const struct config *);
static bool ech_read_file(struct ech_keys *, const char *);
static bool ech_read_folder(struct ech_keys *, const char *, int for_retry);
static void
ech_read_entry(struct ech_keys *, const char *, const char *, int for_retry);
static bool ech_add(struct ech_keys *, const char *, int for_retry);
static unsigned ech_print(SSL *, const char *);

int
ech_install(
    struct ech *ech, SSL_CTX *ctx, const struct config *config, bool has_more)
{
	struct ech_keys keys = { .ech = ech };
	bool good;

	if (config->ech_trialdecrypt)
		SSL_CTX_set_options(ctx, SSL_OP_ECH_TRIALDECRYPT);
	if (config->ech_greaseretries)
		SSL_CTX_set_options(ctx, SSL_OP_ECH_GREASE_RETRY_CONFIG);
	if (has_more)
		SSL_CTX_ech_set_callback(ctx, ech_print);
	if (!config_has_ech_keys(config))
		return 0;
	keys.store = OSSL_ECHSTORE_new(NULL, config->propquery);
	if (keys.store == NULL)
		fatalx("out of memory");
	if ((good = ech_read(&keys, config))) {
		text_printf(
		    TEXT_OUT, "Loaded %d ECH key pairs in total\n", keys.pairs);
		good = SSL_CTX_set1_echstore(ctx, keys.store) == 1;
		if (!good)
			tls_error_print();
	}
	OSSL_ECHSTORE_free(keys.store);
	return good ? 0 : -1;
}

static bool
ech_read(struct ech_keys *keys, const struct config *config)
{
	if (config->ech_key != NULL && !ech_read_file(keys, config->ech_key))
		return false;
	return ech_read_folder(keys, config->ech_dir, OSSL_ECH_FOR_RETRY) &&
	    ech_read_folder(keys, config->ech_noretry_dir, OSSL_ECH_NO_RETRY);
}

static bool
ech_read_file(struct ech_keys *keys, const char *path)
{
	if (file_limit_check(path) == -1)
		return false;
	errno = 0;
	if (ech_add(keys, path, OSSL_ECH_FOR_RETRY)) {
		text_printf(TEXT_OUT, "Added ECH key pair from: %s\n", path);
		return true;
	}
	text_printf(TEXT_ERR, "Failed reading: %s\n", path);
	log_warnx("-ech_key %s: %s", path,
	    errno != 0 ? strerror(errno) : "no ECH key pair in PEM");
	return false;
}

/* As in the stock program, a file that is no key pair is left out. */
static bool
ech_read_folder(struct ech_keys *keys, const char *path, int for_retry)
{
	const struct dirent *entry;
	int before = keys->pairs;
	DIR *folder;

	if (path == NULL)
		return true;
	if ((folder = opendir(path)) == NULL) {
		text_printf(TEXT_ERR,
		    "'%s' not a directory - exiting\n"
		    "error loading from %s\n",
		    path, path);
		return false;
	}
	while ((entry = readdir(folder)) != NULL)
		ech_read_entry(keys, path, entry->d_name, for_retry);
	closedir(folder);
	text_printf(TEXT_OUT, "Added %d ECH key pairs from: %s\n",
	    keys->pairs - before, path);
	return true;
}

static void
ech_read_entry(
    struct ech_keys *keys, const char *folder, const char *name, int for_retry)
{
	struct stat status;
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) == -1)
		fatalx("out of memory");
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		free(path);
		return;
	}
	if (file_limit_check(path) == 0 && ech_add(keys, path, for_retry)) {
		text_printf(TEXT_OUT, "Added ECH key pair from: %s\n", name);
		free(path);
		return;
	}
	text_printf(TEXT_ERR, "Failed reading from: %s\n", path);
	if (keys->ech->skipped == NULL)
		keys->ech->skipped = path;
	else
		free(path);
}

/* Returns false, with errno if the file cannot be opened. */
static bool
ech_add(struct ech_keys *keys, const char *path, int for_retry)
{
	BIO *bio = BIO_new_file(path, "r");
	bool good;

	if (bio == NULL) {
		ERR_clear_error();
		return false;
	}
	good = OSSL_ECHSTORE_read_pem(keys->store, bio, for_retry) == 1;
	BIO_free(bio);
	ERR_clear_error();
	errno = 0;
	keys->pairs += good;
	return good;
}

/* The callback of SSL_CTX_ech_set_callback(3). */
static unsigned
ech_print(SSL *ssl, const char *account)
{
	struct textbuf words;

	(void)ssl;
	textbuf_init(&words);
	escape_block(&words, account, strlen(account));
	text_printf(TEXT_OUT, "ECH Server callback printing: \n%.*s\n",
	    (int)words.size, words.data);
	textbuf_free(&words);
	return 1;
}
#else
int
ech_install(
    struct ech *ech, SSL_CTX *ctx, const struct config *config, bool has_more)
{
	(void)ech;
	(void)ctx;
	(void)config;
	(void)has_more;
	return 0;
}
#endif

void
ech_close(struct ech *ech)
{
	free(ech->skipped);
	ech->skipped = NULL;
}
