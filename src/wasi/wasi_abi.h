/* The numbers and layouts of WASI preview 1 as a guest sees them.
 *
 * The one idea: layouts are written as offsets, not as C structs. The guest's memory may be
 * unaligned, the host's padding is nobody's business, and two versions of the interface share
 * one implementation: `wasi_unstable` (snapshot 0) and `wasi_snapshot_preview1` differ in the
 * order of `whence`, in the layout of `filestat` (the link count had 32 bits) and of
 * `subscription` (clocks had an identifier of their own), and in nothing else.
 *
 * Specification: https://github.com/WebAssembly/WASI/tree/main/legacy (preview0 and preview1). */
#ifndef HS_WASI_ABI_H
#define HS_WASI_ABI_H

#include <stdint.h>

enum wasi_errno {
    WASI_SUCCESS = 0,
#define ERRNO(name, host) WASI_E##name,
#include "wasi/wasi_errno.def"
    WASI_ENOTCAPABLE, /* a right is missing; no errno of the host becomes it */
};
_Static_assert(WASI_EBADF == 8 && WASI_ENOENT == 44 && WASI_EPERM == 63 && WASI_ENOTCAPABLE == 76,
               "the order of wasi_errno.def is the numbering of the interface");

#define R(bit)                    (UINT64_C(1) << (bit))
#define R_NONE                    UINT64_C(0)
#define R_FD_DATASYNC             R(0)
#define R_FD_READ                 R(1)
#define R_FD_SEEK                 R(2)
#define R_FD_FDSTAT_SET_FLAGS     R(3)
#define R_FD_SYNC                 R(4)
#define R_FD_TELL                 R(5)
#define R_FD_WRITE                R(6)
#define R_FD_ADVISE               R(7)
#define R_FD_ALLOCATE             R(8)
#define R_PATH_CREATE_DIRECTORY   R(9)
#define R_PATH_CREATE_FILE        R(10)
#define R_PATH_LINK_SOURCE        R(11)
#define R_PATH_LINK_TARGET        R(12)
#define R_PATH_OPEN               R(13)
#define R_FD_READDIR              R(14)
#define R_PATH_READLINK           R(15)
#define R_PATH_RENAME_SOURCE      R(16)
#define R_PATH_RENAME_TARGET      R(17)
#define R_PATH_FILESTAT_GET       R(18)
#define R_PATH_FILESTAT_SET_SIZE  R(19)
#define R_PATH_FILESTAT_SET_TIMES R(20)
#define R_FD_FILESTAT_GET         R(21)
#define R_FD_FILESTAT_SET_SIZE    R(22)
#define R_FD_FILESTAT_SET_TIMES   R(23)
#define R_PATH_SYMLINK            R(24)
#define R_PATH_REMOVE_DIRECTORY   R(25)
#define R_PATH_UNLINK_FILE        R(26)
#define R_POLL_FD_READWRITE       R(27)
#define R_SOCK_SHUTDOWN           R(28)
#define R_SOCK_ACCEPT             R(29)

/* What a descriptor of each sort can be asked at all. */
#define RIGHTS_FILE                                                                                \
    (R_FD_DATASYNC | R_FD_READ | R_FD_SEEK | R_FD_FDSTAT_SET_FLAGS | R_FD_SYNC | R_FD_TELL |       \
     R_FD_WRITE | R_FD_ADVISE | R_FD_ALLOCATE | R_FD_FILESTAT_GET | R_FD_FILESTAT_SET_SIZE |       \
     R_FD_FILESTAT_SET_TIMES | R_POLL_FD_READWRITE)
#define RIGHTS_STREAM                                                                              \
    (R_FD_READ | R_FD_WRITE | R_FD_FDSTAT_SET_FLAGS | R_FD_DATASYNC | R_FD_SYNC |                  \
     R_FD_FILESTAT_GET | R_POLL_FD_READWRITE)
