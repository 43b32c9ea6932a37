/* Bugs on purpose: the test of the tests. In a build with HOSPES_PLANTS the environment variable
 * HOSPES_PLANT chooses one of them, and tests/plants/run.sh sees whether the tests notice. In
 * every other build HS_PLANTED is the constant 0 and nothing of it is compiled. Each is one
 * expression where it belongs, HS_PLANTED(n) ? wrong : right; tests/plants/plants.txt has a line
 * on each. */
#ifndef HS_BASE_PLANTED_H
#define HS_BASE_PLANTED_H

#ifdef HS_PLANTS
extern int hs_planted; /* 0: none */
#define HS_PLANTED(n) (hs_planted == (n))
#else
#define HS_PLANTED(n) 0
#endif

#endif
