#include <err.h>
#include <stdio.h>

#include <openssl/pem.h>

#include "session_file.h"

SSL_SESSION *
session_file_read(const char *path)
{
	FILE *file = fopen(path, "r");
	SSL_SESSION *session;

	if (file == NULL)
		err(1, "%s", path);
	session = PEM_read_SSL_SESSION(file, NULL, NULL, NULL);
	fclose(file);
	if (session == NULL)
		errx(1, "%s: no session", path);
	return session;
}
