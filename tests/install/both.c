/* Calls both copies in turn; see two-copies.sh. */
#include <stdio.h>

int first(void);
int second(void);

int main(void)
{
    for (int i = 0; i < 3; i++) {
        if (!first() || !second()) {
            printf("FAILED in round %d\n", i);
            return 1;
        }
    }
    puts("two copies, traps in both");
    return 0;
}
