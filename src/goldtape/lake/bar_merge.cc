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
#include "goldtape/lake/bar_rows.h"
#include "goldtape/lake/load_index.h"
#include "goldtape/lake/row_rewrite.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

constexpr std::size_t kMaxTickersInFilter = 500;

/// The bars of one ticker and session date that a merge touches.
struct Group {
  std::int64_t first_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_us = std::numeric_limits<std::int64_t>::min();
  std::int64_t oldest_observed_us = std::numeric_limits<std::int64_t>::max();
  bool refold = false;
};

struct StoredBar {
  BronzeBar bar;
  std::size_t file = 0;  ///< Index in the plan.
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
    Folded folded = fold(evidence_, names_, static_cast<std::uint32_t>(input_.loads.size()));
    for (std::size_t i = 0; i < out.counts.size(); ++i) out.counts[i] = folded.counts[i + 1];
    GT_RETURN_IF_ERROR(write_bars(bars, plan, folded.rows, out));
    if (auto written = write_revisions(revisions, std::move(folded.revisions), out); !written) {
      discard(out.changes);
      return std::unexpected(written.error());
    }
    return out;
  }

 private:
  /// A load's numbers in names_.
  struct LoadNames {
    std::uint32_t load = 0;
    std::vector<std::uint32_t> tickers;  ///< By the batch's.
  };
  LoadNames names_of(const BarLoad& load) {
    LoadNames names{.load = names_.loads.intern(load.load_id), .tickers = {}};
    for (const std::string& ticker : load.bars.tickers)
      names.tickers.push_back(names_.tickers.intern(ticker));
    return names;
  }

  [[nodiscard]] BronzeBar bar_of(const BarLoad& load, std::uint32_t row, const LoadNames& names) const {
    const model::BarBatch& bars = load.bars;
    const model::BarOrigin& origin = bars.origin;
    BronzeBar bar{.ticker = names.tickers[bars.ticker[row]],
                  .load = names.load,
                  .date_days = bars.date_days[row],
                  .session = bars.session[row],
                  .basis = origin.basis,
                  .ts_us = bars.ts_us[row],
                  .observed_us = to_micros(load.observed_at),
                  .ingested_us = to_micros(input_.now),
                  .content = model::content(bars, row)};
    if (origin.basis != model::PriceBasis::kRaw) bar.basis_as_of_days = to_days(origin.basis_as_of);
    bar.content_hash = model::content_hash(bar.content);
    return bar;
  }

  Group& group_of(const BronzeBar& bar) {
    const std::uint64_t key = group_key(bar.ticker, bar.date_days);
    if (last_group_ == nullptr || key != last_key_) last_group_ = &groups_[key];  // Maps keep their places.
    last_key_ = key;
    Group& group = *last_group_;
    group.first_us = std::min(group.first_us, bar.ts_us);
    group.last_us = std::max(group.last_us, bar.ts_us);
    group.oldest_observed_us = std::min(group.oldest_observed_us, bar.observed_us);
    return group;
  }

  void take_in_loads() {
    std::size_t bars = 0;
    for (const BarLoad* load : input_.loads) bars += load->accepted.size();
    evidence_.reserve(bars);
    for (std::size_t i = 0; i < input_.loads.size(); ++i) {
      const BarLoad& load = *input_.loads[i];
      const LoadNames names = names_of(load);
      for (const std::uint32_t row : load.accepted) {
        BronzeBar bar = bar_of(load, row, names);
        bar.sequence = static_cast<std::uint32_t>(i) + 1;
        group_of(bar);
        evidence_.push_back(bar);
      }
    }
    if (input_.withdrawn == nullptr) return;
    const LoadNames names = names_of(*input_.withdrawn);
    for (const std::uint32_t row : input_.withdrawn->accepted) {
      group_of(bar_of(*input_.withdrawn, row, names)).refold = true;
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

  [[nodiscard]] const Group* find_group(const BronzeBar& bar) const {
    const auto at = groups_.find(group_key(bar.ticker, bar.date_days));
    return at == groups_.end() ? nullptr : &at->second;
  }

  /// Whether all that was said about the bar is read again.
  [[nodiscard]] bool refolds(const BronzeBar& bar) const {
    const Group* group = find_group(bar);
    return group != nullptr && group->refold && group->first_us <= bar.ts_us && bar.ts_us <= group->last_us;
  }

  /// The rows of bronze.bars or bronze.revisions that the groups may have.
  [[nodiscard]] table::Expression filter() const {
    using table::literal;
    std::int32_t first = std::numeric_limits<std::int32_t>::max();
    std::int32_t last = std::numeric_limits<std::int32_t>::min();
    std::set<std::uint32_t> tickers;
    for (const auto& [key, group] : groups_) {
      const auto date = static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
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
      const auto date = static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
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
    GT_ASSIGN(const auto wanted, table::BoundExpression::bind(filter(), table.schema()));
    const std::unordered_set<std::string_view> ours = standing_ids();
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
      const table::ScanTask& task = plan.tasks[i];
      const table::PartitionSpec* spec = table.metadata().find_spec(task.file.spec_id);
      if (spec != nullptr && !wanted.may_match(task.file, *spec)) continue;
      GT_ASSIGN(
          const auto rows,
          table::read_task(table, task,
                           {.projection = table.schema(), .table_schema = table.schema(), .filter = wanted}));
      std::vector<BronzeBar> bars;
      GT_RETURN_IF_ERROR(append_bars(*rows, names_, bars));
      for (const BronzeBar& bar : bars) {
        if (find_group(bar) == nullptr) continue;
        stored_.push_back({bar, i});
        // What a load of ours said is read from its answer; what another program wrote is known only here.
        const std::string& load_id = names_.loads[bar.load];
        const bool read_again = refolds(bar) && (ours.contains(load_id) || is_withdrawn(load_id));
        if (!read_again) evidence_.push_back(bar);
      }
    }
    return plan;
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
      const LoadNames names = names_of(load);
      for (const std::uint32_t row : load.accepted) {
        const BronzeBar bar = bar_of(load, row, names);
        if (refolds(bar)) evidence_.push_back(bar);
      }
    }
    return {};
  }

  Status write_bars(const table::Table& table, const table::ScanPlan& plan,
                    const std::vector<BronzeBar>& rows, BarMerge& out) {
    RowEdit edit = new_edit(plan);
    const std::vector<bool> stands = compare_with_stored(plan, rows, edit);
    std::vector<const BronzeBar*> added;
    added.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!stands[i]) added.push_back(&rows[i]);
    }
    if (added.empty() && edit.removed.empty()) return {};
    out.rows_written = static_cast<std::int64_t>(added.size());
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
        edit.removed[stored.file].insert(key);
        rewritten_[group_key(stored.bar.ticker, stored.bar.date_days)] = plan.tasks[stored.file].file.spec_id;
      }
    }
    return stands;
  }

  [[nodiscard]] RowEdit new_edit(const table::ScanPlan& plan) const {
    RowEdit edit;
    edit.plan = &plan;
    edit.source = input_.source;
    edit.interval = input_.interval;
    edit.tickers = &names_.tickers;
    return edit;
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
    const auto* narrow = metadata.find_spec_by_columns({"interval", "ticker", "date"});
    return narrow != nullptr && tickers.size() < kWideFromTickers ? narrow : &metadata.default_spec();
  }

  [[nodiscard]] std::string partition_of(const table::Table& table, const table::PartitionSpec& spec,
                                         const BronzeBar& bar) const {
    table::PartitionTuple tuple;
    for (const table::PartitionField& field : spec.fields) {
      const table::Field* column = table.schema().find(field.source_id);
      table::Literal value = table::literal(from_days(bar.date_days));
      if (column->name == "interval") value = table::literal(model::to_string(input_.interval));
      if (column->name == "ticker") value = table::literal(names_.tickers[bar.ticker]);
      tuple.push_back(table::apply(field.transform, value, column->type));
    }
    return spec.path(tuple, table.schema());
  }

  /// Rows that replace others go where these were, in a file that is written again anyway.
  [[nodiscard]] const table::PartitionSpec& spec_of(const table::Table& table, const BronzeBar& bar,
                                                    const table::PartitionSpec& otherwise) const {
    const auto at = rewritten_.find(group_key(bar.ticker, bar.date_days));
    const auto* spec = at == rewritten_.end() ? nullptr : table.metadata().find_spec(at->second);
    return spec == nullptr ? otherwise : *spec;
  }

  Result<std::vector<NewRows>> split_bars(const table::Table& table,
                                          std::span<const BronzeBar* const> bars) const {
    std::vector<NewRows> out;
    if (bars.empty()) return out;
    GT_ASSIGN(const table::PartitionSpec* usual, spec_for(table, bars));
    std::map<std::pair<std::int32_t, std::string>, std::vector<const BronzeBar*>> partitions;
    std::unordered_map<std::uint64_t, std::vector<const BronzeBar*>*> of_group;  // A path is slow to make.
    for (const BronzeBar* bar : bars) {
      auto& partition = of_group[group_key(bar->ticker, bar->date_days)];
      if (partition == nullptr) {
        const table::PartitionSpec& spec = spec_of(table, *bar, *usual);
        partition = &partitions[{spec.spec_id, partition_of(table, spec, *bar)}];
      }
      partition->push_back(bar);
    }
    for (const auto& [place, rows] : partitions) {
      GT_ASSIGN(auto arrow_rows, bars_table(input_.source, input_.interval, rows, names_));
      out.push_back({place.first, place.second, std::move(arrow_rows)});
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
    if (!any) {
      out.edit = new_edit(out.plan);
      return out;
    }
    GT_ASSIGN(out.plan, table::plan_scan(table, {.filter = filter()}));
    out.edit = new_edit(out.plan);
    std::unordered_map<RowKey, std::vector<std::pair<BarChange, std::size_t>>, RowKeyHash> stored;
    for (std::size_t i = 0; i < out.plan.tasks.size(); ++i) {
      const table::ScanTask& task = out.plan.tasks[i];
      GT_ASSIGN(const auto rows,
                table::read_task(
                    table, task,
                    {.projection = table.schema(), .table_schema = table.schema(), .filter = task.residual}));
      std::vector<BarChange> changes;
      GT_RETURN_IF_ERROR(append_revisions(*rows, names_, changes));
      for (const BarChange& change : changes) {
        if (!refolds(change.second)) continue;
        stored[{change.second.ticker, change.second.ts_us}].emplace_back(change, i);
      }
    }
    for (const auto& [key, changes] : stored) {
      const std::vector<BarChange>& expected = refolded[key];
      const bool same = std::ranges::is_permutation(
          changes, expected, [](const BarChange& a, const BarChange& b) { return same_change(a, b); },
          [](const auto& entry) { return entry.first; });
      if (same) {
        refolded.erase(key);
      } else {
        for (const auto& [change, file] : changes) out.edit.removed[file].insert(key);
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
    std::map<std::string, std::vector<BarChange>> partitions;
    for (const BarChange& change : revisions.added) {
      partitions[partition_of(table, spec, change.second)].push_back(change);
    }
    for (const auto& [path, rows] : partitions) {
      GT_ASSIGN(auto arrow_rows, revisions_table(input_.source, input_.interval, rows, names_));
      revisions.edit.added.push_back({spec.spec_id, path, std::move(arrow_rows)});
    }
    GT_ASSIGN(table::Rewrite rewrite, write_edit(table, revisions.edit));
    out.changes.push_back({table, std::move(rewrite), filter()});
    return {};
  }

  const Lake& lake_;
  const BarMergeInput& input_;
  const BarReader& read_;
  FoldNames names_;
  std::vector<BronzeBar> evidence_;
  std::unordered_map<std::uint64_t, Group> groups_;
  Group* last_group_ = nullptr;
  std::uint64_t last_key_ = 0;
  std::vector<StandingLoad> standing_;
  std::vector<StoredBar> stored_;
  std::unordered_map<std::uint64_t, std::int32_t>
      rewritten_;  ///< Spec of the file that loses rows, by group.
};

}  // namespace

Result<BarMerge> plan_bar_merge(const Lake& lake, const BarMergeInput& input, const BarReader& read) {
  return BarMerger(lake, input, read).run();
}

}  // namespace goldtape::lake
