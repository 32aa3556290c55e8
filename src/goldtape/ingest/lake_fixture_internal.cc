#include "goldtape/ingest/lake_fixture_internal.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <arrow/api.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/ingest/audit.h"
#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/fsck.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/commit.h"
#include "goldtape/table/scan.h"

namespace goldtape::ingest::testing {

namespace {

const Date kFirstDay = std::chrono::sys_days(std::chrono::year(2019) / 2 / 11);
const Timestamp kObserved = std::chrono::sys_days(std::chrono::year(2019) / 2 / 16);

/// The test cannot go on without the value.
template <typename T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().to_string());
  return std::move(*result);
}

model::Bar bar_of(const Said& said) {
  model::Bar bar;
  bar.ticker = said.ticker;
  bar.date = kFirstDay + std::chrono::days(said.day);
  bar.ts = bar.date + std::chrono::minutes(14 * 60 + 30 + said.minute);
  bar.open = bar.high = bar.low = bar.close = said.close;
  bar.volume = said.volume;
  return bar;
}

std::shared_ptr<arrow::Table> rows_of(const lake::Lake& lake, const std::string& name,
                                      const std::string& source) {
  const table::Table table = need(lake.catalog().load(name));
  return need(table::read(table, {.filter = table::equal_to("source", table::literal(source))}));
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  // Hundreds of lakes are made: in memory, where syncing costs nothing, if that is to be had.
  std::error_code ignored;
  const std::filesystem::path memory = "/dev/shm";
  const bool in_memory = std::filesystem::exists(memory, ignored) && ::access(memory.c_str(), W_OK) == 0;
  std::string name =
      ((in_memory ? memory : std::filesystem::temp_directory_path()) / "goldtape-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = std::filesystem::canonical(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ScriptedProvider::put(const std::string& name, std::string text, int observed_s) {
  answers_[name] = {std::move(text), observed_s};
}

Result<provider::Answer> ScriptedProvider::fetch(const provider::Request& request) {
  const std::string& name = request.params.at("name");
  const auto at = answers_.find(name);
  if (at == answers_.end()) return fail(ErrorKind::kNotFound, 7002, "no such answer", name);
  return provider::Answer{.request = request,
                          .bytes = at->second.text,
                          .extension = "txt",
                          .observed_at = kObserved + std::chrono::seconds(at->second.observed_s),
                          .display_name = name};
}

Result<provider::Rows> ScriptedProvider::parse(const provider::Answer& answer) const {
  model::BarBatch bars;
  bars.origin.source = answer.request.source;
  bars.origin.interval = answer.request.interval;
  bars.origin.observed_at = answer.observed_at;
  std::istringstream lines(answer.bytes);
  std::string line;
  for (std::uint32_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream fields(line);
    Said said;
    std::string close;
    if (!(fields >> said.ticker >> said.day >> said.minute >> close >> said.volume)) {
      return fail(ErrorKind::kDamaged, 2022, "not a row", fmt::format("{}:{}", answer.display_name, number));
    }
    said.close = close == "?" ? 0 : std::stod(close);
    const model::Bar bar = bar_of(said);
    if (close == "?") {
      bars.rejected.push_back({.line = number,
                               .ticker = said.ticker,
                               .ts_us = to_micros(bar.ts),
                               .date_days = to_days(bar.date),
                               .reason = "missing close",
                               .text = line});
    } else {
      bars.append(bar, number);
    }
  }
  return provider::Rows(std::move(bars));
}

std::string text_of(const std::vector<Said>& rows) {
  std::string text;
  for (const Said& row : rows) {
    text += fmt::format("{} {} {} {} {}\n", row.ticker, row.day, row.minute, row.close, row.volume);
  }
  return text;
}

provider::Request request_for(const std::string& name, const std::string& source) {
  provider::Request request;
  request.provider = "scripted";
  request.source = source;
  request.params["name"] = name;
  return request;
}

TestLake::TestLake()
    : clock(std::make_shared<io::ManualClock>(std::chrono::sys_days(std::chrono::year(2019) / 3 / 1))) {
  need(lake::Lake::create(root(), {.filesystem = nullptr, .clock = clock}));
  if (!providers_.add(provider_)) throw std::runtime_error("provider");
}

lake::Lake TestLake::open(std::shared_ptr<io::FileSystem> filesystem) const {
  return need(lake::Lake::open(root(), {.filesystem = std::move(filesystem), .clock = clock}));
}

Result<IngestReport> TestLake::load(const std::vector<std::string>& names, const std::string& source,
                                    std::shared_ptr<io::FileSystem> filesystem) {
  auto lake = lake::Lake::open(root(), {.filesystem = std::move(filesystem), .clock = clock});
  if (!lake) return std::unexpected(lake.error());
  Plan plan;
  for (const std::string& name : names) plan.requests.push_back(request_for(name, source));
  IngestOptions options;
  options.run_id = "test";
  options.calendar = &calendar::xnys();
  clock->advance(std::chrono::seconds(1));
  return ingest(*lake, providers_, plan, options);
}

IngestReport TestLake::load_well(const std::vector<std::string>& names, const std::string& source) {
  IngestReport report = need(load(names, source));
  if (const auto worst = report.worst()) throw std::runtime_error(worst->to_string());
  return report;
}

std::vector<TestLake::BarFact> TestLake::bars(const std::string& source) const {
  const lake::Lake lake = open();
  const auto rows = rows_of(lake, "bronze.bars", source);
  const auto columns = need(lake::ColumnsOf::open(*rows));
  const auto* ticker = need(columns.get<arrow::StringArray>("ticker"));
  const auto* ts = need(columns.get<arrow::TimestampArray>("ts"));
  const auto* close = need(columns.get<arrow::DoubleArray>("close"));
  const auto* volume = need(columns.get<arrow::Int64Array>("volume"));
  const auto* observed = need(columns.get<arrow::TimestampArray>("observed_at"));
  std::vector<BarFact> facts;
  for (std::int64_t i = 0; i < rows->num_rows(); ++i) {
    facts.emplace_back(ticker->GetString(i), ts->Value(i), close->Value(i), volume->Value(i),
                       observed->Value(i));
  }
  std::ranges::sort(facts);
  return facts;
}

std::vector<TestLake::RevisionFact> TestLake::revisions(const std::string& source) const {
  const lake::Lake lake = open();
  const auto rows = rows_of(lake, "bronze.revisions", source);
  const auto columns = need(lake::ColumnsOf::open(*rows));
  const auto* ticker = need(columns.get<arrow::StringArray>("ticker"));
  const auto* ts = need(columns.get<arrow::TimestampArray>("ts"));
  const auto* old_close = need(columns.get<arrow::DoubleArray>("old_close"));
  const auto* new_close = need(columns.get<arrow::DoubleArray>("new_close"));
  const auto* old_observed = need(columns.get<arrow::TimestampArray>("old_observed_at"));
  const auto* new_observed = need(columns.get<arrow::TimestampArray>("new_observed_at"));
  std::vector<RevisionFact> facts;
  for (std::int64_t i = 0; i < rows->num_rows(); ++i) {
    facts.emplace_back(ticker->GetString(i), ts->Value(i), old_close->Value(i), new_close->Value(i),
                       old_observed->Value(i), new_observed->Value(i));
  }
  std::ranges::sort(facts);
  return facts;
}

std::map<std::string, std::int64_t> TestLake::snapshots() const {
  const lake::Lake lake = open();
  std::map<std::string, std::int64_t> out;
  for (const table::TableName& name : need(lake.catalog().list_tables())) {
    out[name.to_string()] = need(lake.catalog().load(name)).current_snapshot_id().value_or(0);
  }
  return out;
}

std::vector<TestLake::AuditFact> TestLake::audit() const {
  std::vector<AuditFact> facts;
  for (const store::LoadAudit& load : need(list_loads(open()))) {
    facts.emplace_back(load.load_id, load.status,
                       std::vector{load.rows_fetched, load.rows_inserted, load.rows_updated,
                                   load.rows_unchanged, load.duplicates_removed, load.rows_quarantined});
  }
  std::ranges::sort(facts);
  return facts;
}

std::int64_t TestLake::count(const std::string& table) const {
  const lake::Lake lake = open();
  return need(table::count_rows(need(lake.catalog().load(table))));
}

std::size_t TestLake::files(const std::string& table) const {
  const lake::Lake lake = open();
  return need(need(lake.catalog().load(table)).data_files()).size();
}

std::size_t TestLake::delete_files(const std::string& table) const {
  const lake::Lake lake = open();
  return need(table::live_deletes(need(lake.catalog().load(table)))).size();
}

void TestLake::replace_by(const std::string& mode) const {
  const lake::Lake lake = open();
  table::Commit commit(lake.catalog());
  for (const char* name : {"bronze.bars", "bronze.revisions"})
    commit.set_properties(need(lake.catalog().load(name)), {{"write.merge.mode", mode}});
  need(commit.run());
}

std::string TestLake::damage() const {
  std::string text;
  for (const lake::FsckFinding& finding : need(lake::fsck(open(), {.deep = true})).findings) {
    if (finding.is_error) text += fmt::format("{} {}: {}\n", finding.check, finding.where, finding.message);
  }
  return text;
}

}  // namespace goldtape::ingest::testing
