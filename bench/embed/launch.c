/*
 * Runs a command several times and tells how long each whole process took, and how much memory.
 *
 *   launch TIMES COMMAND [ARGUMENT…]
 *
 * A program of its own because it must be small: the kernel counts what the launching process had
 * resident to the peak of the launched one. Prints two lines: the times in nanoseconds, and the
 * peak resident set in KiB. The command's output is thrown away.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    long peak = 0;
    for (int i = 0, times = atoi(argv[1]); i < times; i++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        pid_t pid;
        int status;
        struct rusage usage;
        if (posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ) != 0 ||
            wait4(pid, &status, 0, &usage) < 0 || status != 0) {
            fprintf(stderr, "launch: %s failed\n", argv[2]);
            return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("%s%lld", i ? " " : "",
               (end.tv_sec - begin.tv_sec) * 1000000000LL + (end.tv_nsec - begin.tv_nsec));
        peak = usage.ru_maxrss > peak ? usage.ru_maxrss : peak;
    }
    printf("\n%ld\n", peak);
    return 0;
}
