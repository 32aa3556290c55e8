// The `files` provider: bars and corporate actions from CSV and Parquet files, bars and trades from
// Databento's DBN, plain, gzip or zstd, one or a directory of thousands. One file is one request and one
// answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/io/filesystem.h"
#include "goldtape/provider/files/dialect.h"
#include "goldtape/provider/provider.h"

namespace goldtape::provider::files {

/// What a user asks of `ingest files`.
struct ImportOptions {
  std::string path;              ///< A file or a directory.
  std::string dataset = "bars";  ///< bars | actions | trades
  model::Interval interval = model::Interval::k1m;
  std::string source = "files";          ///< As stored in bronze.
  std::string dialect = "default";       ///< A built-in's name, or the path of a .json or .toml file.
  std::optional<std::string> tz;         ///< Overrides the dialect's.
  std::optional<Label> label;            ///< Overrides the dialect's.
  std::optional<Timestamp> observed_at;  ///< Overrides name and modification time.
};

/// The questions of an import, sorted by name.
struct ImportPlan {
  std::string root;                  ///< The directory that the requests' "name" is relative to.
  std::vector<Request> requests;     ///< One a file.
  std::vector<std::string> skipped;  ///< Files below a directory that are no data by their names.
};

/// Lists the files of an import and settles how each is to be read; reads no file but the dialect's.
/// Below a directory: *.csv *.tsv *.psv *.parquet *.pq *.dbn, each also with .gz or .zst; hidden ones are
/// skipped. Errors: GT2010 no such dialect, GT2011 a dialect that cannot be used, GT2015 nothing to import,
/// GT2016 an unknown dataset, GT1020 unknown zone, io's errors.
[[nodiscard]] Result<ImportPlan> plan_import(io::FileSystem& files, const ImportOptions& options);

/// When a file's bars were said, and what says so: "--observed-at", "file name" or "modification time".
struct ObservedAt {
  Timestamp ts;
  std::string_view from;
};
/// The time given with the request, else 23:59:59 UTC of the last date in the file's name (2015-07-15 or
/// 20150715), else the file's modification time.
[[nodiscard]] ObservedAt observed_at(const Request& request, Timestamp modified);

/// Reads files below `root`; parses any answer it once gave, wherever the file is now.
/// A request's params: "name" (path relative to root), "dialect" (canonical JSON, overrides applied),
/// "observed_at" when given, "etag" of a file that may be published again.
class FilesProvider final : public Provider {
 public:
  /// `root` may be empty for one that only parses.
  FilesProvider(std::shared_ptr<io::FileSystem> files, std::string root);
  [[nodiscard]] std::string_view name() const override { return "files"; }
  /// Errors: GT2014 larger than 4 GiB, GT2260 (kUnavailable) another version than that of the "etag", io's.
  Result<Answer> fetch(const Request& request) override;
  /// Errors: parser.h.
  Result<Rows> parse(const Answer& answer) const override;

 private:
  Status check_version(const Request& request, const std::string& path);

  std::shared_ptr<io::FileSystem> files_;
  std::string root_;
};

}  // namespace goldtape::provider::files
