#include "goldtape/ingest/recount.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "goldtape/ingest/load_status.h"
#include "goldtape/lake/action_merge.h"
#include "goldtape/lake/record_merge.h"

namespace goldtape::ingest {

namespace {

using Counts = std::vector<std::optional<lake::FoldCounts>>;
using Numbers = std::vector<std::size_t>;

class Recount {
 public:
  Recount(const lake::Lake& lake, const LoadReader& reader, std::vector<store::LoadAudit>& loads)
      : lake_(lake), reader_(reader), loads_(loads) {}

  Result<Numbers> run() {
    std::map<std::pair<std::string, std::string>, Numbers> kinds;
    for (std::size_t i = 0; i < loads_.size(); ++i) kinds[{loads_[i].source, loads_[i].dataset}].push_back(i);
    for (const auto& [kind, numbers] : kinds) {
      for (Numbers& stretch : stretches(numbers)) GT_RETURN_IF_ERROR(count(std::move(stretch)));
    }
    std::ranges::sort(standing_);
    return std::move(standing_);
  }

 private:
  /// Loads whose days meet stay together: their rows may have the same keys.
  [[nodiscard]] std::vector<Numbers> stretches(Numbers numbers) const {
    const auto start = [&](std::size_t i) { return loads_[i].range_start.value_or(Timestamp{}); };
    std::ranges::sort(numbers, {}, start);
    std::vector<Numbers> out;
    Timestamp end{};
    for (const std::size_t i : numbers) {
      if (out.empty() || start(i) >= end) out.emplace_back();
      out.back().push_back(i);
      end = std::max(end, loads_[i].range_end.value_or(Timestamp{}));
    }
    return out;
  }

  Status count(Numbers numbers) {
    std::ranges::sort(numbers, {},
                      [&](std::size_t i) { return std::tie(loads_[i].observed_at, loads_[i].load_id); });
    std::vector<lake::ActionLoad> actions;
    std::map<std::string, std::pair<Numbers, std::vector<lake::RecordLoad>>> records;  // by table
    for (const std::size_t i : numbers) {
      GT_ASSIGN(auto load, reader_.again(loads_[i]));
      if (auto* mine = std::get_if<lake::ActionLoad>(&load)) {
        actions.push_back(std::move(*mine));
      } else if (auto* rows = std::get_if<lake::RecordLoad>(&load)) {
        auto& [of_table, of_rows] = records[rows->records.table];
        of_table.push_back(i);
        of_rows.push_back(std::move(*rows));
      }
    }
    const std::string& source = loads_[numbers.front()].source;
    if (!actions.empty()) {
      GT_ASSIGN(const Counts counts, lake::recount_actions(lake_, source, actions));
      for (std::size_t i = 0; i < counts.size(); ++i) {
        take(numbers[i], counts[i], std::ssize(actions[i].actions), actions[i].duplicates_removed);
      }
    }
    for (const auto& [table, mine] : records) {
      GT_ASSIGN(const Counts counts, lake::recount_records(lake_, source, mine.second));
      for (std::size_t i = 0; i < counts.size(); ++i) {
        take(mine.first[i], counts[i], std::ssize(mine.second[i].records.rows),
             mine.second[i].duplicates_removed);
      }
    }
    return {};
  }

  void take(std::size_t number, const std::optional<lake::FoldCounts>& counts, std::int64_t accepted,
            std::int64_t duplicates) {
    store::LoadAudit& audit = loads_[number];
    // With all its rows refused it may have been refused itself: it is judged again.
    if (!counts || (accepted == 0 && audit.rows_fetched > 0)) return;
    audit.rows_inserted = counts->inserted;
    audit.rows_updated = counts->updated;
    audit.rows_unchanged = counts->unchanged;
    audit.duplicates_removed = duplicates;
    audit.rows_quarantined = audit.rows_fetched - accepted - duplicates;
    const bool news = counts->inserted + counts->updated > 0;
    audit.status = news ? load_status::kLoaded : load_status::kUnchanged;
    if (!news) audit.snapshot_id.reset();
    standing_.push_back(number);
  }

  const lake::Lake& lake_;
  const LoadReader& reader_;
  std::vector<store::LoadAudit>& loads_;
  Numbers standing_;
};

}  // namespace

Result<std::vector<std::size_t>> recount(const lake::Lake& lake, const LoadReader& reader,
                                         std::vector<store::LoadAudit>& loads) {
  return Recount(lake, reader, loads).run();
}

}  // namespace goldtape::ingest
