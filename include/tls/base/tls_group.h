/*
 * Groups of key exchanges by name.
 */
#ifndef TLS_GROUP_H
#define TLS_GROUP_H

#include <openssl/ssl.h>

/* Bytes of the name of a group that libssl does not know: "0x11EC". */
#define TLS_GROUP_NUMBER 8

/* As libssl numbers it. Returns a constant text, or the one in the room. */
const char *tls_group_name(SSL *, int nid, char room[TLS_GROUP_NUMBER]);
/*
 * The same of the key exchange of the handshake that is finished, or NULL if it
 * had none with a group: with RSA, with a key shared in advance alone, and
 * where a session of TLS 1.2 was resumed, for which libssl tells the first
 * group.
 */
const char *tls_group_used(SSL *, char room[TLS_GROUP_NUMBER]);

#endif
