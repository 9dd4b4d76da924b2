/*
 * The list of options.
 */
#ifndef HELP_H
#define HELP_H

/* Print it on standard error, as the stock program does. */
void help_print(void);

#endif
