#include "goldtape/ingest/replay.h"

#include <chrono>
#include <string>
#include <unordered_map>
#include <utility>

#include "goldtape/ingest/intake.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/ingest/stored_answer.h"
#include "goldtape/io/filesystem.h"
#include "goldtape/lake/raw_zone.h"

namespace goldtape::ingest {

namespace {

constexpr std::string_view kRawSuffix = ".zst";

/// Loads that are in raw/ and not in bronze, by the word of the audit.
Result<std::unordered_map<std::string, std::string>> statuses(const lake::Lake& lake) {
  std::unordered_map<std::string, std::string> out;
  GT_ASSIGN(const store::Rows rows, lake.database().query("SELECT load_id, status FROM load_audit"));
  for (const store::Row& row : rows.rows) out.emplace(store::text_of(row[0]), store::text_of(row[1]));
  return out;
}

Result<provider::Answer> read_answer(const lake::Lake& lake, const std::string& path) {
  GT_ASSIGN(lake::StoredAnswer stored, lake::read_raw(lake.filesystem(), path));
  return answer_of(std::move(stored), path.substr(lake.warehouse().size() + 1));
}

}  // namespace

Result<ReplayReport> replay(const lake::Lake& from, const lake::Lake& into,
                            const provider::Registry& providers, const IngestOptions& options) {
  ReplayReport out;
  const auto started = std::chrono::steady_clock::now();
  GT_ASSIGN(const lake::WriterLock lock, into.lock_for_writing("replay-raw"));
  GT_ASSIGN(const auto known, statuses(from));
  GT_ASSIGN(const std::vector<io::FileInfo> files, from.filesystem().list(from.path("raw"), true));
  Intake intake(into, providers, options);
  for (const io::FileInfo& file : files) {
    if (options.cancelled && options.cancelled()) break;
    if (file.is_directory || !file.path.ends_with(kRawSuffix)) continue;
    ++out.answers;
    GT_ASSIGN(const provider::Answer answer, read_answer(from, file.path));
    const auto status = known.find(answer.load_id());
    if (status != known.end() &&
        (status->second == load_status::kUndone || status->second == load_status::kNotFound)) {
      ++out.left_out;
      continue;
    }
    GT_RETURN_IF_ERROR(intake.add(answer));
    if (intake.pending_rows() >= options.max_rows_per_commit) GT_RETURN_IF_ERROR(intake.flush());
    if (options.progress) {
      options.progress({.step = "read",
                        .file = answer.display_name,
                        .files_done = out.answers,
                        .files_total = static_cast<std::int64_t>(files.size()),
                        .bytes_done = intake.report().bytes,
                        .rows = intake.rows_read(),
                        .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::steady_clock::now() - started)});
    }
  }
  GT_RETURN_IF_ERROR(intake.flush());
  out.loads = std::move(intake.report());
  return out;
}

}  // namespace goldtape::ingest
