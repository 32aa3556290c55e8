// The interface every venue implements: what can be asked, the answer as bytes, and its typed rows.
// Fetching and parsing are apart, so that any landed answer can be parsed again without the venue.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/model/bar_batch.h"
#include "goldtape/model/corporate_action.h"
#include "goldtape/model/interval.h"
#include "goldtape/model/record_batch.h"

namespace goldtape::provider {

/// One question to a venue. Everything that decides how its answer is read stands in here, so that
/// (request, raw bytes) -> rows is a pure function.
struct Request {
  std::string provider;                             ///< Registry name of the venue that parses it: "files".
  std::string source;                               ///< As stored in bronze; for files the --source name.
  std::string dataset = "bars";                     ///< bars | actions | listings | halts | trades | ...
  std::string ticker = "_many";                     ///< One ticker, or "_many".
  model::Interval interval = model::Interval::k1m;  ///< Bars only.
  /// Parsing and asking parameters by name, canonical and complete (no locale, no machine path):
  /// for files: "name" (below the folder given), "dialect" (its whole JSON), "observed_at" when given.
  std::map<std::string, std::string> params;

  /// Canonical JSON, keys sorted; `from_json` restores it. Kept with the raw answer.
  [[nodiscard]] std::string to_json() const;
  [[nodiscard]] static Result<Request> from_json(std::string_view json);
  /// SHA-256 hex of to_json().
  [[nodiscard]] std::string id() const;
};

/// One answer as it came, before parsing.
struct Answer {
  Request request;
  std::string bytes;      ///< Byte for byte (a gzip file stays gzip).
  std::string extension;  ///< How raw/ names it, without a dot: "csv", "csv.gz", "json", "parquet".
  Timestamp observed_at{};
  int http_status = 0;  ///< 0 where there was no HTTP.
  int attempts = 1;
  std::string display_name;  ///< Path or URL for messages (no secrets).

  /// The very bytes of an earlier load, after another load changed what it said: a load of its own.
  bool said_anew = false;

  /// SHA-256 hex of request.id() and the bytes, so that the same answer twice has the same id; of observed_at
  /// too where it is said anew.
  [[nodiscard]] std::string load_id() const;
};

/// Typed rows of an answer.
using Rows = std::variant<model::BarBatch, model::ActionBatch, model::RecordBatch>;

/// A venue. Implementations are thread safe.
class Provider {
 public:
  virtual ~Provider() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Fetches the answer. Errors: kUnavailable, kNotFound, kIo.
  virtual Result<Answer> fetch(const Request& request) = 0;
  /// Pure: bytes to rows. Errors: kDamaged GT20xx with `where` = "display_name:line".
  virtual Result<Rows> parse(const Answer& answer) const = 0;
};

}  // namespace goldtape::provider
