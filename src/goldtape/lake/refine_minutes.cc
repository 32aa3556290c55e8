#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <arrow/api.h>

#include "goldtape/base/hash.h"
#include "goldtape/lake/refine_internal.h"
#include "goldtape/lake/silver_columns_internal.h"
#include "goldtape/model/table_def.h"
#include "goldtape/quality/vendor_hole.h"
#include "goldtape/table/data_writer.h"
#include "goldtape/table/scan.h"

namespace goldtape::lake::internal {

namespace {

using model::Fill;
using quality::MinuteSet;

constexpr std::int64_t kUsualMinutes = 390;

struct Month {
  Date first, last;
};

Month month_of(Date date) {
  const std::chrono::year_month_day day{date};
  const auto month = day.year() / day.month();
  return {Date{month / 1}, Date{month / std::chrono::last}};
}

/// Security ids [first, last], both included.
struct Piece {
  std::int64_t first, last;
};

/// What is stored of a piece.
struct Stored {
  std::set<SilverKey> groups;  ///< To be refined anew.
  std::shared_ptr<arrow::Table> minutes;
  StoredBars bars;
};

/// Writes one table while the caller is about the next.
class WritingBeside {
 public:
  explicit WritingBeside(table::DataWriter& writer) : writer_(writer) {}

  Status write(std::shared_ptr<arrow::Table> rows) {
    GT_RETURN_IF_ERROR(finish());
    under_way_ = std::async(std::launch::async, [this, rows = std::move(rows)]() mutable -> Status {
      GT_RETURN_IF_ERROR(writer_.write(std::exchange(rows, nullptr)));
      return {};
    });
    return {};
  }
  Status finish() { return under_way_.valid() ? under_way_.get() : Status{}; }

 private:
  table::DataWriter& writer_;
  std::future<Status> under_way_;  // Its end is waited for, whatever happens.
};

/// A run over rows of one (security, date).
template <typename Visit>
void for_sessions(std::span<SilverMinute> rows, const Visit& visit) {
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && rows[end].security_id == rows[begin].security_id &&
           rows[end].date_days == rows[begin].date_days) {
      ++end;
    }
    visit(rows.subspan(begin, end - begin));
    begin = end;
  }
}

SilverKey key_of(const SilverMinute& row) { return {row.security_id, from_days(row.date_days)}; }

MinuteSet traded_minutes(std::span<const SilverMinute> session) {
  MinuteSet set;
  for (const SilverMinute& row : session) {
    if (row.fill == Fill::kTraded) set.set(static_cast<std::size_t>(row.minute));
  }
  return set;
}

std::uint64_t chain(std::uint64_t hash, std::span<const SilverMinute> rows) {
  for (const SilverMinute& row : rows) {
    const std::array<std::int64_t, 15> fields{
        row.security_id, row.ts_us,  row.open,   row.high,        row.low,
        row.close,       row.volume, row.vwap,   row.trade_count, row.date_days,
        row.minute,      row.flags,  row.ticker, row.source,      static_cast<std::int64_t>(row.fill)};
    hash = xxh3_64({reinterpret_cast<const char*>(fields.data()), sizeof fields}, hash);
  }
  return hash;
}

/// Refines and writes one month.
class MonthRefiner {
 public:
  MonthRefiner(const RefineInputs& in, const table::Table& silver, Month month,
               const std::set<SilverKey>& groups, RefineOutputs& out)
      : in_(in), silver_(silver), month_(month), groups_(groups), out_(out) {
    for (const SilverKey& key : groups) dates_.insert(key.date);
    // A date without holes stands here too, for flags of old ones are taken away.
    for (const Date date : dates_) {
      if (in.options->calendar->find_session(date) != nullptr) holes_[date] = {};
    }
  }
  MonthRefiner(const MonthRefiner&) = delete;
  MonthRefiner& operator=(const MonthRefiner&) = delete;

  Status run(TableChange& change) {
    const Status status = try_run(change);
    if (!status && writer_) writer_->discard();
    return status;
  }

