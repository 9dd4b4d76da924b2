/*
 * What the record of a connection tells of its TLS link.
 */
#ifndef LINK_RECORD_H
#define LINK_RECORD_H

#include <openssl/x509.h>

struct json;
struct link;

/* Certificates of ours that the cache knows. */
#define OWN_CERTIFICATES 8

/*
 * What records tell of our own certificates, which many handshakes use. All
 * zero: empty. A certificate that it knows is held, so that no other one gets
 * its address.
 */
struct own_certificates {
	struct own_certificate {
		X509 *certificate; /* NULL: free */
		char *object; /* owned; of JSON */
	} entry[OWN_CERTIFICATES];
	unsigned next; /* the entry that is replaced next */
};

/*
 * Write the members that the finished handshake has. What does not apply is
 * left out: the manual has the list.
 */
void link_record(const struct link *, struct own_certificates *, struct json *);

#endif
