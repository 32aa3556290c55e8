// Result<T>: a value or an Error. No function of the library throws across a folder.
#pragma once

#include <expected>
#include <utility>

#include "goldtape/base/error.h"

namespace goldtape {

template <typename T>
using Result = std::expected<T, Error>;

/// Success, or an Error.
using Status = Result<void>;

/// `return fail(ErrorKind::kUsage, 1001, "...", "where");` from any function that returns Result<T>.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::uint16_t code, std::string message,
                                                 std::string where = {}) {
  return std::unexpected<Error>(Error{kind, code, std::move(message), std::move(where)});
}

}  // namespace goldtape

#define GOLDTAPE_CONCAT_(a, b) a##b
#define GOLDTAPE_CONCAT(a, b) GOLDTAPE_CONCAT_(a, b)

/// `GT_RETURN_IF_ERROR(expr);` returns expr's error, if it has one.
#define GT_RETURN_IF_ERROR(expr)                                                    \
  do {                                                                              \
    auto&& gt_status_ = (expr);                                                     \
    if (!gt_status_) return std::unexpected<::goldtape::Error>(gt_status_.error()); \
  } while (false)

/// `GT_ASSIGN(auto x, expr);` unwraps expr into x, or returns its error.
#define GT_ASSIGN(declaration, expr) GT_ASSIGN_(GOLDTAPE_CONCAT(gt_result_, __COUNTER__), declaration, expr)
#define GT_ASSIGN_(result, declaration, expr)                             \
  auto result = (expr);                                                   \
  if (!result) return std::unexpected<::goldtape::Error>(result.error()); \
  declaration = *std::move(result)
