/* What a function that can fail returns: a few values to branch on. The story (code, place,
 * text) is in the struct error of the context, see error.h. */
#ifndef HS_BASE_STATUS_H
#define HS_BASE_STATUS_H

enum status {
    ST_OK = 0,
    ST_OOM,         /* memory, address space or executable memory is exhausted */
    ST_MALFORMED,   /* bytes or text that cannot be decoded */
    ST_INVALID,     /* a module that decodes and does not validate */
    ST_UNSUPPORTED, /* valid, but a disabled feature or a limit of the implementation */
    ST_LINK,        /* imports that are missing or do not match */
    ST_TRAP,        /* a WebAssembly trap; the code is in the store */
    ST_LIMIT,       /* a limit of the store or the configuration */
    ST_MISUSE,      /* the caller of the API made a mistake */
    ST_IO,          /* the operating system refused */
};

#define HS_MUST_CHECK __attribute__((warn_unused_result))

#endif
