/*
 * -tlsextdebug: the extensions of a client's messages in the stock program's
 * lines, on TEXT_OUT.
 */
#ifndef EXTENSIONS_H
#define EXTENSIONS_H

#include <openssl/ssl.h>

/* Have those that this SSL receives printed. */
void extensions_attach(SSL *);

#endif
