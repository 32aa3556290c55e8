// What a fuzz target does when a promise of a header does not hold: it ends the process, whatever the build.
#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process with the condition's text and line unless it holds.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)
