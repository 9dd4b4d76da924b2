/*
 * The file of -session_store_key: a key a line, of STORE_SECRET_MIN bytes or
 * more, in hexadecimal digits. Empty lines, and those that begin with #, say
 * nothing.
 */
#ifndef STORE_KEY_FILE_H
#define STORE_KEY_FILE_H

struct store_keys;

/*
 * Add its keys to those that are zeroed. Returns 0, or -1 (reported); then
 * there are none.
 */
int store_key_file_read(struct store_keys *, const char *path);

#endif
