/*
 * The command line as others may see it, in titles and on the page of -www:
 * the option table tells which words are values, and what in them is secret.
 */
#ifndef MASKING_H
#define MASKING_H

/*
 * Word for word what was given, with *** for whatever is secret; argc words,
 * and NULL after them. They live as long as the program, some of them in argv.
 */
char **masking_words(int argc, char **argv);

#endif
