# What a build may choose, and the settings that every target shares.

option(GOLDTAPE_BUILD_TESTS "Build the unit and end-to-end tests" ON)
option(GOLDTAPE_BUILD_BENCHMARKS "Build the benchmarks" ON)
option(GOLDTAPE_BUILD_FUZZERS "Build the fuzzers (clang with libFuzzer)" OFF)
option(GOLDTAPE_BUILD_PYTHON "Build the Python module" OFF)
set(GOLDTAPE_FUZZ_SECONDS 20 CACHE STRING "How long ctest runs each fuzzer")
set(GOLDTAPE_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined or thread")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# RelWithDebInfo is the developer's build: asserts stay on, line tables instead of full debug
# information, -O1, because it is compiled a hundred times for each time it is measured.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "" FORCE)
add_compile_definitions($<$<CONFIG:RelWithDebInfo,Debug>:_GLIBCXX_ASSERTIONS>)

if(GOLDTAPE_SANITIZE)
  add_compile_options(-fsanitize=${GOLDTAPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GOLDTAPE_SANITIZE})
endif()

if(GOLDTAPE_BUILD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_BINARY_DIR)
  message(FATAL_ERROR "Build outside the source tree: cmake --preset dev")
endif()
