#include "goldtape/lake/bar_merge.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <arrow/api.h>

#include "goldtape/lake/bar_fold.h"
#include "goldtape/lake/bar_keys.h"
#include "goldtape/lake/bar_rows.h"
#include "goldtape/lake/bar_run_rows.h"
#include "goldtape/lake/bar_runs.h"
#include "goldtape/lake/load_index.h"
#include "goldtape/lake/row_rewrite.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"
#include "goldtape/table/work_sharing.h"

namespace goldtape::lake {

namespace {

constexpr std::size_t kMaxTickersInFilter = 500;
/// Rows of files that are held until these are written anew, some 200 bytes each; others are read again.
constexpr std::int64_t kMaxRowsAtHand = 1'048'576;
constexpr std::int64_t kAloneRows = 8'192;       // So few are read before another thread is awake.
constexpr std::int64_t kSharedRows = 1'048'576;  // A file of more takes the memory of several.

/// The bars of one ticker and session date that a merge touches.
struct Group {
  std::int64_t first_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_us = std::numeric_limits<std::int64_t>::min();
  std::int64_t oldest_observed_us = std::numeric_limits<std::int64_t>::max();
  bool refold = false;
};

struct StoredBar {
  BronzeBar bar;
  std::size_t file = 0;    ///< Index in the plan.
  std::int64_t place = 0;  ///< In the file.
};

std::uint64_t group_key(std::uint32_t ticker, std::int32_t date_days) {
  return (std::uint64_t{ticker} << 32U) | static_cast<std::uint32_t>(date_days);
}

bool same_row(const BronzeBar& a, const BronzeBar& b) {
  return same_content(a, b) && a.load == b.load && a.observed_us == b.observed_us &&
         a.basis_as_of_days == b.basis_as_of_days && a.date_days == b.date_days && a.session == b.session;
}

bool same_change(const BarChange& a, const BarChange& b) {
  const auto same = [](const BronzeBar& x, const BronzeBar& y) {
    return same_content(x, y) && x.load == y.load && x.observed_us == y.observed_us &&
           x.basis_as_of_days == y.basis_as_of_days;
  };
  return same(a.first, b.first) && same(a.second, b.second);
}

class BarMerger {
 public:
  BarMerger(const Lake& lake, const BarMergeInput& input, const BarReader& read)
      : lake_(lake), input_(input), read_(read) {}

  Result<BarMerge> run() {
    take_in_loads();
    BarMerge out;
    out.counts.resize(input_.loads.size());
    if (groups_.empty()) return out;
    GT_RETURN_IF_ERROR(find_groups_to_refold());
    GT_ASSIGN(const table::Table bars, lake_.catalog().load("bronze.bars"));
    GT_ASSIGN(const table::Table revisions, lake_.catalog().load("bronze.revisions"));
    GT_ASSIGN(const table::ScanPlan plan, read_stored_bars(bars));
    GT_RETURN_IF_ERROR(read_standing_loads());
    contest_runs();
    Folded folded = fold(evidence_, names_, static_cast<std::uint32_t>(input_.loads.size()));
    for (std::size_t i = 0; i < out.counts.size(); ++i) out.counts[i] = folded.counts[i + 1];
    for (const BarRun& run : runs_)
      out.counts[run.sequence - 1].inserted += static_cast<std::int64_t>(run.size());
    GT_RETURN_IF_ERROR(write_bars(bars, plan, folded.rows, out));
    if (auto written = write_revisions(revisions, std::move(folded.revisions), out); !written) {
      discard(out.changes);
      return std::unexpected(written.error());
    }
    return out;
  }

 private:
  Group& group_of(std::uint32_t ticker, std::int32_t date_days, std::int64_t ts_us,
                  std::int64_t observed_us) {
    const std::uint64_t key = group_key(ticker, date_days);
    if (last_group_ == nullptr || key != last_key_) last_group_ = &groups_[key];  // Maps keep their places.
    last_key_ = key;
    Group& group = *last_group_;
    group.first_us = std::min(group.first_us, ts_us);
    group.last_us = std::max(group.last_us, ts_us);
    group.oldest_observed_us = std::min(group.oldest_observed_us, observed_us);
    return group;
  }

