/*
 * Commands about workers: how many there are, and a new one for an old one.
 */
#ifndef CONTROL_WORKERS_H
#define CONTROL_WORKERS_H

#include "master/control_call.h"

control_work control_workers_resize, control_workers_resizes;
control_work control_workers_restart, control_workers_restarts;

#endif
