#include "goldtape/query/session.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/lake/data_folders.h"
#include "goldtape/query/engine_internal.h"
#include "goldtape/query/ops_tables.h"
#include "goldtape/query/sql_text.h"
#include "goldtape/query/table_view_internal.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/refs.h"

namespace goldtape::query {

namespace {

/// The table and instant of a snapshot id. Tables committed together share their instant.
Result<internal::Moment> moment_of_id(const lake::Lake& lake, std::int64_t snapshot_id) {
  GT_ASSIGN(const auto names, lake.catalog().list_tables());
  for (const auto& name : names) {
    GT_ASSIGN(const auto table, lake.catalog().load(name));
    if (const auto* snapshot = table.metadata().find_snapshot(snapshot_id)) {
      const auto at = from_micros(snapshot->timestamp_ms * 1000);
      return internal::Moment{.snapshot_ids = {{name.to_string(), snapshot_id}}, .as_of = at};
    }
  }
  return fail(ErrorKind::kNotFound, 6004,
              fmt::format("no table has a snapshot {}; `goldtape snapshots TABLE` lists them", snapshot_id));
}

/// The tables that have the tag or branch; the others as they were when the newest of its snapshots was made.
Result<internal::Moment> moment_of_ref(const lake::Lake& lake, const std::string& name) {
  internal::Moment moment;
  std::vector<std::string> known;
  GT_ASSIGN(const auto tables, lake.catalog().list_tables());
  for (const auto& table_name : tables) {
    GT_ASSIGN(const auto table, lake.catalog().load(table_name));
    for (const auto& [ref_name, ref] : table.metadata().refs) {
      if (ref_name != name) {
        known.push_back(ref_name);
        continue;
      }
      moment.snapshot_ids.emplace(table_name.to_string(), ref.snapshot_id);
      if (const auto* snapshot = table.metadata().find_snapshot(ref.snapshot_id)) {
        const auto at = from_micros(snapshot->timestamp_ms * 1000);
        moment.as_of = moment.as_of ? std::max(*moment.as_of, at) : at;
      }
    }
  }
  if (!moment.snapshot_ids.empty()) return moment;
  const std::vector<std::string_view> names(known.begin(), known.end());
  return fail(
      ErrorKind::kNotFound, 6004,
      fmt::format("no table has a tag or branch '{}'{}; `goldtape tag list` lists them. A snapshot is "
                  "named by id, tag or branch, or by an instant such as 2024-06-30T12:00:00Z",
                  name, did_you_mean(name, names)));
}

Result<internal::Moment> moment_of(const lake::Lake& lake, const std::string& text) {
  if (text.empty()) return internal::Moment{};
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc{} && end == text.data() + text.size()) return moment_of_id(lake, id);
  if (table::check_ref_name(text)) return moment_of_ref(lake, text);
  const auto instant = parse_timestamp(text);
  if (!instant) {
    return fail(ErrorKind::kUsage, 6005,
                fmt::format("'{}' is neither a snapshot id, nor a tag or branch, nor an instant such as "
                            "2024-06-30T12:00:00Z",
                            text));
  }
  return internal::Moment{.snapshot_ids = {}, .as_of = *instant};
}

bool names_ops(std::string_view sql) {
  std::string lower(sql);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return lower.find("ops") != std::string::npos;
}

}  // namespace

struct Session::Impl {
  const lake::Lake* lake = nullptr;
  std::unique_ptr<internal::Engine> engine;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

namespace {

Status create_views(internal::Engine& engine, const lake::Lake& lake, const internal::Moment& moment) {
  for (const auto* zone : {"bronze", "silver", "gold", "reference", "quarantine"}) {
    GT_RETURN_IF_ERROR(engine.run(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", zone)));
  }
  GT_ASSIGN(const auto names, lake.catalog().list_tables());
  for (const auto& name : names) {
    GT_ASSIGN(const auto table, lake.catalog().load(name));
    GT_RETURN_IF_ERROR(engine.run("CREATE SCHEMA IF NOT EXISTS " + quote_identifier(name.space)));
    const auto made = internal::create_view(engine, table, moment);
    if (!made) return std::unexpected(made.error().while_doing("opening " + name.to_string()));
    if (name.to_string() == "bronze.revisions") {
      GT_RETURN_IF_ERROR(engine.run("CREATE VIEW ops.revisions AS FROM bronze.revisions"));
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const lake::Lake& lake, const SessionOptions& options) {
  GT_ASSIGN(const auto moment, moment_of(lake, options.snapshot));
  auto impl = std::make_unique<Impl>();
  impl->lake = &lake;
  GT_ASSIGN(auto folders, lake::data_folders(lake));
  GT_ASSIGN(impl->engine, internal::Engine::open({.allowed_directories = std::move(folders),
                                                  .threads = options.threads,
                                                  .memory_limit_bytes = options.memory_limit_bytes,
                                                  .remote = lake.shared_filesystem()}));
  GT_RETURN_IF_ERROR(internal::create_ops_tables(*impl->engine));
  GT_RETURN_IF_ERROR(create_views(*impl->engine, lake, moment));
  GT_RETURN_IF_ERROR(impl->engine->lock());
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Result<std::shared_ptr<arrow::RecordBatchReader>> Session::query(std::string_view sql) {
  if (names_ops(sql)) GT_RETURN_IF_ERROR(internal::fill_ops_tables(*impl_->engine, *impl_->lake));
  return impl_->engine->stream(sql);
}

Result<std::shared_ptr<arrow::Table>> Session::table(std::string_view sql) {
  GT_ASSIGN(const auto reader, query(sql));
  auto rows = reader->ToTable();
  if (!rows.ok()) return std::unexpected(internal::stream_error(rows.status()));
  return *rows;
}

}  // namespace goldtape::query
