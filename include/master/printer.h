/*
 * The printer writes standard output and standard error, for the master and for
 * all its children. It never blocks, whatever reads them; see writer.h.
 *
 * Each of the two has a queue of its own, an outlet, so that a reader who is
 * slow on one does not hold up the other. Where both lead to the same file,
 * pipe or terminal there is one outlet for both, and the order of arrival is
 * kept.
 */
#ifndef PRINTER_H
#define PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/text.h"
#include "foundation/writer.h"
#include "master/sources.h"

#define PRINTER_STATUS_MAX 256 /* bytes of a status line, and some */

struct printer {
	struct writer writer[TEXT_OUTLETS];
	int fd[2]; /* standard output, standard error; ours or -1: closed */
	bool shared; /* both lead to the same place: only outlet 0 is used */
	bool expects_status; /* there may be a status line; only then: */
	bool has_status; /* there is one */
	bool in_line; /* the last line of the terminal has no end yet */
};

void printer_open(struct printer *);
void printer_close(struct printer *);

/*
 * A text_sink (text.h); arg is the printer. Writes at once what can be written,
 * and queues the rest.
 */
void printer_write(enum text_stream, const void *data, size_t size, void *arg);
/*
 * The same, but what is queued is not copied: it must stay where it is as long
 * as printer_has_lent, or until printer_keep_lent.
 */
void
printer_lend(struct printer *, enum text_stream, const void *data, size_t size);
bool printer_has_lent(const struct printer *, unsigned outlet);
void printer_keep_lent(struct printer *, unsigned outlet);
/* Returns true if it is refused what it writes there. */
bool printer_is_refused(const struct printer *, unsigned outlet);
/*
 * The same for text that nobody waits for: it is dropped if more than so many
 * bytes would wait then. Returns false if it was dropped.
 */
bool printer_try(struct printer *, enum text_stream, const void *data,
    size_t size, size_t room_bytes);
/* From now on there may be a status line. */
void printer_expect_status(struct printer *);
/* Returns how many characters it may have now. */
size_t printer_columns(const struct printer *);
/*
 * Show this line at the terminal of standard error, in place of the one before;
 * or none: "". Before all other text there the line goes. Nothing is shown
 * while text waits for the terminal, while the last line there has no end, and
 * while another program has it.
 */
void printer_show_status(struct printer *, const char *);
/* Returns the outlet of standard output (0) or standard error (1). */
unsigned printer_outlet(const struct printer *, unsigned index);
/* All that is written to this outlet between these two calls is one block. */
void printer_begin_block(struct printer *, unsigned outlet);
void printer_end_block(struct printer *, unsigned outlet);
/* So much waits in this outlet that its producers should pause. */
bool printer_full(const struct printer *, unsigned outlet);
/* Something waits for a slow reader. */
bool printer_waits(const struct printer *);
/* Write until all is written or the time is over; the rest is dropped. */
void printer_finish(struct printer *, int timeout_ms);

/* Writes what is queued as soon as it can; its self is the printer. */
extern const struct source printer_source;

#endif
