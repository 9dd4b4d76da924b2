/*
 * The numbers of a server's records of DTLS in epoch 0 (RFC 6347, sections 4.1
 * and 4.2.1). The ServerHello has the number of the ClientHello that brought
 * the cookie, and each record after it the next one. libssl counts from the
 * HelloVerifyRequest that it believes to have sent, and has no call to begin
 * elsewhere: a client that is ahead of it would take its records for replays.
 *
 * As epoch 0 is not protected, a constant is added to what libssl wrote. It is
 * fixed at the first record, so whatever libssl begins with is right.
 */
#ifndef RECORD_NUMBERS_H
#define RECORD_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_NUMBERS_SIZE   6 /* bytes of a number */
#define RECORD_NUMBERS_HEADER 13 /* of a record */

struct record_numbers {
	uint64_t hello; /* the ClientHello's number */
	uint64_t shift; /* added to libssl's, modulo 2^48 */
	bool begun; /* no HelloVerifyRequest comes any more */
	bool fixed; /* shift is known */
};

/*
 * The number of the ClientHello with the cookie, in network byte order. A
 * HelloVerifyRequest that libssl writes first has the number before it.
 */
void record_numbers_init(struct record_numbers *, const uint8_t *number);
/* The same number again. */
void record_numbers_hello(const struct record_numbers *, uint8_t *number);
/* The HelloVerifyRequest is written: the next record is the first. */
void record_numbers_begin(struct record_numbers *);
/* The header of a record that libssl wrote, turned into that on the wire. */
void record_numbers_header(struct record_numbers *, uint8_t *header);
/* All records of a datagram. What is none is left alone, to its end. */
void record_numbers_datagram(
    struct record_numbers *, uint8_t *datagram, size_t size);
/*
 * What a peer sent, before libssl sees it: a record of epoch 0 whose number is
 * below *next gets that one. *next, 0 at first, is then the number behind it.
 */
void record_numbers_follow(uint64_t *next, uint8_t *datagram, size_t size);

#endif
