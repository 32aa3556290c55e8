#include "goldtape/provider/files/client.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "goldtape/base/limits.h"
#include "goldtape/base/text.h"
#include "goldtape/provider/files/columns.h"
#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/files/file_name.h"
#include "goldtape/provider/files/lean.h"
#include "goldtape/provider/files/parser.h"

namespace goldtape::provider::files {

namespace {

/// Directory and last component; the directory of a bare name is ".".
std::pair<std::string, std::string> split_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {".", std::string(path)};
  return {std::string(slash == 0 ? path.substr(0, 1) : path.substr(0, slash)),
          std::string(path.substr(slash + 1))};
}

std::string join_path(std::string_view root, std::string_view name) {
  if (root.empty()) return std::string(name);
  return fmt::format("{}{}{}", root, root.ends_with('/') ? "" : "/", name);
}

Result<Dialect> load_dialect(io::FileSystem& files, std::string_view name_or_path) {
  const std::string lower = to_lower(name_or_path);
  const bool is_toml = lower.ends_with(".toml");
  if (!is_toml && !lower.ends_with(".json")) return builtin_dialect(name_or_path);
  GT_ASSIGN(const std::string text, files.read(name_or_path));
  return is_toml ? dialect_from_toml(text, name_or_path) : dialect_from_json(text, name_or_path);
}

/// Whether a file of LEAN's tree is what is asked for.
bool wants(const ImportOptions& options, LeanPart part) {
  if (options.dataset == "actions") return part == LeanPart::kMapFile || part == LeanPart::kFactorFile;
  if (options.dataset != "bars") return false;
  if (options.interval == model::Interval::k1m) return part == LeanPart::kMinute;
  if (options.interval == model::Interval::k1h) return part == LeanPart::kHour;
  return options.interval == model::Interval::k1d && part == LeanPart::kDaily;
}

Request make_request(const ImportOptions& options, const Dialect& dialect, const std::string& dialect_json,
                     const std::string& root, std::string name) {
  Request request;
  request.provider = "files";
  request.source = options.source;
  request.dataset = options.dataset;
  request.interval = options.interval;
  if (const std::string lean = lean_ticker_of_path(join_path(root, name)); !lean.empty()) {
    request.ticker = lean;
  } else if (!dialect.ticker.empty()) {
    request.ticker = dialect.ticker;
  } else if (dialect.ticker_from_name && options.dataset == "bars") {
    const std::string ticker = ticker_of_name(name);
    if (!ticker.empty()) request.ticker = ticker;
  }
  request.params["dialect"] = dialect_json;
  if (options.observed_at) request.params["observed_at"] = format_timestamp(*options.observed_at);
  request.params["name"] = std::move(name);
  return request;
}

/// "csv", "csv.gz", "parquet": what stands after the base name's ticker and dates; "bin" when nothing does.
std::string extension_of(std::string_view name) {
  const std::string base = to_lower(split_path(name).second);
  for (const std::string_view packing : {"", ".gz", ".zst"}) {
    for (const std::string_view format :
         {".csv", ".tsv", ".psv", ".txt", ".parquet", ".pq", ".dbn", ".zip"}) {
      const std::string whole = fmt::format("{}{}", format, packing);
      if (base.ends_with(whole)) return whole.substr(1);
    }
  }
  return "bin";
}

Status list_directory(io::FileSystem& files, const ImportOptions& options, std::vector<std::string>& names,
                      ImportPlan& plan) {
  GT_ASSIGN(const std::vector<io::FileInfo> entries, files.list(options.path, true));
  plan.root = options.path;
  while (plan.root.size() > 1 && plan.root.ends_with('/')) plan.root.pop_back();
  for (const io::FileInfo& entry : entries) {
    if (entry.is_directory) continue;
    std::string_view relative = entry.path;
    if (relative.starts_with(plan.root)) relative.remove_prefix(plan.root.size());
    while (relative.starts_with('/')) relative.remove_prefix(1);
    const bool hidden = relative.starts_with('.') || relative.find("/.") != std::string_view::npos;
    const LeanPart part = lean_part(join_path(plan.root, relative));
    const bool is_data = part != LeanPart::kNone ? wants(options, part) : has_data_name(relative);
    (is_data && !hidden ? names : plan.skipped).emplace_back(relative);
  }
  if (names.empty()) {
    return fail(
        ErrorKind::kNotFound, 2015,
        fmt::format(
            "nothing to import: no .csv, .tsv, .psv, .parquet, .pq or .dbn file (plain, .gz or .zst) below "
            "it{}",
            plan.skipped.empty() ? "" : fmt::format(", only {} other files", plan.skipped.size())),
        options.path);
  }
  return {};
}

}  // namespace

