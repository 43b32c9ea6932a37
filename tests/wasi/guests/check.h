/* Guests print one line for each thing they try: "ok NAME", or "FAILED NAME (errno)". */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>

static inline void check(const char *name, int right)
{
    if (right)
        printf("ok %s\n", name);
    else
        printf("FAILED %s (errno %d)\n", name, errno);
}

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define P1(name)             IMPORT("wasi_snapshot_preview1", name)

#endif
