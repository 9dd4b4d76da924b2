/*
 * What an error of write(2) says about later writes to the same place.
 */
#ifndef WRITABLE_H
#define WRITABLE_H

enum writable_verdict {
	WRITABLE_LATER, /* a reader is slow: poll(2) tells when it is ready */
	WRITABLE_PASSING, /* a full disk and its like: nobody tells when */
	WRITABLE_FINAL, /* nobody will ever read what is written there */
};

/* Of this errno from that descriptor; not for EINTR. */
enum writable_verdict writable_judge(int fd, int error);

#endif