Result<ImportPlan> plan_import(io::FileSystem& files, const ImportOptions& options) {
  GT_RETURN_IF_ERROR(parse_dataset(options.dataset));
  GT_ASSIGN(Dialect dialect, load_dialect(files, options.dialect));
  if (options.tz) {
    GT_RETURN_IF_ERROR(TimeZone::find(*options.tz));
    dialect.tz = *options.tz;
  }
  if (options.label) dialect.label = *options.label;
  GT_ASSIGN(const io::FileInfo info, files.info(options.path));
  ImportPlan plan;
  std::vector<std::string> names;
  if (info.is_directory) {
    GT_RETURN_IF_ERROR(list_directory(files, options, names, plan));
  } else {
    auto [root, name] = split_path(options.path);
    plan.root = std::move(root);
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  const std::string dialect_json = to_json(dialect);
  plan.requests.reserve(names.size());
  for (std::string& name : names) {
    plan.requests.push_back(make_request(options, dialect, dialect_json, plan.root, std::move(name)));
  }
  return plan;
}

ObservedAt observed_at(const Request& request, Timestamp modified) {
  if (const auto given = request.params.find("observed_at"); given != request.params.end()) {
    const Result<Timestamp> ts = parse_timestamp(given->second);
    if (ts) return {*ts, "--observed-at"};
  }
  if (const auto name = request.params.find("name"); name != request.params.end()) {
    if (const auto date = date_of_name(name->second)) {
      return {Timestamp{*date} + std::chrono::hours{24} - std::chrono::seconds{1}, "file name"};
    }
  }
  return {modified, "modification time"};
}

FilesProvider::FilesProvider(std::shared_ptr<io::FileSystem> files, std::string root)
    : files_(std::move(files)), root_(std::move(root)) {}

Result<Answer> FilesProvider::fetch(const Request& request) {
  const auto name = request.params.find("name");
  if (name == request.params.end()) return fail(ErrorKind::kInternal, 2007, "a files request without a name");
  Answer answer;
  answer.display_name = join_path(root_, name->second);
  GT_ASSIGN(const io::FileInfo info, files_->info(answer.display_name));
  if (info.size_bytes > limits::kMaxInputBytes) {
    return fail(ErrorKind::kDamaged, 2014, "the file is larger than 4 GiB; split it", answer.display_name);
  }
  GT_ASSIGN(answer.bytes, files_->read(answer.display_name));
  if (request.params.contains("etag")) GT_RETURN_IF_ERROR(check_version(request, answer.display_name));
  answer.request = request;
  answer.extension = extension_of(name->second);
  answer.observed_at = observed_at(request, info.modified).ts;
  return answer;
}

/// The bytes belong to the version that was listed when nobody has replaced it since.
Status FilesProvider::check_version(const Request& request, const std::string& path) {
  GT_ASSIGN(const io::FileInfo after, files_->info(path));
  const Timestamp listed = observed_at(request, after.modified).ts;
  const auto second = [](Timestamp ts) { return std::chrono::floor<std::chrono::seconds>(ts); };
  if (second(after.modified) == second(listed)) return {};
  return fail(ErrorKind::kUnavailable, 2260,
              "the file was replaced after it had been listed; run this again for the new one", path);
}

Result<Rows> FilesProvider::parse(const Answer& answer) const { return parse_answer(answer); }

}  // namespace goldtape::provider::files
