#include "link/signature_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

static char *signature_append(char *, const char *, const char *);
static bool signature_told(SSL *, bool, char *);
static const char *signature_kind(int, int);

bool
signature_name(SSL *ssl, bool ours, char name[SIGNATURE_NAME_SIZE])
{
	int type = NID_undef, hash = NID_undef;
	const char *kind, *last = &name[SIGNATURE_NAME_SIZE - 1];
	char *next = name;

	if (signature_told(ssl, ours, name))
		return true;
	if (ours ? SSL_get_signature_type_nid(ssl, &type) != 1
		 : SSL_get_peer_signature_type_nid(ssl, &type) != 1)
		return false;
	(void)(ours ? SSL_get_signature_nid(ssl, &hash)
		    : SSL_get_peer_signature_nid(ssl, &hash));
	kind = hash == NID_undef ? NULL : signature_kind(type, hash);
	if (kind == NULL && type == NID_undef)
		return false;
	if (kind != NULL) {
		next = signature_append(next, last, kind);
		next = signature_append(next, last, "_");
	}
	signature_append(next, last, OBJ_nid2sn(kind != NULL ? hash : type));
	return true;
}

/* Appends the word in small letters, as much as fits. Returns the end. */
static char *
signature_append(char *next, const char *last, const char *word)
{
	for (; *word != '\0' && next < last; word++)
		*next++ = (char)tolower((unsigned char)*word);
	*next = '\0';
	return next;
}

/* Since OpenSSL 3.5 libssl tells the name itself. */
static bool
signature_told(SSL *ssl, bool ours, char *name)
{
#if OPENSSL_VERSION_PREREQ(3, 5)
	const char *told = NULL;

	if ((ours ? SSL_get0_signature_name(ssl, &told)
		  : SSL_get0_peer_signature_name(ssl, &told)) != 1 ||
	    told == NULL)
		return false;
	snprintf(name, SIGNATURE_NAME_SIZE, "%s", told);
	return true;
#else
	(void)ssl, (void)ours, (void)name;
	return false;
#endif
}

/* The name without the hash, or NULL if the name has no hash. */
static const char *
signature_kind(int type, int hash)
{
	switch (type) {
	case EVP_PKEY_RSA:
		return "rsa_pkcs1";
	case EVP_PKEY_RSA_PSS:
		return "rsa_pss_rsae";
	case EVP_PKEY_EC:
		return hash == NID_sha256 ? "ecdsa_secp256r1"
		    : hash == NID_sha384  ? "ecdsa_secp384r1"
		    : hash == NID_sha512  ? "ecdsa_secp521r1"
					  : "ecdsa";
	case EVP_PKEY_DSA:
		return "dsa";
	default:
		return NULL;
	}
}
