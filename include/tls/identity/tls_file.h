/*
 * Keys, certificates and parameters in files of any format that
 * ossl_store-file(7) knows. What is returned is the caller's; NULL: failed,
 * with the stock program's message and the library's reasons printed.
 */
#ifndef TLS_FILE_H
#define TLS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "config/config.h"

/*
 * What cannot be read may be followed by what can; but for a large file without
 * sense the library would need minutes. So many objects in a row are looked at,
 * and for so long.
 */
#define TLS_FILE_UNREADABLE_MAX 16
#define TLS_FILE_PATIENCE_MS	1000

/* Of one search, 0 at first. */
struct tls_file_patience {
	int unreadable; /* in a row */
	int64_t since_ms; /* the first of them */
};
/* After each object: could it be read? False: look at no more. */
bool tls_file_goes_on(struct tls_file_patience *, bool readable);

/*
 * name is what messages call the object: "server certificate". phrase opens
 * what is encrypted; NULL: the user is asked. propquery chooses, as in
 * property(7), who reads the file and who works with what it holds; NULL:
 * anybody.
 */
EVP_PKEY *tls_file_key(const char *path, enum file_format, const char *name,
    const char *phrase, const char *propquery);
X509 *tls_file_certificate(const char *path, enum file_format, const char *name,
    const char *phrase, const char *propquery);
/* The first one of the file. */
X509_CRL *
tls_file_crl(const char *path, enum file_format, const char *propquery);
/* All certificates of the file. */
STACK_OF(X509) *tls_file_chain(const char *path, const char *name,
    const char *phrase, const char *propquery);
/*
 * The path in a URI of a file, in any of the forms of ossl_store-file(7); what
 * is no such URI is returned as it is.
 */
const char *tls_file_path(const char *uri);
/* required: otherwise nothing is said when there are none. */
EVP_PKEY *tls_file_dh(const char *path, bool required, const char *propquery);

#endif
