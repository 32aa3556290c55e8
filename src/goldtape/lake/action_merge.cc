#include "goldtape/lake/action_merge.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include <arrow/api.h>

#include "goldtape/lake/action_fold.h"
#include "goldtape/lake/arrow_rows.h"
#include "goldtape/lake/load_index.h"
#include "goldtape/table/catalog.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake {

namespace {

BronzeAction evidence_of(const ActionLoad& load, const model::CorporateAction& action, std::uint32_t number,
                         Timestamp now) {
  return {.action = action,
          .load = number,
          .observed_us = to_micros(load.observed_at),
          .ingested_us = to_micros(now),
          .content_hash = content_hash(action)};
}

std::string text_or_empty(const arrow::StringArray* column, std::int64_t i) {
  return column->IsNull(i) ? std::string() : column->GetString(i);
}

Status append_actions(const arrow::Table& rows, Names& load_ids, std::vector<BronzeAction>& out) {
  GT_ASSIGN(const ColumnsOf columns, ColumnsOf::open(rows));
  GT_ASSIGN(const auto* ticker, columns.get<arrow::StringArray>("ticker"));
  GT_ASSIGN(const auto* ex_date, columns.get<arrow::Date32Array>("ex_date"));
  GT_ASSIGN(const auto* type, columns.get<arrow::StringArray>("action_type"));
  GT_ASSIGN(const auto* value, columns.get<arrow::DoubleArray>("value"));
  GT_ASSIGN(const auto* currency, columns.get<arrow::StringArray>("currency"));
  GT_ASSIGN(const auto* new_ticker, columns.get<arrow::StringArray>("new_ticker"));
  GT_ASSIGN(const auto* description, columns.get<arrow::StringArray>("description"));
  GT_ASSIGN(const auto* known_at, columns.get<arrow::TimestampArray>("known_at"));
  GT_ASSIGN(const auto* observed_at, columns.get<arrow::TimestampArray>("observed_at"));
  GT_ASSIGN(const auto* ingested_at, columns.get<arrow::TimestampArray>("ingested_at"));
  GT_ASSIGN(const auto* load_id, columns.get<arrow::StringArray>("load_id"));
  const arrow::Date32Array* basis = nullptr;
  if (rows.schema()->GetFieldIndex("basis_as_of") >= 0) {
    GT_ASSIGN(basis, columns.get<arrow::Date32Array>("basis_as_of"));
  }
  for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
    BronzeAction row;
    row.action.ticker = ticker->GetString(i);
    row.action.ex_date = from_days(ex_date->Value(i));
    GT_ASSIGN(row.action.type, model::parse_action_type(type->GetView(i)));
    row.action.value = value->Value(i);
    row.action.currency = text_or_empty(currency, i);
    row.action.new_ticker = text_or_empty(new_ticker, i);
    row.action.description = text_or_empty(description, i);
    row.action.known_at = from_micros(known_at->Value(i));
    if (basis != nullptr && !basis->IsNull(i)) row.action.basis_as_of = from_days(basis->Value(i));
    row.observed_us = observed_at->Value(i);
    row.ingested_us = ingested_at->Value(i);
    row.load = load_ids.intern(load_id->GetView(i));
    row.content_hash = content_hash(row.action);
    out.push_back(std::move(row));
  }
  return {};
}

Result<std::shared_ptr<arrow::Table>> actions_table(std::string_view source,
                                                    const std::vector<BronzeAction>& rows,
                                                    const Names& load_ids) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("bronze.corporate_actions"));
  TableBuilder out(*def);
  for (const BronzeAction& row : rows) {
    out.text(source);
    out.text(row.action.ticker);
    out.date(to_days(row.action.ex_date));
    out.text(model::to_string(row.action.type));
    out.number(row.action.value);
    out.text_or_null(row.action.currency);
    out.text_or_null(row.action.new_ticker);
    out.text_or_null(row.action.description);
    out.time(to_micros(row.action.known_at));
    out.time(row.observed_us);
    out.time(row.ingested_us);
    out.text(load_ids[row.load]);
    const auto basis = row.action.basis_as_of;
    out.date_or_null(basis ? std::optional(to_days(*basis)) : std::nullopt);
  }
  return out.finish();
}

/// What stands and what shall stand: the same rows, whatever was read again to find out.
bool same_rows(std::vector<BronzeAction> stored, const std::vector<BronzeAction>& wanted,
               const Names& load_ids) {
  if (stored.size() != wanted.size()) return false;
  stored = fold(stored, load_ids, 0).rows;  // sorts as `wanted` is sorted
  return std::ranges::equal(stored, wanted, [](const BronzeAction& a, const BronzeAction& b) {
    return same_key(a, b) && a.content_hash == b.content_hash && a.observed_us == b.observed_us &&
           a.load == b.load && a.action.known_at == b.action.known_at;
  });
}

class ActionMerger {
 public:
  ActionMerger(const Lake& lake, const ActionMergeInput& input, const ActionReader& read)
      : lake_(lake), input_(input), read_(read) {}

