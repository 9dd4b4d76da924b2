/*
 * The command line with its secrets masked, for titles and the page of -www.
 * The option table tells which words are values, and which parts of a value are
 * secret.
 */
#ifndef MASKING_H
#define MASKING_H

/*
 * Returns the words of argv with *** in place of secrets: argc words, then
 * NULL. They live as long as the program; some of them point into argv.
 */
char **masking_words(int argc, char **argv);

#endif
