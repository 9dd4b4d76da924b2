/* All of SRP is deprecated, without a replacement. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/srp.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/srp.h"

static SRP_VBASE *srp_read(const char *, const char *);
static int srp_choose(SSL *, int *, void *);
static SRP_user_pwd *srp_look_up(SSL *, SRP_VBASE *, char *, const char *);
static const char *srp_info(const SRP_user_pwd *);

int
srp_install(struct srp *srp, SSL_CTX *ctx, const struct config *config)
{
	if (config->srpvfile == NULL)
		return 0;
	if (file_limit_check(config->srpvfile) == -1)
		return -1;
	srp->verifiers = srp_read(config->srpvfile, config->srpuserseed);
	if (srp->verifiers == NULL)
		return -1;
	SSL_CTX_set_srp_cb_arg(ctx, srp->verifiers);
	SSL_CTX_set_srp_username_callback(ctx, srp_choose);
	return 0;
}

void
srp_close(struct srp *srp)
{
	SRP_VBASE_free(srp->verifiers);
}

/* Refuses a directory, which the library's function takes for an empty file. */
static SRP_VBASE *
srp_read(const char *path, const char *seed)
{
	/* Neither function changes its argument. */
	SRP_VBASE *verifiers = SRP_VBASE_new((char *)(uintptr_t)seed);
	int error;

	if (verifiers == NULL)
		fatalx("out of memory");
	error = SRP_VBASE_init(verifiers, (char *)(uintptr_t)path);
	if (error != SRP_NO_ERROR)
		text_printf(TEXT_ERR,
		    "Cannot initialize SRP verifier file \"%s\":ret=%d\n", path,
		    error);
	else if (sk_SRP_user_pwd_num(verifiers->users_pwd) <= 0)
		log_warnx("-srpvfile %s: there is no user in it", path);
	else
		return verifiers;
	SRP_VBASE_free(verifiers);
	return NULL;
}

/* With a seed every name has a user, whose password nobody knows. */
static int
srp_choose(SSL *ssl, int *alert, void *arg)
{
	char *name = SSL_get_srp_username(ssl);
	SRP_user_pwd *user;
	struct textbuf escaped;
	const char *shown;
	int result = SSL3_AL_FATAL;

	textbuf_init(&escaped);
	shown = escape_string(&escaped, name);
	text_printf(TEXT_ERR, "SRP username = \"%s\"\n", shown);
	user = srp_look_up(ssl, arg, name, shown);
	if (user == NULL)
		text_printf(TEXT_ERR, "User %s doesn't exist\n", shown);
	else if (SSL_set_srp_server_param(
		     ssl, user->N, user->g, user->s, user->v, user->info) < 0)
		*alert = SSL_AD_INTERNAL_ERROR;
	else
		result = SSL_ERROR_NONE;
	if (result == SSL_ERROR_NONE)
		text_printf(TEXT_ERR,
		    "SRP parameters set: username = \"%s\" info=\"%s\" \n",
		    shown, srp_info(user));
	SRP_user_pwd_free(user);
	textbuf_free(&escaped);
	return result;
}

/* Prints what the stock program prints, which leaves its handshake here. */
static SRP_user_pwd *
srp_look_up(SSL *ssl, SRP_VBASE *verifiers, char *name, const char *shown)
{
	SRP_user_pwd *user;

	if (SSL_get_finished(ssl, NULL, 0) == 0)
		text_printf(TEXT_OUT, "LOOKUP during accept %s\n", shown);
	else
		text_printf(TEXT_OUT, "LOOKUP renego during read\n");
	user = SRP_VBASE_get1_by_user(verifiers, name);
	if (user != NULL)
		text_printf(TEXT_OUT, "LOOKUP done %s\n", srp_info(user));
	else
		text_printf(TEXT_OUT, "LOOKUP not successful\n");
	return user;
}

/* A user made from the seed has no info: print the word of BIO_printf. */
static const char *
srp_info(const SRP_user_pwd *user)
{
	return user->info != NULL ? user->info : "<NULL>";
}
