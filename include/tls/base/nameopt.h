/*
 * -nameopt: how names of certificates are printed (the options are described
 * in openssl-namedisplay-options(1)).
 */
#ifndef NAMEOPT_H
#define NAMEOPT_H

struct config;

/* Returns 0, or -1 (reported) if one of the options is not known. */
int nameopt_check(const struct config *);
/* Returns the flags for X509_NAME_print_ex(3). */
unsigned long nameopt_flags(const struct config *);

#endif
