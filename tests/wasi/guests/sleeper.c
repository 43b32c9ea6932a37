/* Waits for ever: on a clock, or on its input. Whoever runs it has to stop it. */
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char c;
    if (argc > 1 && strcmp(argv[1], "input") == 0)
        return (int)read(0, &c, 1);
    for (;;)
        sleep(1000);
}
