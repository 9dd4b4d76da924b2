/*
 * What the machine has, or the control group that the process runs in.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/*
 * Bytes of memory that this process could have at most. root is "", or in
 * tests a folder with a /proc and a /sys/fs/cgroup of their own.
 */
uint64_t machine_memory(const char *root);

#endif
