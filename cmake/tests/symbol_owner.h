// Which library a symbol of this process comes from.
#pragma once

#include <string>

#include <dlfcn.h>

/// Its path; empty when no library has the address.
inline std::string owner_of(const void* address) {
  Dl_info info{};
  return dladdr(address, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}