#define RIGHTS_SOCKET (RIGHTS_STREAM | R_SOCK_SHUTDOWN | R_SOCK_ACCEPT)
#define RIGHTS_DIR                                                                                 \
    (R_FD_DATASYNC | R_FD_SYNC | R_FD_FDSTAT_SET_FLAGS | R_FD_ADVISE | R_PATH_CREATE_DIRECTORY |   \
     R_PATH_CREATE_FILE | R_PATH_LINK_SOURCE | R_PATH_LINK_TARGET | R_PATH_OPEN | R_FD_READDIR |   \
     R_PATH_READLINK | R_PATH_RENAME_SOURCE | R_PATH_RENAME_TARGET | R_PATH_FILESTAT_GET |         \
     R_PATH_FILESTAT_SET_SIZE | R_PATH_FILESTAT_SET_TIMES | R_FD_FILESTAT_GET |                    \
     R_FD_FILESTAT_SET_TIMES | R_PATH_SYMLINK | R_PATH_REMOVE_DIRECTORY | R_PATH_UNLINK_FILE |     \
     R_POLL_FD_READWRITE)

enum wasi_filetype {
    WASI_FT_UNKNOWN = 0,
    WASI_FT_BLOCK_DEVICE = 1,
    WASI_FT_CHARACTER_DEVICE = 2,
    WASI_FT_DIRECTORY = 3,
    WASI_FT_REGULAR_FILE = 4,
    WASI_FT_SOCKET_DGRAM = 5,
    WASI_FT_SOCKET_STREAM = 6,
    WASI_FT_SYMBOLIC_LINK = 7,
};

/* fdflags, lookupflags, oflags, fstflags, and the flags of poll_oneoff and of sockets */
#define WASI_FD_APPEND   1u
#define WASI_FD_DSYNC    2u
#define WASI_FD_NONBLOCK 4u
#define WASI_FD_RSYNC    8u
#define WASI_FD_SYNC     16u
#define WASI_FD_ALL      31u

#define WASI_LOOKUP_SYMLINK_FOLLOW 1u

#define WASI_O_CREAT     1u
#define WASI_O_DIRECTORY 2u
#define WASI_O_EXCL      4u
#define WASI_O_TRUNC     8u
#define WASI_O_ALL       15u

#define WASI_FST_ATIM     1u
#define WASI_FST_ATIM_NOW 2u
#define WASI_FST_MTIM     4u
#define WASI_FST_MTIM_NOW 8u
#define WASI_FST_ALL      15u

#define WASI_EVENT_CLOCK    0u
#define WASI_EVENT_FD_READ  1u
#define WASI_EVENT_FD_WRITE 2u

#define WASI_EVENT_HANGUP      1u
#define WASI_SUBCLOCK_ABSTIME  1u
#define WASI_RI_PEEK           1u
#define WASI_RI_WAITALL        2u
#define WASI_RO_DATA_TRUNCATED 1u
#define WASI_SD_RD             1u
#define WASI_SD_WR             2u

/* iovec: { buf u32 @0, buf_len u32 @4 } */
#define WASI_IOVEC_SIZE 8u
/* fdstat: { filetype u8 @0, flags u16 @2, base u64 @8, inheriting u64 @16 } */
#define WASI_FDSTAT_SIZE 24u
/* prestat: { tag u8 @0 (0 = directory), name length u32 @4 } */
#define WASI_PRESTAT_SIZE 8u
/* dirent: { next u64 @0, ino u64 @8, namlen u32 @16, type u8 @20 }, then the name */
#define WASI_DIRENT_SIZE 24u
/* event: { userdata u64 @0, error u16 @8, type u8 @10, nbytes u64 @16, flags u16 @24 } */
#define WASI_EVENT_SIZE 32u
/* filestat: { dev u64 @0, ino u64 @8, filetype u8 @16, nlink, size u64, atim u64, mtim u64, ctim
 * u64 } */
#define WASI_FILESTAT_SIZE          64u /* nlink u64 @24, size @32 */
#define WASI_FILESTAT_SIZE_UNSTABLE 56u /* nlink u32 @20, size @24 */
/* subscription: { userdata u64 @0, tag u8 @8, then fd u32 @16 or clock } */
#define WASI_SUBSCRIPTION_SIZE                                                                     \
    48u /* clock: id u32 @16, timeout @24, precision @32, flags u16 @40 */
#define WASI_SUBSCRIPTION_SIZE_UNSTABLE                                                            \
    56u /* clock: identifier u64 @16, id u32 @24, timeout @32, …, flags @48 */

#endif