  void take_in_loads() {
    for (std::size_t i = 0; i < input_.loads.size(); ++i) {
      const BarLoad& load = *input_.loads[i];
      load_names_.push_back(names_of(load, names_));
      append_runs(load, load_names_.back(), static_cast<std::uint32_t>(i) + 1, runs_);
    }
    for (const BarRun& run : runs_)
      touch(*run.load, run.ticker, {run.load->accepted.data() + run.first, run.size()});
    if (input_.withdrawn != nullptr) {
      const LoadNames names = names_of(*input_.withdrawn, names_);
      const model::BarBatch& bars = input_.withdrawn->bars;
      for (const std::uint32_t& row : input_.withdrawn->accepted)
        touch(*input_.withdrawn, names.tickers[bars.ticker[row]], {&row, 1}).refold = true;
    }
    touched_.finish();
  }

  /// Notes rows of one ticker; the group of the last one comes back.
  Group& touch(const BarLoad& load, std::uint32_t ticker, std::span<const std::uint32_t> rows) {
    const std::int64_t observed_us = to_micros(load.observed_at);
    Group* group = nullptr;
    for (const std::uint32_t row : rows) {
      const std::int64_t ts_us = load.bars.ts_us[row];
      group = &group_of(ticker, load.bars.date_days[row], ts_us, observed_us);
      touched_.add({ticker, ts_us});
    }
    return *group;
  }

  /// Bars of which something else was said become evidence; the others need no fold.
  void contest_runs() {
    for (const BarRun& run : take_contested(runs_, evidence_, names_)) {
      for (std::size_t i = run.first; i < run.end; ++i) {
        BronzeBar bar = bar_of(*run.load, run.row(i), load_names_[run.sequence - 1], to_micros(input_.now));
        bar.sequence = run.sequence;
        evidence_.push_back(bar);
      }
    }
  }

  Status find_groups_to_refold() {
    GT_ASSIGN(standing_,
              standing_loads(lake_.database(), input_.source, "bars", model::to_string(input_.interval)));
    if (input_.withdrawn != nullptr) {
      std::erase_if(standing_,
                    [&](const StandingLoad& load) { return load.load_id == input_.withdrawn->load_id; });
    }
    std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
    for (const auto& [key, group] : groups_) oldest = std::min(oldest, group.oldest_observed_us);
    for (const StandingLoad& load : standing_) {
      if (load.observed_us < oldest) continue;
      for (auto& [key, group] : groups_) {
        if (load.observed_us < group.oldest_observed_us || group.refold) continue;
        group.refold = load.may_hold(ticker_of(key), group.first_us, group.last_us);
      }
    }
    return {};
  }

  [[nodiscard]] const std::string& ticker_of(std::uint64_t key) const {
    return names_.tickers[static_cast<std::uint32_t>(key >> 32U)];
  }
  static std::int32_t date_of(std::uint64_t key) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
  }

  [[nodiscard]] const Group* find_group(const BronzeBar& bar) const {
    const auto at = groups_.find(group_key(bar.ticker, bar.date_days));
    return at == groups_.end() ? nullptr : &at->second;
  }

  /// Whether all that was said about the bar is read again.
  [[nodiscard]] bool refolds(const BronzeBar& bar) const {
    const Group* group = find_group(bar);
    return group != nullptr && group->refold && touched_.contains({bar.ticker, bar.ts_us});
  }

  /// The rows of bronze.bars or bronze.revisions that the groups may have.
  [[nodiscard]] table::Expression filter() const {
    using table::literal;
    std::int32_t first = std::numeric_limits<std::int32_t>::max();
    std::int32_t last = std::numeric_limits<std::int32_t>::min();
    std::set<std::uint32_t> tickers;
    for (const auto& [key, group] : groups_) {
      const std::int32_t date = date_of(key);
      first = std::min(first, date);
      last = std::max(last, date);
      tickers.insert(static_cast<std::uint32_t>(key >> 32U));
    }
    table::Expression out = source_and_dates(first, last);
    if (tickers.size() > kMaxTickersInFilter) return out;
    std::vector<table::Literal> wanted;
    for (const std::uint32_t ticker : tickers) wanted.push_back(literal(names_.tickers[ticker]));
    return std::move(out) && table::in("ticker", std::move(wanted));
  }

