/*
 * How many descriptors this process may have, and whether they are enough.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

/* Raise the limit as far as it goes without asking anybody. */
void descriptors_raise_limit(void);
/*
 * Are so many more to be had? 0, or -1: reported, with the name of what needs
 * them and with the limit that it would take.
 */
int descriptors_check(unsigned more, const char *what);

#endif
