// The body of an answer as JSON that can be walked: unpacked, not empty, not a web page, padded for simdjson.
#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

#include "goldtape/base/result.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider {

namespace json = simdjson::ondemand;

/// What simdjson found, as an error of ours: GT2220 nothing there; GT2222 text that is not JSON or was cut
/// short; GT2223 JSON of another shape than the venue's, `what` being the member concerned.
[[nodiscard]] std::unexpected<Error> json_error(simdjson::error_code code, std::string_view what,
                                                std::string_view where);

/// Holds the text that the document walks through. One open body a thread at a time: the thread's parser,
/// whose buffers are kept, serves it.
class JsonBody {
 public:
  /// gzip and zstd are undone. Errors (kDamaged, where = the answer's display name): GT2220 an empty body,
  /// GT2221 a web page or other text that does not begin as JSON, GT2222 damaged from the first byte on,
  /// GT2001, GT2002, GT2003 packing (a body may unpack to 200 times its size and 64 MiB).
  Status open(const Answer& answer);

  [[nodiscard]] json::document& document() { return document_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  /// After the walk: GT2222 when the text goes on, or ended early.
  [[nodiscard]] Status finish();
  [[nodiscard]] std::unexpected<Error> error(simdjson::error_code code, std::string_view what) const {
    return json_error(code, what, where_);
  }

 private:
  std::string unpacked_;
  simdjson::padded_string padded_;
  json::document document_;
  std::string where_;
};

/// The bytes of an answer without gzip or zstd; a view of `answer.bytes` or of `unpacked`. Errors as
/// JsonBody::open's for packing, and GT2220.
[[nodiscard]] Result<std::string_view> unpacked_body(const Answer& answer, std::string& unpacked);

/// `GT_JSON(body, expression, "member");` returns from the function with json_error unless it succeeded.
#define GT_JSON(body, expression, what)                                                    \
  do {                                                                                     \
    if (const simdjson::error_code gt_code_ = (expression); gt_code_ != simdjson::SUCCESS) \
      return (body).error(gt_code_, what);                                                 \
  } while (false)

}  // namespace goldtape::provider
