# One resolve_<dep>() per third-party library. Each makes a target dep::<name>, the only name that
# the folders use. Where a library is pinned in tools/deps.lock, an installed copy of a matching
# version is taken first, then the fetched one.

include(FetchPinned)

function(goldtape_dep name)
  add_library(dep_${name} INTERFACE)
  add_library(dep::${name} ALIAS dep_${name})
  target_link_libraries(dep_${name} INTERFACE ${ARGN})
endfunction()

# Arrow C++ 26: dep::arrow (memory, IPC, CSV, file systems), dep::arrow_compute, dep::arrow_acero,
# dep::arrow_dataset, dep::parquet, dep::arrow_s3.
function(resolve_arrow)
  find_package(Arrow 26 CONFIG QUIET)
  if(Arrow_FOUND)
    foreach(package Parquet ArrowCompute ArrowAcero ArrowDataset)
      find_package(${package} CONFIG REQUIRED)
    endforeach()
    message(STATUS "Arrow ${Arrow_VERSION}: installed, ${Arrow_DIR}")
    goldtape_dep(arrow Arrow::arrow_shared)
    goldtape_dep(arrow_compute ArrowCompute::arrow_compute_shared dep::arrow)
    goldtape_dep(arrow_acero ArrowAcero::arrow_acero_shared dep::arrow_compute)
    goldtape_dep(arrow_dataset ArrowDataset::arrow_dataset_shared dep::arrow_acero)
    goldtape_dep(parquet Parquet::parquet_shared dep::arrow)
    # An installed Arrow has its S3 file system in libarrow itself; the wheel's is apart.
    goldtape_dep(arrow_s3 dep::arrow)
    return()
  endif()
  goldtape_fetch(arrow prefix)
  message(STATUS "Arrow: fetched, ${prefix}")
  goldtape_fetched_library(arrow ${prefix})
  goldtape_fetched_library(arrow_compute ${prefix} dep::arrow)
  goldtape_fetched_library(arrow_acero ${prefix} dep::arrow_compute)
  goldtape_fetched_library(parquet ${prefix} dep::arrow)
  goldtape_fetched_library(arrow_s3 ${prefix} dep::arrow)
  goldtape_fetched_library(arrow_dataset ${prefix} dep::arrow_acero dep::parquet)
  # The wheel's libparquet exports an OpenSSL of its own, older than the system's and in parts. Whoever comes
  # first is bound to, by libcurl and libpq too: so the system's comes first, whole.
  target_link_options(dep_parquet INTERFACE
    "LINKER:--push-state,--no-as-needed,${OPENSSL_SSL_LIBRARY},${OPENSSL_CRYPTO_LIBRARY},--pop-state")
endfunction()

