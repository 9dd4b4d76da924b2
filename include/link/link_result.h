/* The result of a step of a link. */
#ifndef LINK_RESULT_H
#define LINK_RESULT_H

/* What to do after a call of libssl. */
enum link_result {
	LINK_DONE,
	LINK_WAIT, /* wait for the peer */
	LINK_SUSPENDED, /* wait for something else, which wakes the link */
	LINK_AGAIN, /* call again without waiting for the peer */
	LINK_ENDED, /* the peer's close_notify */
	LINK_FAILED, /* the error queue has the reason */
};

#endif
