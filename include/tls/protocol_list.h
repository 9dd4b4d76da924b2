/*
 * Lists of application protocols: what -alpn and -nextprotoneg are given, as
 * TLS sends them.
 */
#ifndef PROTOCOL_LIST_H
#define PROTOCOL_LIST_H

#include "foundation/textbuf.h"

/*
 * "a,b" becomes names with a byte of length before each (RFC 7301, section
 * 3.1). Empty names between commas are skipped, as the stock program does.
 * option, without its dash, is named by errors. names may be NULL: the list is
 * empty. Returns 0, or -1 (reported): no name, or one of more than 255 bytes.
 * The list is the caller's to free, also then.
 */
int protocol_list_parse(
    struct textbuf *list, const char *option, const char *names);

#endif
