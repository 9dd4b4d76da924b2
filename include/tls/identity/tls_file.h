/*
 * Reads keys, certificates and parameters from files of any format that
 * ossl_store-file(7) knows. The functions return an object that the caller
 * frees, or NULL with the stock program's message and the library's reasons
 * printed.
 */
#ifndef TLS_FILE_H
#define TLS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "config/config.h"

/*
 * After an object that cannot be read, a readable one may follow in the file.
 * But the library would need minutes for a large file without any. So the
 * search ends after this number of unreadable objects in a row, when it has
 * also taken this time.
 */
#define TLS_FILE_UNREADABLE_MAX 16
#define TLS_FILE_PATIENCE_MS	1000

/* The state of one search; all fields are 0 at first. */
struct tls_file_patience {
	int unreadable; /* number of unreadable objects in a row */
	int64_t since_ms; /* when the first of them was read */
};
/* To be called after each object. Returns false if the search must end. */
bool tls_file_goes_on(struct tls_file_patience *, bool readable);

/*
 * name: the name of the object in messages, such as "server certificate".
 * phrase decrypts; NULL: ask the user. propquery selects, as in property(7),
 * the provider that reads the file and uses the object; NULL: any provider.
 */
EVP_PKEY *tls_file_key(const char *path, enum file_format, const char *name,
    const char *phrase, const char *propquery);
X509 *tls_file_certificate(const char *path, enum file_format, const char *name,
    const char *phrase, const char *propquery);
/* Returns the first CRL of the file. */
X509_CRL *
tls_file_crl(const char *path, enum file_format, const char *propquery);
/* Returns all certificates of the file. */
STACK_OF(X509) *tls_file_chain(const char *path, const char *name,
    const char *phrase, const char *propquery);
/*
 * Returns the path in a file URI, in any form of ossl_store-file(7), and any
 * other text as it is.
 */
const char *tls_file_path(const char *uri);
/* Without required nothing is printed if there are no parameters. */
EVP_PKEY *tls_file_dh(const char *path, bool required, const char *propquery);

#endif
