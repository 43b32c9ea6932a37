/* Arguments, environment, both outputs. */
#include <stdio.h>
#include <stdlib.h>

extern char **environ;

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    int count = 0;
    for (char **e = environ; *e; e++)
        count++;
    printf("%d variables, GREETING=%s\n", count,
           getenv("GREETING") ? getenv("GREETING") : "(none)");
    fprintf(stderr, "to the error output\n");
    return 0;
}
