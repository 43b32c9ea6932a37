/* Opens root/flip/secret while the host replaces `flip` by a link to the outside and back. What
 * it reads is always the file inside. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    int opened = 0, refused = 0, escaped = 0;
    time_t end = time(NULL) + 2;
    while (time(NULL) < end) {
        char text[16] = "";
        int fd = open("/flip/secret", O_RDONLY);
        if (fd < 0) {
            refused++;
            continue;
        }
        opened++;
        if (read(fd, text, sizeof text - 1) < 0 || strncmp(text, "inside", 6) != 0)
            escaped++;
        close(fd);
    }
    printf("opened %s, refused %s, escaped %d\n", opened ? "some" : "none",
           refused ? "some" : "none", escaped);
    return escaped != 0;
}
