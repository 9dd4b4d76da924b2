/*
 * The page that -www serves: the server, the connection and the statistics, as
 * the stock program's HTML.
 */
#ifndef STATUS_PAGE_H
#define STATUS_PAGE_H

struct connection;
struct textbuf;

/* Append the page, with its HTTP header. */
void status_page(struct connection *, struct textbuf *);

#endif
