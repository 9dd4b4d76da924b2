/*
 * Ticket keys from files, in the format of other servers: a file has one key
 * and nothing else.
 */
#ifndef TICKET_FILES_H
#define TICKET_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct ticket_key_list;

/*
 * Read these files of -ticket_keys, whose parts are in the order of nginx or of
 * Apache. Returns 0 and the keys in the order of the files, or no keys if no
 * file was given. If one file cannot be read, returns -1 (reported) and an
 * empty list. The caller wipes the list.
 */
int ticket_files_load(
    const char **files, size_t count, bool apache, struct ticket_key_list *);

#endif
