// A lake in a temporary folder and a provider whose answers a test writes down. For tests only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "goldtape/ingest/ingest.h"
#include "goldtape/io/clock.h"
#include "goldtape/lake/lake.h"
#include "goldtape/provider/registry.h"

namespace goldtape::ingest::testing {

/// Removed with all that is in it when destroyed.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// One row of an answer: the minute counts from 14:30 UTC of 2019-02-11 plus `day`.
struct Said {
  std::string ticker = "AAPL";
  int day = 0;
  int minute = 0;
  double close = 100;
  std::int64_t volume = 10;
  bool operator==(const Said&) const = default;
};

/// Answers kept by name. Text: a line a row, "TICKER DAY MINUTE CLOSE VOLUME"; "?" in place of CLOSE is a row
/// without a price; any other line is damage. Observed at `observed_s` seconds after 2019-02-16.
class ScriptedProvider final : public provider::Provider {
 public:
  [[nodiscard]] std::string_view name() const override { return "scripted"; }
  Result<provider::Answer> fetch(const provider::Request& request) override;
  Result<provider::Rows> parse(const provider::Answer& answer) const override;

  void put(const std::string& name, std::string text, int observed_s);

 private:
  struct Entry {
    std::string text;
    int observed_s = 0;
  };
  std::map<std::string, Entry> answers_;
};

[[nodiscard]] std::string text_of(const std::vector<Said>& rows);
[[nodiscard]] provider::Request request_for(const std::string& name, const std::string& source = "s");

/// A fresh lake with its clock at 2019-03-01.
class TestLake {
 public:
  TestLake();

  /// Opened anew, on another filesystem when one is given.
  [[nodiscard]] lake::Lake open(std::shared_ptr<io::FileSystem> filesystem = nullptr) const;
  [[nodiscard]] std::string root() const { return folder_.path() + "/lake"; }

  ScriptedProvider& answers() { return *provider_; }
  [[nodiscard]] const provider::Registry& providers() const { return providers_; }

  /// Ingests answers by name, in this order.
  Result<IngestReport> load(const std::vector<std::string>& names, const std::string& source = "s",
                            std::shared_ptr<io::FileSystem> filesystem = nullptr);
  /// load, which must end without any error.
  IngestReport load_well(const std::vector<std::string>& names, const std::string& source = "s");

  /// ticker, ts, close, volume, observed_at of bronze.bars, sorted.
  using BarFact = std::tuple<std::string, std::int64_t, double, std::int64_t, std::int64_t>;
  [[nodiscard]] std::vector<BarFact> bars(const std::string& source = "s") const;
  /// ticker, ts, old close, new close, old and new observed_at of bronze.revisions, sorted.
  using RevisionFact = std::tuple<std::string, std::int64_t, double, double, std::int64_t, std::int64_t>;
  [[nodiscard]] std::vector<RevisionFact> revisions(const std::string& source = "s") const;
  /// Current snapshot of every table, by name; 0 for none.
  [[nodiscard]] std::map<std::string, std::int64_t> snapshots() const;
  /// The audit, times and snapshots aside: load, status, the six counts.
  using AuditFact = std::tuple<std::string, std::string, std::vector<std::int64_t>>;
  [[nodiscard]] std::vector<AuditFact> audit() const;
  /// Rows of a table.
  [[nodiscard]] std::int64_t count(const std::string& table) const;
  /// Live data files of a table.
  [[nodiscard]] std::size_t files(const std::string& table) const;
  /// Live delete files of a table.
  [[nodiscard]] std::size_t delete_files(const std::string& table) const;
  /// How rows of bars and revisions are replaced: "merge-on-read" or "copy-on-write".
  void replace_by(const std::string& mode) const;
  /// Findings of fsck that are errors, as text; empty when clean.
  [[nodiscard]] std::string damage() const;

  std::shared_ptr<io::ManualClock> clock;

 private:
  TemporaryFolder folder_;
  std::shared_ptr<ScriptedProvider> provider_ = std::make_shared<ScriptedProvider>();
  provider::Registry providers_;
};

}  // namespace goldtape::ingest::testing
