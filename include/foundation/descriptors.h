/*
 * The descriptors of this process: the standard ones, how many it may have,
 * and whether they are enough.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

/* Standard input, output and error are the first ones. */
#define DESCRIPTORS_STANDARD 3

/*
 * Put the null device where one of these is closed, before anything is opened
 * that would take its place; tells which were. Does not return if it cannot.
 */
void descriptors_fill_standard(bool closed[DESCRIPTORS_STANDARD]);
/* Raise the limit as far as it goes without asking anybody. */
void descriptors_raise_limit(void);
/*
 * Are so many more to be had? 0, or -1: reported, with the name of what needs
 * them and with the limit that it would take.
 */
int descriptors_check(unsigned more, const char *what);

#endif
