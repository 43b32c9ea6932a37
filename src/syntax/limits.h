/* Every number that bounds what a module may ask for, with its reason. Those marked (web) are
 * the limits that the JavaScript embedding states and toolchains rely on; going beyond them is
 * an error, never a crash. */
#ifndef HS_SYNTAX_LIMITS_H
#define HS_SYNTAX_LIMITS_H

#include <stdint.h>

#define HS_LIMIT_MODULE_SIZE   (UINT32_C(1) << 30) /* (web) offsets fit in 31 bits */
#define HS_LIMIT_TYPES         1000000u            /* (web) and 20 bits of struct valtype */
#define HS_LIMIT_REC_GROUP     1000000u            /* (web) */
#define HS_LIMIT_SUBTYPE_DEPTH 63u                 /* (web) displays of supertypes stay small */
#define HS_LIMIT_FUNCS         1000000u            /* (web) */
#define HS_LIMIT_IMPORTS       1000000u            /* (web) */
#define HS_LIMIT_CUSTOMS  100000u  /* a custom section takes 3 bytes in the file and 40 in memory */
#define HS_LIMIT_EXPORTS  1000000u /* (web) */
#define HS_LIMIT_GLOBALS  1000000u /* (web) */
#define HS_LIMIT_TAGS     1000000u /* (web) */
#define HS_LIMIT_TABLES   100000u  /* (web) */
#define HS_LIMIT_MEMORIES 100u     /* (web) each may reserve gigabytes of address space */
#define HS_LIMIT_DATAS    100000u  /* (web) */
#define HS_LIMIT_ELEMS    10000000u    /* (web) */
#define HS_LIMIT_ELEM_ITEMS  10000000u /* (web) */
#define HS_LIMIT_PARAMS      1000u     /* (web) the argument area is sized for it */
#define HS_LIMIT_RESULTS     1000u     /* (web) the same */
#define HS_LIMIT_FIELDS      10000u    /* (web) */
#define HS_LIMIT_LOCALS      50000u    /* (web) frames stay below a few hundred KB */
#define HS_LIMIT_BODY        7654321u  /* (web) */
#define HS_LIMIT_NAME        100000u   /* (web) bytes of a name */
#define HS_LIMIT_BR_TABLE    1000000u /* targets; a body of the limit above cannot hold many more */
#define HS_LIMIT_TABLE_ELEMS 10000000u  /* (web) elements of one table, 80 MB */
#define HS_LIMIT_ARRAY_NEW_FIXED 10000u /* (web) operands of array.new_fixed */
#define HS_LIMIT_MEM32_PAGES     65536u /* the specification */
#define HS_LIMIT_MEM64_PAGES                                                                       \
    (UINT64_C(1) << 48) /* the specification, 64 KiB pages; creation has limits of its own */

#endif
