/* The responses of -status_file, which are read at the start. */
#ifndef OCSP_FILE_H
#define OCSP_FILE_H

#include <stddef.h>

#include <openssl/ocsp.h>
#include <openssl/ssl.h>

/* A response in DER. */
struct ocsp_file {
	unsigned char *der; /* owned */
	int size;
};

struct ocsp_files {
	struct ocsp_file *item; /* owned */
	size_t count; /* 0: the option was not given */
};

/* Returns 0, or -1 (reported). */
int ocsp_files_read(struct ocsp_files *, const char *const *, size_t count);
/* Does nothing if all fields are zero. */
void ocsp_files_free(struct ocsp_files *);

/*
 * Choose the response for each of the first certificates of the handshake
 * (ocsp_chain.h). Each file is used once. The response about the last one need
 * not match if its issuer is not in the chain and one file is left. The caller
 * frees the responses; NULL: none.
 */
void ocsp_files_choose(
    const struct ocsp_files *, SSL *, OCSP_RESPONSE **, int count);

#endif