  Result<ActionMerge> run() {
    take_in_loads();
    GT_RETURN_IF_ERROR(find_standing());
    GT_ASSIGN(const table::Table table, lake_.catalog().load("bronze.corporate_actions"));
    const auto ours = table::equal_to("source", table::literal(input_.source));
    GT_ASSIGN(const auto stored_rows, table::read(table, {.filter = ours}));
    std::vector<BronzeAction> stored;
    GT_RETURN_IF_ERROR(append_actions(*stored_rows, load_ids_, stored));
    GT_RETURN_IF_ERROR(add_known_evidence(stored));
    FoldedActions folded = fold(evidence_, load_ids_, static_cast<std::uint32_t>(input_.loads.size()));
    ActionMerge out;
    for (std::size_t i = 0; i < input_.loads.size(); ++i) out.counts.push_back(folded.counts[i + 1]);
    if (same_rows(stored, folded.rows, load_ids_)) return out;
    keep_ingested_at(stored, folded.rows);
    GT_RETURN_IF_ERROR(write(table, folded.rows, out));
    return out;
  }

 private:
  void take_in_loads() {
    for (std::size_t i = 0; i < input_.loads.size(); ++i) {
      const ActionLoad& load = *input_.loads[i];
      const std::uint32_t number = load_ids_.intern(load.load_id);
      for (const model::CorporateAction& action : load.actions) {
        evidence_.push_back(evidence_of(load, action, number, input_.now));
        evidence_.back().sequence = static_cast<std::uint32_t>(i) + 1;
      }
    }
  }

  Status find_standing() {
    GT_ASSIGN(standing_, standing_loads(lake_.database(), input_.source, "actions", ""));
    refold_ = input_.withdrawn != nullptr;
    if (refold_) {
      std::erase_if(standing_,
                    [&](const StandingLoad& load) { return load.load_id == input_.withdrawn->load_id; });
    }
    for (const ActionLoad* load : input_.loads) {
      refold_ = refold_ || std::ranges::any_of(standing_, [&](const StandingLoad& standing) {
                  return standing.observed_us >= to_micros(load->observed_at);
                });
    }
    return {};
  }

  Status add_known_evidence(const std::vector<BronzeAction>& stored) {
    std::unordered_set<std::string_view> read_again;
    if (refold_) {
      if (input_.withdrawn != nullptr) read_again.insert(input_.withdrawn->load_id);
      for (const StandingLoad& standing : standing_) {
        read_again.insert(standing.load_id);
        GT_ASSIGN(const ActionLoad load, read_(standing.load_id));
        const std::uint32_t number = load_ids_.intern(standing.load_id);
        for (const model::CorporateAction& action : load.actions) {
          evidence_.push_back(evidence_of(load, action, number, input_.now));
        }
      }
    }
    for (const BronzeAction& row : stored) {
      if (!read_again.contains(load_ids_[row.load])) evidence_.push_back(row);
    }
    return {};
  }

  static void keep_ingested_at(const std::vector<BronzeAction>& stored, std::vector<BronzeAction>& rows) {
    for (BronzeAction& row : rows) {
      const auto same = std::ranges::find_if(stored, [&](const BronzeAction& old) {
        return old.load == row.load && old.content_hash == row.content_hash && same_key(old, row);
      });
      if (same != stored.end()) row.ingested_us = same->ingested_us;
    }
  }

  Status write(const table::Table& table, const std::vector<BronzeAction>& rows, ActionMerge& out) {
    GT_ASSIGN(const auto arrow_rows, actions_table(input_.source, rows, load_ids_));
    const auto ours = table::equal_to("source", table::literal(input_.source));
    GT_ASSIGN(table::Rewrite rewrite, table::plan_overwrite(table, ours, arrow_rows));
    out.changes.push_back({table, std::move(rewrite), ours});
    return {};
  }

  const Lake& lake_;
  const ActionMergeInput& input_;
  const ActionReader& read_;
  Names load_ids_;
  std::vector<BronzeAction> evidence_;
  std::vector<StandingLoad> standing_;
  bool refold_ = false;
};

}  // namespace

Result<ActionMerge> plan_action_merge(const Lake& lake, const ActionMergeInput& input,
                                      const ActionReader& read) {
  return ActionMerger(lake, input, read).run();
}

Result<std::vector<std::optional<FoldCounts>>> recount_actions(const Lake& lake, std::string_view source,
                                                               const std::vector<ActionLoad>& loads) {
  GT_ASSIGN(const table::Table table, lake.catalog().load("bronze.corporate_actions"));
  const auto ours = table::equal_to("source", table::literal(std::string(source)));
  GT_ASSIGN(const auto stored_rows, table::read(table, {.filter = ours}));
  Names load_ids;
  std::vector<BronzeAction> stored;
  GT_RETURN_IF_ERROR(append_actions(*stored_rows, load_ids, stored));
  const auto holds = [&](const BronzeAction& said) {
    return std::ranges::any_of(stored, [&](const BronzeAction& row) {
      return same_key(row, said) &&
             (row.content_hash == said.content_hash || row.observed_us >= said.observed_us);
    });
  };
  std::vector<std::optional<FoldCounts>> out(loads.size());
  std::vector<BronzeAction> evidence;
  for (std::uint32_t i = 0; i < loads.size(); ++i) {
    std::vector<BronzeAction> mine;
    for (const model::CorporateAction& action : loads[i].actions) {
      mine.push_back(evidence_of(loads[i], action, load_ids.intern(loads[i].load_id), Timestamp{}));
      mine.back().sequence = i + 1;
    }
    if (!std::ranges::all_of(mine, holds)) continue;
    out[i].emplace();
    std::ranges::move(mine, std::back_inserter(evidence));
  }
  const FoldedActions folded = fold(evidence, load_ids, static_cast<std::uint32_t>(loads.size()));
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (out[i]) out[i] = folded.counts[i + 1];
  }
  return out;
}

}  // namespace goldtape::lake
