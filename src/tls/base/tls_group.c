#include "tls/base/tls_group.h"

#include <stdbool.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

static bool tls_group_was_used(SSL *);

const char *
tls_group_name(SSL *ssl, int nid, char room[TLS_GROUP_NUMBER])
{
	const char *name = SSL_group_to_name(ssl, nid);

	if (name != NULL)
		return name;
	if ((nid & TLSEXT_nid_unknown) == 0)
		return OBJ_nid2sn(nid);
	snprintf(room, TLS_GROUP_NUMBER, "0x%04X", nid & 0xffff);
	return room;
}

const char *
tls_group_used(SSL *ssl, char room[TLS_GROUP_NUMBER])
{
	int nid = tls_group_was_used(ssl) ? (int)SSL_get_negotiated_group(ssl)
					  : NID_undef;

	return nid == NID_undef ? NULL : tls_group_name(ssl, nid, room);
}

/* Without a key of the peer, libssl tells the group of the session. */
static bool
tls_group_was_used(SSL *ssl)
{
	EVP_PKEY *key;

	if (!SSL_session_reused(ssl))
		return true;
	if (SSL_version(ssl) != TLS1_3_VERSION ||
	    !SSL_get_peer_tmp_key(ssl, &key))
		return false;
	EVP_PKEY_free(key);
	return true;
}
