/*
 * The answer of the servers of the benches to every request.
 */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>

#define PAGE_REQUEST	 "GET /page HTTP/1.0\r\n\r\n"
#define PAGE_REQUEST_MAX 1024

/* An HTTP header and 1000 bytes. */
extern const char page_answer[];
extern const size_t page_answer_size;

#endif
