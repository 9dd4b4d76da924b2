/*
 * Ticket keys from files, in the format of other servers: a file has one key
 * and nothing else.
 */
#ifndef TICKET_FILES_H
#define TICKET_FILES_H

struct config;
struct ticket_key_list;

/*
 * Read the files of -ticket_keys. Returns 0 and the keys in the order of the
 * files, or no keys if no file was given. If one file cannot be read, returns
 * -1 (reported) and an empty list. The caller wipes the list.
 */
int ticket_files_load(const struct config *, struct ticket_key_list *);

#endif
