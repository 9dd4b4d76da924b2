/*
 * Reads a session from a file, in the format of s_client -sess_out.
 */
#ifndef SESSION_FILE_H
#define SESSION_FILE_H

#include <openssl/ssl.h>

/* Returns the session, which the caller frees. Ends the program on failure. */
SSL_SESSION *session_file_read(const char *path);

#endif
