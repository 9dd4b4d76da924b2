/*
 * What ps(1) shows of the master: its arguments, since scripts look for them,
 * without those that hold a secret.
 */
#ifndef TITLE_H
#define TITLE_H

struct config;

void title_master(const struct config *);

#endif
