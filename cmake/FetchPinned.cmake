# Access to what tools/deps.lock pins and tools/fetch_deps keeps in the user's cache.

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/tools/deps.lock" "${CMAKE_SOURCE_DIR}/tools/fetch_deps")

# goldtape_fetch(NAME OUT): OUT becomes the folder where the archive NAME lies unpacked.
function(goldtape_fetch name out)
  execute_process(
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/fetch_deps" ${name}
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${name} could not be fetched; the reason stands above")
  endif()
  string(REGEX REPLACE "^[^ ]+ " "" prefix "${answer}")
  set(${out} "${prefix}" PARENT_SCOPE)
endfunction()

# goldtape_pinned_version(NAME OUT): OUT becomes the version that deps.lock pins.
function(goldtape_pinned_version name out)
  file(STRINGS "${CMAKE_SOURCE_DIR}/tools/deps.lock" line REGEX "^${name} ")
  string(REGEX REPLACE "^[^ ]+ +([^ ]+) .*$" "\\1" version "${line}")
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# goldtape_fetched_library(NAME PREFIX [DEPS...]): dep::NAME for PREFIX/lib/libNAME.so and PREFIX/include.
function(goldtape_fetched_library name prefix)
  add_library(fetched_${name} SHARED IMPORTED GLOBAL)
  set_target_properties(fetched_${name} PROPERTIES IMPORTED_LOCATION "${prefix}/lib/lib${name}.so")
  if(EXISTS "${prefix}/include")
    target_include_directories(fetched_${name} SYSTEM INTERFACE "${prefix}/include")
  endif()
  goldtape_dep(${name} fetched_${name} ${ARGN})
endfunction()
