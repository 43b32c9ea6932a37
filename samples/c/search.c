/*
 * Looks for a pattern in all files below a folder, as grep -rn does.
 *
 *   search PATTERN FOLDER
 *
 * Patterns: . any character, * any number of the one before, ^ and $ the ends of the line, \ takes
 * the next character as it is. Folders are walked in the order of their names, so that the output
 * does not depend on the file system. Exit status 1 if nothing was found.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static long files, lines, hits;

static void *checked(void *p)
{
    if (!p) {
        fprintf(stderr, "search: out of memory\n");
        exit(2);
    }
    return p;
}

static bool one(const char *p, const char *s)
{
    return *s && (*p == '.' || (*p == '\\' ? p[1] == *s : *p == *s));
}

static bool match_here(const char *p, const char *s)
{
    while (*p) {
        size_t width = *p == '\\' && p[1] ? 2 : 1;
        if (p[width] == '*') {
            const char *most = s;
            while (one(p, most))
                most++;
            for (;; most--) {
                if (match_here(p + width + 1, most))
                    return true;
                if (most == s)
                    return false;
            }
        }
        if (*p == '$' && p[1] == 0)
            return *s == 0;
        if (!one(p, s))
            return false;
        p += width;
        s++;
    }
    return true;
}

static bool matches(const char *p, const char *s)
{
    if (*p == '^')
        return match_here(p + 1, s);
    do {
        if (match_here(p, s))
            return true;
    } while (*s++);
    return false;
}

static void search_file(const char *pattern, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    files++;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    for (long number = 1; (length = getline(&line, &room, file)) >= 0; number++, lines++) {
        if (length > 0 && line[length - 1] == '\n')
            line[length - 1] = 0;
        if (matches(pattern, line)) {
            printf("%s:%ld:%s\n", path, number, line);
            hits++;
        }
    }
    free(line);
    fclose(file);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void search_folder(const char *pattern, const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    char **names = NULL;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        names = checked(realloc(names, (count + 1) * sizeof *names));
        names[count++] = checked(strdup(entry->d_name));
    }
    closedir(folder);
    if (count > 0)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        char *inner = checked(malloc(strlen(path) + strlen(names[i]) + 2));
        struct stat status;
        sprintf(inner, "%s/%s", path, names[i]);
        if (stat(inner, &status) != 0)
            printf("%s: %s\n", inner, strerror(errno));
        else if (S_ISDIR(status.st_mode))
            search_folder(pattern, inner);
        else if (S_ISREG(status.st_mode))
            search_file(pattern, inner);
        free(inner);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: search PATTERN FOLDER\n");
        return 2;
    }
    search_folder(argv[1], argv[2]);
    printf("%ld hits in %ld lines of %ld files\n", hits, lines, files);
    return hits ? 0 : 1;
}
