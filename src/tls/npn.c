#include "tls/npn.h"
#include "config/config.h"
#include "tls/protocol_list.h"

static int npn_advertise(SSL *, const unsigned char **, unsigned *, void *);

int
npn_open(struct npn *npn, const struct config *config)
{
	return protocol_list_parse(
	    &npn->list, "nextprotoneg", config->nextprotoneg);
}

void
npn_close(struct npn *npn)
{
	textbuf_free(&npn->list);
}

void
npn_install(SSL_CTX *ctx, struct npn *npn)
{
	if (npn->list.size > 0)
		SSL_CTX_set_next_protos_advertised_cb(ctx, npn_advertise, npn);
}

static int
npn_advertise(
    SSL *ssl, const unsigned char **list, unsigned *list_size, void *arg)
{
	const struct npn *npn = arg;

	(void)ssl;
	*list = (const unsigned char *)npn->list.data;
	*list_size = (unsigned)npn->list.size;
	return SSL_TLSEXT_ERR_OK;
}