  [[nodiscard]] table::Expression source_and_dates(std::int32_t first, std::int32_t last) const {
    using table::literal;
    return table::equal_to("source", literal(input_.source)) &&
           table::equal_to("interval", literal(model::to_string(input_.interval))) &&
           table::greater_equal("date", literal(from_days(first))) &&
           table::less_equal("date", literal(from_days(last)));
  }

  /// All files that share a partition with the groups: more than those that may hold their rows.
  [[nodiscard]] table::Expression partitions_filter() const {
    using std::chrono::year_month_day;
    using table::literal;
    std::int32_t first = std::numeric_limits<std::int32_t>::max();
    std::int32_t last = std::numeric_limits<std::int32_t>::min();
    for (const auto& [key, group] : groups_) {
      const std::int32_t date = date_of(key);
      first = std::min(first, date);
      last = std::max(last, date);
    }
    if (!model::is_intraday(input_.interval)) {
      const auto first_year = year_month_day(from_days(first)).year();
      const auto last_year = year_month_day(from_days(last)).year();
      first = to_days(first_year / std::chrono::January / 1);
      last = to_days(last_year / std::chrono::December / 31);
    }
    return table::equal_to("interval", literal(model::to_string(input_.interval))) &&
           table::greater_equal("date", literal(from_days(first))) &&
           table::less_equal("date", literal(from_days(last)));
  }

  Result<table::ScanPlan> read_stored_bars(const table::Table& table) {
    GT_ASSIGN(table::ScanPlan plan, table::plan_scan(table, {.filter = partitions_filter()}));
    GT_ASSIGN(auto wanted, table::BoundExpression::bind(filter(), table.schema()));
    const StoredQuery query = query_of(table, std::move(wanted));
    const std::vector<std::size_t> files = files_that_may_match(table, plan, query.filter);
    // Some files at a time, so that no more rows are held than a few files have.
    const std::size_t together = files_together(plan, files);
    std::int64_t at_hand = 0;
    for (std::size_t first = 0; first < files.size(); first += together) {
      const std::size_t count = std::min(together, files.size() - first);
      std::vector<StoredRows> found(count);
      GT_RETURN_IF_ERROR(table::share_work(count, 0, [&](std::size_t i) -> Status {
        GT_ASSIGN(found[i], find_stored(table, plan.tasks[files[first + i]], query));
        return {};
      }));
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t file = files[first + i];
        GT_RETURN_IF_ERROR(take_in_stored(file, found[i]));
        if (found[i].whole == nullptr || found[i].places.empty()) continue;
        at_hand += plan.tasks[file].file.record_count;
        if (at_hand <= kMaxRowsAtHand) at_hand_[file] = std::move(found[i].whole);
      }
    }
    return plan;
  }

  [[nodiscard]] StoredQuery query_of(const table::Table& table, table::BoundExpression filter) const {
    return {.schema = table.schema(),
            .filter = std::move(filter),
            .source = input_.source,
            .interval = model::to_string(input_.interval),
            .tickers = &names_.tickers,
            .keys = &touched_};
  }

