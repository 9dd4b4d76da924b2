/*
 * -pidfile: a file with the number of the master, locked as long as it lives
 * (pidfile_open(3bsd)). A file that a dead master has left is taken over.
 */
#ifndef PID_FILE_H
#define PID_FILE_H

struct pidfh;

struct pid_file {
	struct pidfh *handle; /* NULL: there is none */
	const char *path;
};

/*
 * Make and lock it; path NULL: there is none. Returns 0, or -1 (reported): the
 * error names the process that has it.
 */
int pid_file_open(struct pid_file *, const char *path);
/*
 * Remove it, if there is one and nobody has replaced it. It must be the master
 * that calls this.
 */
void pid_file_remove(struct pid_file *);

#endif
