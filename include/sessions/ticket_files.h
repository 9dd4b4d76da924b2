/*
 * Ticket keys from files, as other servers keep them: one key a file, nothing
 * else in it.
 */
#ifndef TICKET_FILES_H
#define TICKET_FILES_H

struct config;
struct ticket_key_list;

/*
 * Read the files of -ticket_keys: all of them, or none. Returns 0 and the keys
 * in the order of the files, none if no file was given; or -1 (reported), and
 * the list is empty. Changes nothing; the caller wipes the list.
 */
int ticket_files_load(const struct config *, struct ticket_key_list *);

#endif
