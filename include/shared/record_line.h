/*
 * The members that all lines of -log begin with, and what a card tells of a
 * connection. The manual page describes each member. A new member needs no new
 * version of the format; any other change does.
 */
#ifndef RECORD_LINE_H
#define RECORD_LINE_H

#include "shared/connection_board.h"

#define RECORD_VERSION 1

struct json;
struct textbuf;

/* Begin a line: event, version, time, and the host unless that is NULL. */
void record_begin(
    struct json *, struct textbuf *, const char *event, const char *host);
/* Who: worker, connection, transport, and the addresses. */
void record_parties(
    struct json *, const struct card_copy *, unsigned worker, bool datagrams);
/* What became of the handshake. */
void record_handshake(struct json *, const struct card_copy *);
/* What moved, and how the connection ended. */
void record_end(struct json *, const struct card_copy *, enum card_end);

#endif
