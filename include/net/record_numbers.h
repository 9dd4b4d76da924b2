/*
 * The numbers of a DTLS server's records in epoch 0 (RFC 6347, sections 4.1 and
 * 4.2.1). The ServerHello has the number of the ClientHello that brought the
 * cookie, and each later record has the next number. But libssl counts from the
 * HelloVerifyRequest that it believes to have sent, and no call changes that. A
 * client that is ahead of libssl would take its records for replays.
 *
 * Epoch 0 is not protected, so a constant can be added to the numbers that
 * libssl wrote. The constant is fixed at the first record, so any first number
 * of libssl is right.
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
	bool begun; /* no HelloVerifyRequest follows */
	bool fixed; /* shift is known */
};

/*
 * number: that of the ClientHello with the cookie, in network byte order. If
 * libssl writes a HelloVerifyRequest first, that one gets the number before it.
 */
void record_numbers_init(struct record_numbers *, const uint8_t *number);
/* Get this number again. */
void record_numbers_hello(const struct record_numbers *, uint8_t *number);
/* The HelloVerifyRequest is written: the next record is the first. */
void record_numbers_begin(struct record_numbers *);
/* Turn the header of a record that libssl wrote into the header on the wire. */
void record_numbers_header(struct record_numbers *, uint8_t *header);
/* Do so for all records of a datagram, up to bytes that are no record. */
void record_numbers_datagram(
    struct record_numbers *, uint8_t *datagram, size_t size);
/*
 * For what a peer sent, before libssl sees it: a record of epoch 0 whose number
 * is below *next gets the number *next. *next, 0 at first, is set to the number
 * after that of the record.
 */
void record_numbers_follow(uint64_t *next, uint8_t *datagram, size_t size);

#endif
