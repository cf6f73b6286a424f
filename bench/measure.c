/* SPDX-License-Identifier: ISC */
/*
 * Runs one command and prints what it cost: wall and processor seconds, and the
 * peak memory of its largest process, in KiB. The kernel counts for us (wait4),
 * so that a pipe of several processes under a shell is counted whole, and our
 * own start is not counted at all.
 *
 * usage: measure COMMAND...
 *	stdout: WALL CPU PEAK, leaving with the command's own exit status
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* The command's standard output is nobody's: ours carries the numbers. */
static void
become(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
	}
	(void)execvp(argv[0], argv);
	(void)fprintf(stderr, "measure: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int
report(double wall, int status, const struct rusage *used)
{
	if (WIFSIGNALED(status)) {
		(void)fprintf(stderr, "measure: killed by signal %d\n", WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	if (printf("%.6f %.6f %ld\n", wall, seconds(used->ru_utime) + seconds(used->ru_stime),
	    used->ru_maxrss) < 0 || fflush(stdout) != 0)
		return 126;
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	struct rusage used;
	double start;
	pid_t child;
	int status;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: measure COMMAND...\n");
		return 2;
	}
	start = now();
	child = fork();
	if (child == 0)
		become(argv + 1);
	if (child < 0 || wait4(child, &status, 0, &used) != child) {
		(void)fprintf(stderr, "measure: %s\n", strerror(errno));
		return 126;
	}
	return report(now() - start, status, &used);
}