# DuckDB, C API and C++ API of exactly the pinned version: dep::duckdb.
function(resolve_duckdb)
  goldtape_pinned_version(duckdb-headers version)
  find_package(DuckDB ${version} EXACT CONFIG QUIET)
  if(DuckDB_FOUND)
    message(STATUS "DuckDB ${version}: installed, ${DuckDB_DIR}")
    goldtape_dep(duckdb duckdb)
    return()
  endif()
  goldtape_fetch(duckdb library_prefix)
  goldtape_fetch(duckdb-headers header_prefix)
  message(STATUS "DuckDB ${version}: fetched, ${library_prefix}")
  goldtape_fetched_library(duckdb ${library_prefix})
  set_target_properties(fetched_duckdb PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${header_prefix}/include")
endfunction()

# simdjson, from source and under another namespace: libparquet exports its own simdjson symbols, and
# a second copy under the same names is bound to them at run time and crashes
# (simdjson_clash_test.cc shows that both live side by side).
function(resolve_simdjson)
  goldtape_fetch(simdjson prefix)
  add_library(goldtape_simdjson STATIC "${prefix}/simdjson.cpp")
  target_include_directories(goldtape_simdjson SYSTEM PUBLIC "${prefix}")
  target_compile_definitions(goldtape_simdjson PUBLIC simdjson=goldtape_simdjson)
  target_compile_options(goldtape_simdjson PRIVATE -O2 -w)
  goldtape_dep(simdjson goldtape_simdjson)
endfunction()

function(resolve_fmt)
  find_package(fmt REQUIRED)
  goldtape_dep(fmt fmt::fmt)
endfunction()

function(resolve_spdlog)
  find_package(spdlog REQUIRED)
  goldtape_dep(spdlog spdlog::spdlog)
endfunction()

function(resolve_nlohmann_json)
  find_package(nlohmann_json REQUIRED)
  goldtape_dep(nlohmann_json nlohmann_json::nlohmann_json)
endfunction()

function(resolve_tomlplusplus)
  find_package(tomlplusplus REQUIRED)
  goldtape_dep(tomlplusplus tomlplusplus::tomlplusplus)
endfunction()

function(resolve_cli11)
  find_package(CLI11 REQUIRED)
  goldtape_dep(cli11 CLI11::CLI11)
endfunction()

# Howard Hinnant's date with its time zone library (C++20's, which g++ 12 lacks).
function(resolve_date_tz)
  find_package(date REQUIRED)
  goldtape_dep(date_tz date::date-tz)
endfunction()

function(resolve_zlib)
  find_package(ZLIB REQUIRED)
  goldtape_dep(zlib ZLIB::ZLIB)
endfunction()

function(resolve_sqlite)
  find_package(SQLite3 REQUIRED)
  goldtape_dep(sqlite SQLite::SQLite3)
endfunction()

function(resolve_openssl)
  find_package(OpenSSL REQUIRED)
  set(OPENSSL_SSL_LIBRARY "${OPENSSL_SSL_LIBRARY}" PARENT_SCOPE)
  set(OPENSSL_CRYPTO_LIBRARY "${OPENSSL_CRYPTO_LIBRARY}" PARENT_SCOPE)
  goldtape_dep(crypto OpenSSL::Crypto)
  goldtape_dep(tls OpenSSL::SSL)
endfunction()

function(resolve_curl)
  find_package(CURL 7.85 REQUIRED)
  goldtape_dep(curl CURL::libcurl)
endfunction()

function(resolve_libpq)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
  goldtape_dep(libpq PkgConfig::libpq)
endfunction()

function(resolve_libzip)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
  goldtape_dep(libzip PkgConfig::libzip)
endfunction()

# Boost's headers: Asio and Beast.
function(resolve_boost)
  find_package(Boost 1.74 REQUIRED)
  goldtape_dep(boost Boost::headers)
endfunction()

function(resolve_zstd)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
  goldtape_dep(zstd PkgConfig::libzstd)
endfunction()

function(resolve_xxhash)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(libxxhash REQUIRED IMPORTED_TARGET libxxhash)
  goldtape_dep(xxhash PkgConfig::libxxhash)
endfunction()

# GoogleTest with its main: dep::gtest; RapidCheck, with its GoogleTest glue: dep::rapidcheck.
function(resolve_gtest)
  find_package(GTest REQUIRED)
  goldtape_dep(gtest GTest::gmock GTest::gtest GTest::gtest_main)
  find_package(rapidcheck REQUIRED)
  goldtape_dep(rapidcheck rapidcheck)
endfunction()

function(resolve_benchmark)
  find_package(benchmark REQUIRED)
  goldtape_dep(benchmark benchmark::benchmark)
endfunction()

resolve_openssl()
resolve_arrow()
resolve_duckdb()
resolve_simdjson()
resolve_fmt()
resolve_spdlog()
resolve_nlohmann_json()
resolve_tomlplusplus()
resolve_cli11()
resolve_date_tz()
resolve_zlib()
resolve_zstd()
resolve_xxhash()
resolve_sqlite()
resolve_curl()
resolve_libpq()
resolve_libzip()
resolve_boost()
if(GOLDTAPE_BUILD_TESTS)
  resolve_gtest()
endif()
if(GOLDTAPE_BUILD_BENCHMARKS)
  resolve_benchmark()
endif()
