/* Ends with the status it is told. */
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc > 2)
        _Exit(atoi(argv[1]));
    return atoi(argv[1]);
}
