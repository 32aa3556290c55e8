# goldtape::warnings: every warning is an error in the project's own sources.

add_library(goldtape_warnings INTERFACE)
add_library(goldtape::warnings ALIAS goldtape_warnings)

target_compile_options(goldtape_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
  -Wcast-qual -Wformat=2 -Wundef -Wextra-semi -Wimplicit-fallthrough)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(goldtape_warnings INTERFACE -Wduplicated-cond -Wduplicated-branches -Wlogical-op)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 reports these in libstdc++ itself (std::string concatenation, std::expected, std::variant).
    target_compile_options(goldtape_warnings INTERFACE
      -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own std::stable_sort calls what it marks as deprecated.
  target_compile_options(goldtape_warnings INTERFACE -Wno-deprecated-declarations)
endif()
