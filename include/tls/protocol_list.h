/*
 * Lists of application protocols: turns the values of -alpn and -nextprotoneg
 * into the form that TLS sends.
 */
#ifndef PROTOCOL_LIST_H
#define PROTOCOL_LIST_H

#include "foundation/textbuf.h"

/*
 * Turn "a,b" into names with a byte for the length before each one (RFC 7301,
 * section 3.1). Empty names are skipped, as in the stock program. names NULL:
 * the list becomes empty. option: its name without a dash, for errors. Returns
 * 0, or -1 (reported) if there is no name, a name has more than 255 bytes or
 * the list is too long. The caller frees the list in either case.
 */
int protocol_list_parse(
    struct textbuf *list, const char *option, const char *names);

#endif
