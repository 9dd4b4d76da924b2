/*
 * What a step of a link comes to.
 */
#ifndef LINK_RESULT_H
#define LINK_RESULT_H

/* What is to be done after a call of libssl. */
enum link_result {
	LINK_DONE,
	LINK_WAIT, /* for the peer */
	LINK_SUSPENDED, /* for somebody else, who wakes the link */
	LINK_AGAIN, /* call again without waiting for the peer */
	LINK_ENDED, /* the peer's close_notify */
	LINK_FAILED, /* the error queue tells why */
};

#endif
