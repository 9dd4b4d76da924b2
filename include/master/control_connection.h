/*
 * Commands about connections: those that are open, and what one is to do.
 */
#ifndef CONTROL_CONNECTION_H
#define CONTROL_CONNECTION_H

#include "master/control_call.h"

control_work control_connection_list;
control_work control_connection_close, control_connection_closes;
control_work control_connection_send, control_connection_letter,
    control_connection_sends;

#endif
