/*
 * -tlsextdebug: prints the extensions of a client's messages on TEXT_OUT, in
 * the stock program's lines.
 */
#ifndef EXTENSIONS_H
#define EXTENSIONS_H

#include <openssl/ssl.h>

/* Print the extensions that this SSL receives. */
void extensions_attach(SSL *);

#endif
