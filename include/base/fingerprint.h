/*
 * JA3 and JA4: what kind of client a ClientHello comes from. Programs of one
 * version send the same lists, so that the digest of the lists tells them from
 * others. Both leave out the numbers that clients make up at random (GREASE).
 *
 * JA3 is the MD5 of five lists in decimal numbers, in the order of the message.
 * JA4 is "t13d1516h2_8daaf6152771_e5627efa2ab1": transport, version, whether
 * there is a name, the numbers of cipher suites and extensions, the first
 * protocol of ALPN, and two pieces of SHA-256, of lists that are sorted.
 */
#ifndef FINGERPRINT_H
#define FINGERPRINT_H

#include "base/client_hello.h"

/* With more cipher suites there are no fingerprints. */
#define FINGERPRINT_SUITES_MAX 512

/* Each is empty if there is none. */
struct fingerprint {
	char ja3[33];
	char ja4[37];
};

/*
 * Called by the master, before the fork, if fingerprints are needed. Where the
 * library has no MD5, as under FIPS, there will be no JA3.
 */
void fingerprint_open(void);
void fingerprint_close(void);
void fingerprint_take(struct fingerprint *, const struct client_hello *);

#endif
