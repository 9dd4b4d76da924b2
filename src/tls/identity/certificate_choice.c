#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "foundation/log.h"
#include "tls/identity/certificate_choice.h"

struct chooser {
	STAILQ_ENTRY(chooser) entry;
	certificate_chooser *choose;
	void *arg;
	void (*release)(void *);
};
STAILQ_HEAD(choosers, chooser);

/*
 * Indexes of our ex_data: an SSL_CTX has its choosers, an SSL has the chooser
 * that returned CHOICE_WAIT.
 */
static int choice_ctx_index = -1;
static int choice_ssl_index = -1;

static struct choosers *choice_list(SSL_CTX *);
static int choice_ask(SSL *, void *);
static void choice_free(void *, void *, CRYPTO_EX_DATA *, int, long, void *);

int
certificate_choice_add(SSL_CTX *ctx, certificate_chooser *choose, void *arg,
    void (*release)(void *))
{
	struct choosers *choosers = choice_list(ctx);
	struct chooser *chooser = calloc(1, sizeof(*chooser));

	if (choosers == NULL || chooser == NULL) {
		log_warnx("out of memory");
		free(chooser);
		if (release != NULL)
			release(arg);
		return -1;
	}
	chooser->choose = choose;
	chooser->arg = arg;
	chooser->release = release;
	STAILQ_INSERT_TAIL(choosers, chooser, entry);
	return 0;
}

/*
 * Returns the choosers of the context; the first call makes the list and sets
 * the callback of libssl. NULL: out of memory.
 */
static struct choosers *
choice_list(SSL_CTX *ctx)
{
	struct choosers *choosers;

	if (choice_ctx_index == -1) {
		choice_ctx_index =
		    SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, choice_free);
		choice_ssl_index =
		    SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	}
	if ((choosers = SSL_CTX_get_ex_data(ctx, choice_ctx_index)) != NULL)
		return choosers;
	if ((choosers = malloc(sizeof(*choosers))) == NULL)
		return NULL;
	STAILQ_INIT(choosers);
	if (SSL_CTX_set_ex_data(ctx, choice_ctx_index, choosers) != 1) {
		free(choosers);
		return NULL;
	}
	SSL_CTX_set_cert_cb(ctx, choice_ask, choosers);
	return choosers;
}

/* After a wait, goes on with the chooser that returned CHOICE_WAIT. */
static int
choice_ask(SSL *ssl, void *arg)
{
	struct choosers *choosers = arg;
	struct chooser *chooser = SSL_get_ex_data(ssl, choice_ssl_index);
	enum certificate_choice choice = CHOICE_MADE;

	if (chooser == NULL)
		chooser = STAILQ_FIRST(choosers);
	while (chooser != NULL &&
	    (choice = chooser->choose(ssl, chooser->arg)) == CHOICE_MADE)
		chooser = STAILQ_NEXT(chooser, entry);
	SSL_set_ex_data(
	    ssl, choice_ssl_index, choice == CHOICE_WAIT ? chooser : NULL);
	return choice;
}

/* A CRYPTO_EX_free. */
static void
choice_free(void *ctx, void *arg, CRYPTO_EX_DATA *data, int index, long number,
    void *more)
{
	struct choosers *choosers = arg;
	struct chooser *chooser;

	(void)ctx;
	(void)data;
	(void)index;
	(void)number;
	(void)more;
	if (choosers == NULL)
		return;
	while ((chooser = STAILQ_FIRST(choosers)) != NULL) {
		STAILQ_REMOVE_HEAD(choosers, entry);
		if (chooser->release != NULL)
			chooser->release(chooser->arg);
		free(chooser);
	}
	free(choosers);
}
