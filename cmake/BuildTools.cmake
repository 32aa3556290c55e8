# ccache and mold where they are installed.

find_program(GOLDTAPE_CCACHE ccache)
if(GOLDTAPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # base_dir and no_hash_dir: equal sources in two checkouts hit the same entry.
  # pch_defines, time_macros: what ccache asks for when precompiled headers are used.
  set(launcher
      ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${GOLDTAPE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(GOLDTAPE_MOLD mold)
if(GOLDTAPE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
