/* What a C library makes of the file functions. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
    char *names[64];
    int count = 0;
    DIR *dir = opendir(path);
    check("opendir", dir != NULL);
    for (struct dirent *e; (e = readdir(dir)) != NULL && count < 64;)
        names[count++] = strdup(e->d_name);
    closedir(dir);
    qsort(names, (size_t)count, sizeof *names, by_name);
    printf("%s:", path);
    for (int i = 0; i < count; i++)
        printf(" %s", names[i]);
    printf("\n");
}

int main(void)
{
    char text[64] = "";
    struct stat st;
    FILE *f = fopen("/made", "w+");
    check("fopen for writing", f != NULL);
    if (!f)
        return 1;
    check("fprintf", fprintf(f, "line one\nline two\n") == 18);
    check("rewind and read",
          (rewind(f), fgets(text, sizeof text, f)) && strcmp(text, "line one\n") == 0);
    check("fseek from the end",
          fseek(f, -4, SEEK_END) == 0 && fgets(text, sizeof text, f) && strcmp(text, "two\n") == 0);
    check("ftell", ftell(f) == 18);
    fclose(f);
    f = fopen("made", "a");
    check("append", f && fputs("three", f) >= 0 && fclose(f) == 0);
    check("stat",
          stat("made", &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 23 && st.st_nlink == 1);
    int fd = open("made", O_RDWR);
    check("ftruncate", fd >= 0 && ftruncate(fd, 4) == 0 && fstat(fd, &st) == 0 && st.st_size == 4);
    check("pwrite and pread",
          pwrite(fd, "XY", 2, 1) == 2 && pread(fd, text, 4, 0) == 4 && !memcmp(text, "lXYe", 4));
    check("lseek is where it was", lseek(fd, 0, SEEK_CUR) == 0);
    check("fsync", fsync(fd) == 0 && fdatasync(fd) == 0);
    struct timespec times[2] = {{1000, 0}, {2000, 500}};
    check("futimens", futimens(fd, times) == 0 && fstat(fd, &st) == 0 &&
                          st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 500);
    close(fd);
    check("closed is closed", read(fd, text, 1) == -1 && errno == EBADF);
    check("exclusive creation",
          open("made", O_CREAT | O_EXCL | O_RDWR, 0666) == -1 && errno == EEXIST);
    check("not there", open("none", O_RDONLY) == -1 && errno == ENOENT);
    check("writing what is open for reading",
          (fd = open("made", O_RDONLY)) >= 0 && write(fd, "x", 1) == -1 && errno == EBADF);
    close(fd);
    check("mkdir", mkdir("sub", 0777) == 0 && mkdir("sub", 0777) == -1 && errno == EEXIST);
    check("mkdir below", mkdir("sub/below", 0777) == 0);
    check("rename", rename("made", "sub/moved") == 0 && access("made", F_OK) == -1);
    check("link",
          link("sub/moved", "sub/twin") == 0 && stat("sub/twin", &st) == 0 && st.st_nlink == 2);
    check("symlink", symlink("twin", "sub/alias") == 0);
    check("readlink",
          readlink("sub/alias", text, sizeof text) == 4 && memcmp(text, "twin", 4) == 0);
    check("lstat", lstat("sub/alias", &st) == 0 && S_ISLNK(st.st_mode));
    check("stat follows", stat("sub/alias", &st) == 0 && S_ISREG(st.st_mode));
    check("O_NOFOLLOW", open("sub/alias", O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
    list("/sub");
    check("rmdir of what is not empty", rmdir("sub") == -1 && errno == ENOTEMPTY);
    check("unlink of a directory", unlink("sub/below") == -1 && errno == EISDIR);
    check("unlink",
          unlink("sub/moved") == 0 && unlink("sub/twin") == 0 && unlink("sub/alias") == 0);
    check("rmdir", rmdir("sub/below") == 0 && rmdir("sub") == 0);
    /* Many descriptors and a file that is read in pieces. */
    f = fopen("numbers", "w");
    for (int i = 0; i < 20000; i++)
        fprintf(f, "%d\n", i);
    fclose(f);
    long sum = 0;
    int n, last = -1;
    f = fopen("numbers", "r");
    while (fscanf(f, "%d", &n) == 1)
        sum += n, last = n;
    fclose(f);
    check("20000 lines", sum == 199990000 && last == 19999);
    check("remove", remove("numbers") == 0);
    return 0;
}
