/*
 * A file with options: an option a line, as -options reads it.
 */
#ifndef OPTIONS_FILE_H
#define OPTIONS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "foundation/text.h"
#include "foundation/textbuf.h"

#define OPTIONS_FILE_BYTES_MAX (1024 * 1024)
/* So long may the writer of a FIFO take. */
#define OPTIONS_FILE_WAIT_S 10
/* An option and its value. */
#define OPTIONS_FILE_WORDS_MAX 2

struct options_file {
	const char *path;
	char *rest; /* the lines that are not read yet */
	unsigned line; /* the number of the line that was read last */
	char *words[OPTIONS_FILE_WORDS_MAX]; /* of that line */
	int count; /* of the words */
	struct textbuf said; /* about the line, see below */
	enum text_stream stream; /* where that goes to */
};

/*
 * Read the whole file. The words point into memory that lives as long as the
 * program. Returns 0, or -1 with the error already printed.
 */
int options_file_open(struct options_file *, const char *path);
/*
 * Go on to the next line that has an option: words[0] is its name with a dash.
 * Returns 1, 0 at the end, or -1 with the error already printed.
 */
int options_file_next(struct options_file *);
/* Hold back what is printed about this line from now on. */
void options_file_hold(struct options_file *);
/* Print it: if it is an error, with the file and the line in front. */
void options_file_release(struct options_file *, bool is_error);

#endif
