/*
 * What an error of write(2) says about later writes to the same place.
 */
#ifndef WRITABLE_H
#define WRITABLE_H

enum writable_verdict {
	WRITABLE_LATER, /* the reader is slow; poll(2) tells when to write */
	WRITABLE_PASSING, /* a full disk or the like; try again by a timer */
	WRITABLE_FINAL, /* nobody will ever read what is written there */
};

/* Judge this errno of a write to that descriptor. Not for EINTR. */
enum writable_verdict writable_judge(int fd, int error);

#endif
