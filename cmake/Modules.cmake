# goldtape_add_folder(FOLDER [IF OPTION]): enters a folder that has a CMakeLists.txt.
function(goldtape_add_folder folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "IF" "")
  if(arg_IF AND NOT ${arg_IF})
    return()
  endif()
  if(EXISTS "${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory("${CMAKE_SOURCE_DIR}/${folder}" "${CMAKE_BINARY_DIR}/${folder}")
  endif()
endfunction()

# Turns short names of folders (base, calendar) into targets; what has a :: in it stays as it is.
function(goldtape_expand_deps out)
  set(targets)
  foreach(dep IN LISTS ARGN)
    if(dep MATCHES "::")
      list(APPEND targets ${dep})
    else()
      list(APPEND targets goldtape::${dep})
    endif()
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# goldtape_module(NAME SOURCES FILE... [PUBLIC_DEPS DEP...] [PRIVATE_DEPS DEP...])
#
# The static library goldtape_NAME, alias goldtape::NAME, of one folder. A folder of headers only
# gives no SOURCES. DEP is another folder's short name or a target (dep::arrow). PUBLIC_DEPS are
# those that the folder's headers include.
function(goldtape_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "goldtape_module(${name}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  goldtape_expand_deps(public_deps ${arg_PUBLIC_DEPS})
  goldtape_expand_deps(private_deps ${arg_PRIVATE_DEPS})
  set(target goldtape_${name})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC ${public_deps} PRIVATE ${private_deps} goldtape::warnings)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${target} INTERFACE ${public_deps})
  endif()
  add_library(goldtape::${name} ALIAS ${target})
endfunction()

# goldtape_test(NAME SOURCES FILE... [DEPS DEP...] [LABELS LABEL] [TIMEOUT_S SECONDS] [WHOLE])
#
# A GoogleTest program, run by ctest from the root of the source tree, so that tests name their
# files as tests/data/... . Each TEST is one of ctest's; with WHOLE the program is (for suites
# whose set-up is dear). LABELS (default unit) and the folder make ctest's label, as unit/table; the
# target tests_FOLDER builds all tests of a folder.
function(goldtape_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WHOLE" "TIMEOUT_S;LABELS" "SOURCES;DEPS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "goldtape_test(${name}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT GOLDTAPE_BUILD_TESTS)
    return()
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT_S)
    set(arg_TIMEOUT_S 300)
  endif()
  goldtape_expand_deps(deps ${arg_DEPS})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(${name} PRIVATE ${deps} dep::gtest goldtape::warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  string(REGEX REPLACE "^src/goldtape/" "" folder "${folder}")
  string(REGEX REPLACE "/.*$" "" folder "${folder}")
  if(NOT TARGET tests_${folder})
    add_custom_target(tests_${folder})
  endif()
  add_dependencies(tests_${folder} ${name})
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS ${arg_LABELS}/${folder} TIMEOUT ${arg_TIMEOUT_S})
  else()
    include(GoogleTest)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" TEST_PREFIX "${name}."
      PROPERTIES LABELS ${arg_LABELS}/${folder} TIMEOUT ${arg_TIMEOUT_S})
  endif()
endfunction()

# goldtape_pytest(NAME PATH... [LABELS LABEL...] [TIMEOUT_S SECONDS])
#
# Python tests under PATH (relative to the root), run by pytest with the packages of
# tests/requirements.txt. GOLDTAPE_PROGRAM names the program under test. LABELS defaults to e2e.
function(goldtape_pytest name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT_S" "LABELS")
  if(NOT arg_LABELS)
    set(arg_LABELS e2e)
  endif()
  if(NOT arg_TIMEOUT_S)
    set(arg_TIMEOUT_S 900)
  endif()
  set(environment PYTHONDONTWRITEBYTECODE=1)
  if(TARGET goldtape)
    list(APPEND environment "GOLDTAPE_PROGRAM=$<TARGET_FILE:goldtape>")
  endif()
  add_test(NAME ${name}
    COMMAND "${CMAKE_SOURCE_DIR}/tools/python" -m pytest -q -p no:cacheprovider ${arg_UNPARSED_ARGUMENTS}
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT_S}
    ENVIRONMENT "${environment}")
endfunction()

# goldtape_program(NAME SOURCES FILE... [DEPS DEP...]): an executable under apps, bench or tests.
function(goldtape_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  goldtape_expand_deps(deps ${arg_DEPS})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/apps")
  target_link_libraries(${name} PRIVATE ${deps} goldtape::warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# goldtape_benchmark(NAME SOURCES FILE... [DEPS DEP...])
#
# A Google Benchmark program, which `make bench` runs in full; ctest runs each case once, so that it
# does not rot.
function(goldtape_benchmark name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  goldtape_program(${name} SOURCES ${arg_SOURCES} DEPS ${arg_DEPS} dep::benchmark)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  if(GOLDTAPE_BUILD_TESTS)
    add_test(NAME ${name} COMMAND ${name} --benchmark_min_time=0.0001
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS bench TIMEOUT 300)
  endif()
endfunction()

# goldtape_fuzzer(NAME SOURCES FILE... [DEPS DEP...] [CORPUS FOLDER...])
#
# A libFuzzer target: FILE has the usual LLVMFuzzerTestOneInput. Its corpus is fuzz/corpus/NAME and the
# FOLDERs given. With GOLDTAPE_BUILD_FUZZERS it is a fuzzer that ctest runs for GOLDTAPE_FUZZ_SECONDS and
# that keeps what it finds under the build folder; otherwise a test that replays the corpus.
function(goldtape_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;CORPUS")
  set(corpus fuzz/corpus/${name} ${arg_CORPUS})
  if(GOLDTAPE_BUILD_FUZZERS)
    goldtape_program(${name} SOURCES ${arg_SOURCES} DEPS ${arg_DEPS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    if(NOT TARGET fuzzers)
      add_custom_target(fuzzers)
    endif()
    add_dependencies(fuzzers ${name})
    set(found "${CMAKE_BINARY_DIR}/found/${name}")
    file(MAKE_DIRECTORY "${found}")
    add_test(NAME ${name}
      COMMAND ${name} -max_total_time=${GOLDTAPE_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=4000 -max_len=65536
              -print_final_stats=1 -verbosity=0 -artifact_prefix=${found}/ "${found}" ${corpus}
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS fuzz)
  elseif(GOLDTAPE_BUILD_TESTS)
    goldtape_program(${name} SOURCES ${arg_SOURCES} "${CMAKE_SOURCE_DIR}/cmake/fuzz_replay.cc" DEPS ${arg_DEPS})
    add_test(NAME ${name} COMMAND ${name} ${corpus} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS unit/fuzz TIMEOUT 300)
  endif()
endfunction()