  static std::vector<std::size_t> files_that_may_match(const table::Table& table, const table::ScanPlan& plan,
                                                       const table::BoundExpression& filter) {
    std::vector<std::size_t> files;
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
      const table::DataFile& file = plan.tasks[i].file;
      const table::PartitionSpec* spec = table.metadata().find_spec(file.spec_id);
      if (spec == nullptr || filter.may_match(file, *spec)) files.push_back(i);
    }
    return files;
  }

  /// How many are read at once.
  static std::size_t files_together(const table::ScanPlan& plan, const std::vector<std::size_t>& files) {
    std::int64_t all = 0;
    std::int64_t most = 1;
    for (const std::size_t file : files) {
      all += plan.tasks[file].file.record_count;
      most = std::max(most, plan.tasks[file].file.record_count);
    }
    return all <= kAloneRows ? 1 : static_cast<std::size_t>(std::max<std::int64_t>(1, kSharedRows / most));
  }

  Status take_in_stored(std::size_t file, const StoredRows& rows) {
    const std::unordered_set<std::string_view> ours = standing_ids();
    std::vector<BronzeBar> bars;
    GT_RETURN_IF_ERROR(append_bars(*rows.found, names_, bars));
    for (std::size_t i = 0; i < bars.size(); ++i) {
      const BronzeBar& bar = bars[i];
      if (find_group(bar) == nullptr) continue;
      stored_.push_back({bar, file, rows.places[i]});
      // What a load of ours said is read from its answer; what another program wrote is known only here.
      const std::string& load_id = names_.loads[bar.load];
      const bool read_again = refolds(bar) && (ours.contains(load_id) || is_withdrawn(load_id));
      if (!read_again) evidence_.push_back(bar);
    }
    return {};
  }

  [[nodiscard]] std::unordered_set<std::string_view> standing_ids() const {
    std::unordered_set<std::string_view> ids;
    for (const StandingLoad& load : standing_) ids.insert(load.load_id);
    return ids;
  }

  [[nodiscard]] bool is_withdrawn(std::string_view load_id) const {
    return input_.withdrawn != nullptr && input_.withdrawn->load_id == load_id;
  }

  Status read_standing_loads() {
    for (const StandingLoad& standing : standing_) {
      const bool needed = std::ranges::any_of(groups_, [&](const auto& entry) {
        const auto& [key, group] = entry;
        return group.refold && standing.may_hold(ticker_of(key), group.first_us, group.last_us);
      });
      if (!needed) continue;
      GT_ASSIGN(const BarLoad load, read_(standing.load_id));
      const LoadNames names = names_of(load, names_);
      for (const std::uint32_t row : load.accepted) {
        const BronzeBar bar = bar_of(load, row, names, to_micros(input_.now));
        if (refolds(bar)) evidence_.push_back(bar);
      }
    }
    return {};
  }

  Status write_bars(const table::Table& table, const table::ScanPlan& plan,
                    const std::vector<BronzeBar>& rows, BarMerge& out) {
    RowEdit edit;
    edit.plan = &plan;
    edit.at_hand = std::move(at_hand_);
    const std::vector<bool> stands = compare_with_stored(plan, rows, edit);
    std::vector<const BronzeBar*> added;
    added.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!stands[i]) added.push_back(&rows[i]);
    }
    if (added.empty() && runs_.empty() && edit.removed.empty()) return {};
    out.rows_written = static_cast<std::int64_t>(added.size());
    for (const BarRun& run : runs_) out.rows_written += static_cast<std::int64_t>(run.size());
    GT_ASSIGN(edit.added, split_bars(table, added));
    GT_ASSIGN(table::Rewrite rewrite, write_edit(table, edit));
    out.changes.push_back({table, std::move(rewrite), filter()});
    return {};
  }

  /// Which rows are stored as they are; of the others stored, `edit` gets to know what is removed.
  std::vector<bool> compare_with_stored(const table::ScanPlan& plan, const std::vector<BronzeBar>& rows,
                                        RowEdit& edit) {
    std::vector<bool> stands(rows.size(), false);
    if (stored_.empty()) return stands;
    std::unordered_map<RowKey, std::size_t, RowKeyHash> final_rows;
    final_rows.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      final_rows.emplace(RowKey{rows[i].ticker, rows[i].ts_us}, i);
    for (const StoredBar& stored : stored_) {
      const RowKey key{stored.bar.ticker, stored.bar.ts_us};
      const auto at = final_rows.find(key);
      if (at != final_rows.end() && !stands[at->second] && same_row(stored.bar, rows[at->second])) {
        stands[at->second] = true;
      } else {
        edit.removed[stored.file].push_back(stored.place);
        rewritten_[group_key(stored.bar.ticker, stored.bar.date_days)] = plan.tasks[stored.file].file.spec_id;
      }
    }
    return stands;
  }

  [[nodiscard]] Result<const table::PartitionSpec*> spec_for(const table::Table& table,
                                                             std::span<const BronzeBar* const> bars) const {
    const table::TableMetadata& metadata = table.metadata();
    if (!model::is_intraday(input_.interval)) {
      for (const table::PartitionSpec& spec : metadata.partition_specs) {
        if (!spec.fields.empty() && spec.fields.back().transform.kind == table::TransformKind::kYear)
          return &spec;
      }
      return &metadata.default_spec();
    }
    std::set<std::uint32_t> tickers;
    for (const BronzeBar* bar : bars) tickers.insert(bar->ticker);
    for (const BarRun& run : runs_) tickers.insert(run.ticker);
    const auto* narrow = metadata.find_spec_by_columns({"interval", "ticker", "date"});
    return narrow != nullptr && tickers.size() < kWideFromTickers ? narrow : &metadata.default_spec();
  }

  [[nodiscard]] table::PartitionTuple partition_of(const table::Table& table,
                                                   const table::PartitionSpec& spec,
                                                   std::uint64_t group) const {
    table::PartitionTuple tuple;
    for (const table::PartitionField& field : spec.fields) {
      const table::Field* column = table.schema().find(field.source_id);
      table::Literal value = table::literal(from_days(date_of(group)));
      if (column->name == "interval") value = table::literal(model::to_string(input_.interval));
      if (column->name == "ticker") value = table::literal(ticker_of(group));
      tuple.push_back(table::apply(field.transform, value, column->type));
    }
    return tuple;
  }

  /// What goes into one partition.
  struct Partition {
    std::int32_t spec_id = 0;
    table::PartitionTuple tuple;
    std::vector<const BronzeBar*> bars;
    std::vector<BarRun> runs;
  };

  /// Rows that replace others go where these were, in a file that is written again anyway.
  [[nodiscard]] const table::PartitionSpec& spec_of(const table::Table& table, std::uint64_t group,
                                                    const table::PartitionSpec& otherwise) const {
    const auto at = rewritten_.find(group);
    const auto* spec = at == rewritten_.end() ? nullptr : table.metadata().find_spec(at->second);
    return spec == nullptr ? otherwise : *spec;
  }

  Result<std::vector<NewRows>> split_bars(const table::Table& table,
                                          std::span<const BronzeBar* const> bars) const {
    std::vector<NewRows> out;
    if (bars.empty() && runs_.empty()) return out;
    GT_ASSIGN(const table::PartitionSpec* usual, spec_for(table, bars));
    std::map<std::pair<std::int32_t, std::string>, Partition> partitions;
    std::unordered_map<std::uint64_t, Partition*> of_group;  // A path is slow to make.
    const auto partition_for = [&](std::uint32_t ticker, std::int32_t date_days) -> Partition& {
      const std::uint64_t group = group_key(ticker, date_days);
      Partition*& partition = of_group[group];
      if (partition != nullptr) return *partition;
      const table::PartitionSpec& spec = spec_of(table, group, *usual);
      table::PartitionTuple tuple = partition_of(table, spec, group);
      partition = &partitions[{spec.spec_id, spec.path(tuple, table.schema())}];
      partition->spec_id = spec.spec_id;
      partition->tuple = std::move(tuple);
      return *partition;
    };
    for (const BronzeBar* bar : bars) partition_for(bar->ticker, bar->date_days).bars.push_back(bar);
    for (const BarRun& run : runs_) {
      for_each_date(run, [&](const BarRun& part, std::int32_t date_days) {
        append_part(part, partition_for(run.ticker, date_days).runs);
      });
    }
    for (auto& [path, partition] : partitions) {
      if (!partition.bars.empty()) {
        GT_ASSIGN(auto rows, bars_table(input_.source, input_.interval, partition.bars, names_));
        out.push_back({.spec_id = partition.spec_id, .partition = partition.tuple, .rows = std::move(rows)});
      }
      if (!partition.runs.empty()) {
        out.push_back({.spec_id = partition.spec_id,
                       .partition = partition.tuple,
                       .sorted = runs_source(input_.source, input_.interval, std::move(partition.runs),
                                             names_, to_micros(input_.now))});
      }
    }
    return out;
  }

  /// Which revisions go and which come. In a group that was folded anew all of them were told again.
  struct RevisionEdit {
    table::ScanPlan plan;
    RowEdit edit;
    std::vector<BarChange> added;
  };

  Result<RevisionEdit> compare_revisions(const table::Table& table, std::vector<BarChange> told) {
    RevisionEdit out;
    std::unordered_map<RowKey, std::vector<BarChange>, RowKeyHash> refolded;
    for (BarChange& change : told) {
      if (refolds(change.second)) {
        refolded[{change.second.ticker, change.second.ts_us}].push_back(change);
      } else {
        out.added.push_back(change);
      }
    }
    const bool any = std::ranges::any_of(groups_, [](const auto& entry) { return entry.second.refold; });
    if (!any) return out;
    GT_ASSIGN(out.plan, table::plan_scan(table, {.filter = filter()}));
    struct StoredChange {
      BarChange change;
      std::size_t file = 0;
      std::int64_t place = 0;
    };
    std::unordered_map<RowKey, std::vector<StoredChange>, RowKeyHash> stored;
    for (std::size_t i = 0; i < out.plan.tasks.size(); ++i) {
      const table::ScanTask& task = out.plan.tasks[i];
      GT_ASSIGN(const StoredRows rows, find_stored(table, task, query_of(table, task.residual)));
      std::vector<BarChange> changes;
      GT_RETURN_IF_ERROR(append_revisions(*rows.found, names_, changes));
      for (std::size_t row = 0; row < changes.size(); ++row) {
        const BronzeBar& bar = changes[row].second;
        if (refolds(bar)) stored[{bar.ticker, bar.ts_us}].push_back({changes[row], i, rows.places[row]});
      }
    }
    for (const auto& [key, changes] : stored) {
      const std::vector<BarChange>& expected = refolded[key];
      const bool same = std::ranges::is_permutation(
          changes, expected, [](const BarChange& a, const BarChange& b) { return same_change(a, b); },
          &StoredChange::change);
      if (same) {
        refolded.erase(key);
      } else {
        for (const StoredChange& change : changes) out.edit.removed[change.file].push_back(change.place);
      }
    }
    for (auto& [key, changes] : refolded) out.added.insert(out.added.end(), changes.begin(), changes.end());
    return out;
  }

  Status write_revisions(const table::Table& table, std::vector<BarChange> told, BarMerge& out) {
    GT_ASSIGN(RevisionEdit revisions, compare_revisions(table, std::move(told)));
    revisions.edit.plan = &revisions.plan;
    if (revisions.added.empty() && revisions.edit.removed.empty()) return {};
    const table::PartitionSpec& spec = table.metadata().default_spec();
    struct OfPartition {
      table::PartitionTuple tuple;
      std::vector<const BarChange*> changes;
    };
    std::map<std::string, OfPartition> partitions;
    std::unordered_map<std::uint64_t, OfPartition*> of_group;
    for (const BarChange& change : revisions.added) {
      OfPartition*& partition = of_group[group_key(change.second.ticker, change.second.date_days)];
      if (partition == nullptr) {
        table::PartitionTuple tuple =
            partition_of(table, spec, group_key(change.second.ticker, change.second.date_days));
        partition = &partitions[spec.path(tuple, table.schema())];
        partition->tuple = std::move(tuple);
      }
      partition->changes.push_back(&change);
    }
    for (const auto& [path, partition] : partitions) {
      GT_ASSIGN(auto rows, revisions_table(input_.source, input_.interval, partition.changes, names_));
      revisions.edit.added.push_back(
          {.spec_id = spec.spec_id, .partition = partition.tuple, .rows = std::move(rows)});
    }
    GT_ASSIGN(table::Rewrite rewrite, write_edit(table, revisions.edit));
    out.changes.push_back({table, std::move(rewrite), filter()});
    return {};
  }

  const Lake& lake_;
  const BarMergeInput& input_;
  const BarReader& read_;
  FoldNames names_;
  std::vector<LoadNames> load_names_;  ///< By the loads' order.
  std::vector<BarRun> runs_;           ///< Once contested: those of which nothing else was said.
  std::vector<BronzeBar> evidence_;
  std::unordered_map<std::uint64_t, Group> groups_;
  Group* last_group_ = nullptr;
  std::uint64_t last_key_ = 0;
  std::vector<StandingLoad> standing_;
  std::vector<StoredBar> stored_;
  BarKeys touched_;
  std::map<std::size_t, std::shared_ptr<arrow::Table>>
      at_hand_;  ///< Stored files' rows, by index in the plan.
  std::unordered_map<std::uint64_t, std::int32_t>
      rewritten_;  ///< Spec of the file that loses rows, by group.
};

}  // namespace

Result<BarMerge> plan_bar_merge(const Lake& lake, const BarMergeInput& input, const BarReader& read) {
  return BarMerger(lake, input, read).run();
}

}  // namespace goldtape::lake
