/*
 * What ps(1) shows of the master: its arguments, since scripts look for them.
 */
#ifndef TITLE_H
#define TITLE_H

/* The words of the command line, with what is secret masked already. */
void title_master(int argc, char *const words[]);

#endif
