/*
 * A session in a file, as s_client -sess_out writes it.
 */
#ifndef SESSION_FILE_H
#define SESSION_FILE_H

#include <openssl/ssl.h>

/* To be freed. Ends the program if there is none. */
SSL_SESSION *session_file_read(const char *path);

#endif