 private:
  Status try_run(TableChange& change) {
    GT_ASSIGN(auto plan, table::plan_scan(silver_, {.filter = date_filter()}));
    const std::vector<Piece> pieces = split_into_pieces();
    // A hole shows only where all securities of a date are seen, and is rare. A month of several pieces is
    // written as though it had none, and once more where it has: reading each piece twice costs as much.
    std::optional<RefineOutputs> untouched;
    if (pieces.size() > 1) untouched = out_;
    GT_RETURN_IF_ERROR(write(pieces));
    if (untouched && find_holes()) {
      writer_->discard();
      out_ = *std::move(untouched);
      GT_RETURN_IF_ERROR(write(pieces));
    }
    if (before_ == after_) {
      writer_->discard();
      return {};
    }
    for (const table::ScanTask& task : plan.tasks) change.rewrite.removed.push_back(task.file);
    for (const table::DataFile& file : writer_->files()) change.rewrite.added.push_back(file);
    return {};
  }

  Status write(const std::vector<Piece>& pieces) {
    writer_.emplace(silver_, table::DataWriterOptions{.sorted = false});
    before_ = after_ = 0;
    covered_.clear();
    presence_.clear();
    history_ = liquidity_history(out_.coverage, *in_.options->calendar);
    // While one piece is refined, the next is read and the one before is written.
    WritingBeside writing(*writer_);
    std::future<Result<Stored>> fetched = fetch(pieces.front());
    std::vector<SilverMinute> rows;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      GT_ASSIGN(Stored stored, fetched.get());
      if (i + 1 < pieces.size()) fetched = fetch(pieces[i + 1]);
      rows.clear();
      GT_RETURN_IF_ERROR(assemble(std::move(stored), rows));
      note_presence(rows);
      if (pieces.size() == 1) find_holes();
      flag_holes(rows);
      GT_RETURN_IF_ERROR(check(rows));
      after_ = chain(after_, rows);
      note_coverage(rows);
      if (rows.empty()) continue;
      GT_ASSIGN(auto table, to_arrow(rows, *in_.bronze.names));
      out_.rows_written += table->num_rows();
      GT_RETURN_IF_ERROR(writing.write(std::move(table)));
    }
    drop_uncovered();
    return writing.finish();
  }

  [[nodiscard]] table::Expression date_filter() const {
    return table::greater_equal("date", table::literal(month_.first)) &&
           table::less_equal("date", table::literal(month_.last));
  }

  /// Of neighbouring securities, by the sessions that silver has or will have of each.
  [[nodiscard]] std::vector<Piece> split_into_pieces() const {
    std::map<std::int64_t, std::int64_t> rows;
    for (const SilverKey& key : groups_) rows[key.security_id] += kUsualMinutes;
    for (const auto& [key, counts] : out_.coverage) {
      if (key.interval != model::Interval::k1m || key.date < month_.first || key.date > month_.last) continue;
      if (!groups_.contains({key.security_id, key.date})) rows[key.security_id] += kUsualMinutes;
    }
    std::vector<Piece> pieces;
    std::int64_t in_piece = 0;
    for (const auto& [security_id, count] : rows) {
      if (pieces.empty() || in_piece + count > in_.options->refine_rows) {
        pieces.push_back({security_id, security_id});
        in_piece = 0;
      }
      pieces.back().last = security_id;
      in_piece += count;
    }
    // They tile all ids, so that rows of a security that coverage does not know of are kept.
    for (std::size_t i = 1; i < pieces.size(); ++i) pieces[i].first = pieces[i - 1].last + 1;
    pieces.front().first = std::numeric_limits<std::int64_t>::min();
    pieces.back().last = std::numeric_limits<std::int64_t>::max();
    return pieces;
  }

  /// What the tables have of a piece; on a thread of its own.
  std::future<Result<Stored>> fetch(const Piece& piece) const {
    return std::async(std::launch::async, [this, piece]() -> Result<Stored> {
      Stored out;
      out.groups = groups_of(piece);
      GT_ASSIGN(out.minutes, table::read(silver_, {.filter = date_filter() && security_filter(piece)}));
      GT_ASSIGN(out.bars, fetch_bronze(in_.bronze, model::Interval::k1m, out.groups));
      return out;
    });
  }

  static table::Expression security_filter(const Piece& piece) {
    return table::greater_equal("security_id", table::Literal{piece.first}) &&
           table::less_equal("security_id", table::Literal{piece.last});
  }

  [[nodiscard]] std::set<SilverKey> groups_of(const Piece& piece) const {
    return {groups_.lower_bound({piece.first, Date::min()}), groups_.upper_bound({piece.last, Date::max()})};
  }

  /// The rows of a piece, sorted: old ones but for the groups, and these anew.
  Status assemble(Stored stored, std::vector<SilverMinute>& rows) {
    GT_RETURN_IF_ERROR(append(*stored.minutes, *in_.bronze.names, rows));
    stored.minutes = nullptr;
    before_ = chain(before_, rows);
    std::erase_if(rows, [&](const SilverMinute& row) { return groups_.contains(key_of(row)); });
    GT_ASSIGN(const BronzeBars bars,
              take_bronze(in_.bronze, model::Interval::k1m, stored.groups, std::move(stored.bars)));
    refine_groups(bars, rows);
    const auto place = [](const SilverMinute& row) { return std::pair{row.security_id, row.ts_us}; };
    if (!std::ranges::is_sorted(rows, {}, place)) std::ranges::sort(rows, {}, place);
    return {};
  }

  void refine_groups(const BronzeBars& bronze, std::vector<SilverMinute>& rows) {
    std::vector<RefusedBar> refused;
    std::span<const SourceBar> rest = bronze.bars;
    for (const SilverKey& key : bronze.seen) {
      std::size_t count = 0;
      while (count < rest.size() && rest[count].security_id == key.security_id &&
             from_days(rest[count].date_days) == key.date) {
        ++count;
      }
      const std::span<const SourceBar> bars = rest.first(count);
      rest = rest.subspan(count);
      const calendar::Session* session = in_.options->calendar->find_session(key.date);
      if (!session) {
        for (const SourceBar& bar : bars) refused.push_back({bar, "has_session", "the exchange was closed"});
        continue;
      }
      const SecurityFacts facts{.security_id = key.security_id,
                                .ticker = in_.bronze.names->tickers.intern(
                                    in_.master->ticker_of(key.security_id, key.date).value_or("")),
                                .splits = in_.splits_of(key.security_id)};
      refine_session(facts, *session, bars, reference::market_wide_halts(), in_.now, rows, refused);
    }
    for (RefusedBar& bar : refused)
      out_.refusals.push_back({"silver.bars_1m", model::Interval::k1m, std::move(bar)});
  }

  void note_presence(std::span<SilverMinute> rows) {
    for_sessions(rows, [&](std::span<SilverMinute> session) {
      const Date date = from_days(session.front().date_days);
      if (dates_.contains(date)) presence_[date].push_back(traded_minutes(session));
    });
  }

  /// Whether there are any.
  bool find_holes() {
    bool any = false;
    for (const auto& [date, presence] : presence_) {
      if (const auto* session = in_.options->calendar->find_session(date)) {
        holes_[date] = quality::vendor_holes(presence, session->minutes(), in_.options->quality.thresholds);
        any = any || holes_[date].any();
      }
    }
    return any;
  }

  void flag_holes(std::span<SilverMinute> rows) const {
    for_sessions(rows, [&](std::span<SilverMinute> group) {
      const auto found = holes_.find(from_days(group.front().date_days));
      if (found == holes_.end()) return;
      const auto* session = in_.options->calendar->find_session(found->first);
      const bool liquid = quality::is_liquid(traded_minutes(group).count(), session->minutes(),
                                             in_.options->quality.thresholds);
      for (SilverMinute& row : group) {
        const bool absent = row.fill == Fill::kFilled || row.fill == Fill::kNone;
        const bool hole = liquid && absent && found->second.test(static_cast<std::size_t>(row.minute));
        row.flags = hole ? row.flags | model::kFlagVendorHole : row.flags & ~model::kFlagVendorHole;
      }
    });
  }

  /// The suite over the sessions of the changed dates; groups with refused rows leave when the gate says so.
  Status check(std::vector<SilverMinute>& rows) {
    MinuteColumns columns;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!dates_.contains(from_days(rows[i].date_days))) continue;
      columns.add(rows[i], *in_.bronze.names);
      at.push_back(i);
    }
    auto report =
        quality::check_silver_1m(columns.view(), in_.quality_context(&history_), in_.options->quality);
    GT_ASSIGN(const auto refused, pass_gate(in_, std::move(report), out_));
    std::set<SilverKey> bad;
    for (const quality::RefusedRow& row : refused) {
      const SilverMinute& minute = rows[at[row.row]];
      bad.insert(key_of(minute));
      out_.refusals.push_back({"silver.bars_1m", model::Interval::k1m, as_refused(minute, row)});
    }
    if (!bad.empty()) std::erase_if(rows, [&](const SilverMinute& row) { return bad.contains(key_of(row)); });
    return {};
  }

  static RefusedBar as_refused(const SilverMinute& row, const quality::RefusedRow& why) {
    RefusedBar out{.bar = {.security_id = row.security_id,
                           .ts_us = row.ts_us,
                           .date_days = row.date_days,
                           .source = row.source,
                           .ticker = row.ticker,
                           .load = kNoName,
                           .content = {}},
                   .rule = why.rule,
                   .reason = why.reason};
    out.bar.content = {.open = from_fixed(row.open, kPriceScale),
                       .high = from_fixed(row.high, kPriceScale),
                       .low = from_fixed(row.low, kPriceScale),
                       .close = from_fixed(row.close, kPriceScale),
                       .volume = row.volume};
    return out;
  }

  void note_coverage(std::span<SilverMinute> rows) {
    for_sessions(rows, [&](std::span<SilverMinute> session) {
      const SilverMinute& row = session.front();
      if (!dates_.contains(from_days(row.date_days))) return;
      covered_.insert(key_of(row));
      out_.coverage[{model::Interval::k1m, row.security_id, from_days(row.date_days)}] =
          count_session(session, in_.bronze.names->tickers[row.ticker]);
    });
  }

  void drop_uncovered() {
    for (const SilverKey& key : groups_) {
      if (!covered_.contains(key)) out_.coverage.erase({model::Interval::k1m, key.security_id, key.date});
    }
  }

  const RefineInputs& in_;
  const table::Table& silver_;
  Month month_;
  const std::set<SilverKey>& groups_;
  RefineOutputs& out_;
  std::optional<table::DataWriter> writer_;
  std::set<Date> dates_;
  std::map<Date, std::vector<MinuteSet>> presence_;
  std::map<Date, MinuteSet> holes_;
  std::set<SilverKey> covered_;
  quality::LiquidityHistory history_;
  std::uint64_t before_ = 0, after_ = 0;
};

}  // namespace

Status refine_minutes(const RefineInputs& in, const table::Table& silver, const std::set<SilverKey>& groups,
                      RefineOutputs& out) {
  std::map<Date, std::set<SilverKey>> by_month;
  for (const SilverKey& key : groups) by_month[month_of(key.date).first].insert(key);
  TableChange change{.table = silver, .rewrite = {}, .planned_from = {}};
  std::int64_t done = 0;
  for (const auto& [first, of_month] : by_month) {
    in.options->report("refine minutes", done++, std::ssize(by_month));
    MonthRefiner refiner(in, silver, month_of(first), of_month, out);
    if (const Status status = refiner.run(change); !status) {
      table::discard(silver, change.rewrite);
      return status;
    }
  }
  if (!change.rewrite.empty()) out.changes.push_back(std::move(change));
  return {};
}

}  // namespace goldtape::lake::internal
