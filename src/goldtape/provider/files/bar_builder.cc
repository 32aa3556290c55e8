#include "goldtape/provider/files/bar_builder.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/provider/excerpt.h"
#include "goldtape/provider/ticker.h"

namespace goldtape::provider::files {

namespace {

/// Fewer steps than this do not show what interval a file is of.
constexpr std::uint32_t kEnoughSteps = 20;
constexpr std::size_t kKeptRowText = 1024;

std::string missing_names(std::uint32_t missing) {
  std::string names;
  for (std::size_t i = 0; i < kRoleCount; ++i) {
    if ((missing >> i & 1U) == 0) continue;
    names += names.empty() ? "missing " : ", ";
    names += to_string(static_cast<Role>(i));
  }
  return names;
}

std::string readable(std::int64_t us) { return format_timestamp(from_micros(us)); }

std::string readable_length(std::int64_t us) {
  const std::int64_t seconds = us / 1'000'000;
  return seconds % 60 == 0 ? fmt::format("{} minutes", seconds / 60) : fmt::format("{} seconds", seconds);
}

}  // namespace

BarBuilder::BarBuilder(model::BarOrigin origin, const Dialect& dialect, TimeZone zone, TimeZone exchange,
                       std::string where)
    : dialect_(dialect),
      where_(std::move(where)),
      intraday_(model::is_intraday(origin.interval)),
      to_utc_(zone),
      to_local_(zone),
      to_exchange_(exchange) {
  if (intraday_) length_us_ = std::chrono::microseconds(model::length(origin.interval)).count();
  batch_.origin = std::move(origin);
}

Result<BarBuilder> BarBuilder::create(model::BarOrigin origin, const Dialect& dialect, std::string where) {
  GT_ASSIGN(TimeZone zone, TimeZone::find(dialect.tz));
  GT_ASSIGN(TimeZone exchange, TimeZone::new_york());
  return BarBuilder(std::move(origin), dialect, std::move(zone), std::move(exchange), std::move(where));
}

void BarBuilder::reserve(std::size_t rows) { batch_.reserve(rows); }

std::string BarBuilder::at(std::uint32_t line) const { return fmt::format("{}:{}", where_, line); }

Result<std::uint32_t> BarBuilder::ticker_index(const BarCells& cells) {
  if (cells.ticker == last_ticker_ && !last_ticker_.empty()) return last_ticker_index_;
  if (!is_ticker(cells.ticker)) {
    return fail(
        ErrorKind::kDamaged, 2034,
        fmt::format("'{}' is not a ticker; up to 32 letters, digits and . - _ / ^ = $ + # & : @ ! are",
                    excerpt(cells.ticker)),
        at(cells.line));
  }
  last_ticker_ = cells.ticker;
  last_ticker_index_ = batch_.intern(cells.ticker);
  if (last_ticker_index_ >= sequences_.size()) sequences_.resize(last_ticker_index_ + 1);
  return last_ticker_index_;
}

/// The start of the row's bar; both of them where autumn repeats the hour.
Status BarBuilder::place(const BarCells& cells, std::int64_t& ts_us, Ambiguous& ambiguous,
                         bool& is_ambiguous) {
  using Kind = ReadTime::Kind;
  if (!intraday_) {
    const std::int64_t local_us =
        cells.time.kind == Kind::kEpoch ? to_local_(cells.time.utc_us) : cells.time.local_us;
    ts_us = std::int64_t{day_of(local_us)} * 86'400'000'000;
    return {};
  }
  if (cells.time.kind == Kind::kDate) {
    return fail(
        ErrorKind::kDamaged, 2031,
        fmt::format("a date without a time in a file of {} bars; daily bars are loaded with --interval 1d",
                    model::to_string(batch_.origin.interval)),
        at(cells.line));
  }
  const std::int64_t shift_us = dialect_.label == Label::kEnd ? length_us_ : 0;
  if (cells.time.kind != Kind::kLocal) {
    ts_us = cells.time.utc_us - shift_us;
    return {};
  }
  const LocalInstants instants = to_utc_(cells.time.local_us);
  if (instants.kind == LocalKind::kGap) {
    return fail(
        ErrorKind::kDamaged, 2032,
        fmt::format("{} does not exist in {}: the clocks went forward over it at {}; is the file's zone "
                    "another one (--tz)?",
                    readable(cells.time.local_us).substr(0, 19), dialect_.tz,
                    format_timestamp(instants.first)),
        at(cells.line));
  }
  ts_us = to_micros(instants.first) - shift_us;
  is_ambiguous = instants.kind == LocalKind::kAmbiguous;
  if (is_ambiguous) {
    ambiguous.local_us = cells.time.local_us;
    ambiguous.first_us = ts_us;
    ambiguous.second_us = to_micros(instants.second) - shift_us;
  }
  return {};
}

/// Notes how the row follows the ticker's last one.
Status BarBuilder::follow(std::uint32_t ticker, std::int64_t ts_us, std::uint32_t line) {
  Sequence& sequence = sequences_[ticker];
  const std::int64_t last_us = std::exchange(sequence.last_us, ts_us);
  if (last_us == INT64_MIN) return {};
  const std::int64_t step_us = ts_us > last_us ? ts_us - last_us : last_us - ts_us;
  if (ts_us > last_us) ++sequence.rises;
  if (ts_us < last_us) ++sequence.falls;
  const bool broken = (dialect_.order == Order::kAscending && ts_us < last_us) ||
                      (dialect_.order == Order::kDescending && ts_us > last_us);
  if (broken) {
    return fail(
        ErrorKind::kDamaged, 2035,
        fmt::format("{} {} follows {}, but the dialect '{}' says that rows are {}; say \"order\": \"any\" "
                    "if that is no promise",
                    batch_.tickers[ticker], readable(ts_us), readable(last_us), dialect_.name,
                    to_string(dialect_.order)),
        at(line));
  }
  if (!intraday_) {
    if (step_us == 0) ++sequence.same_dates;
    ++sequence.steps;
    return {};
  }
  if (step_us == 0 || step_us > 6 * 3'600'000'000LL) return {};
  ++sequence.steps;
  if (step_us < length_us_) ++sequence.short_steps;
  if (sequence.gcd_us != length_us_) sequence.gcd_us = std::gcd(sequence.gcd_us, step_us);
  return {};
}

void BarBuilder::set_session(std::int64_t ts_us, std::int32_t& date_days, model::SessionPart& part) {
  part = model::SessionPart::kRegular;
  if (!intraday_) {
    date_days = day_of(ts_us);
    return;
  }
  date_days = day_of(to_exchange_(ts_us));
  if (date_days != session_date_) {
    session_date_ = date_days;
    const calendar::Session* const session = calendar::xnys().find_session(from_days(date_days));
    // A day without a session: everything is before an opening that never comes.
    session_open_us_ = session ? to_micros(session->open) : INT64_MAX;
    session_close_us_ = session ? to_micros(session->close) : INT64_MAX;
  }
  if (ts_us < session_open_us_) part = model::SessionPart::kPre;
  if (ts_us >= session_close_us_) part = model::SessionPart::kPost;
}

void BarBuilder::reject(const BarCells& cells, std::uint32_t ticker, std::int64_t ts_us) {
  model::RejectedRow row;
  row.line = cells.line;
  row.ticker = batch_.tickers[ticker];
  row.ts_us = ts_us;
  model::SessionPart part{};
  set_session(ts_us, row.date_days, part);
  row.reason = cells.reason.empty() ? missing_names(cells.missing) : std::string(cells.reason);
  row.text = utf8_prefix(cells.row_text, kKeptRowText);
  batch_.rejected.push_back(std::move(row));
}

Status BarBuilder::add(const BarCells& cells) {
  GT_ASSIGN(const std::uint32_t ticker, ticker_index(cells));
  std::int64_t ts_us = 0;
  Ambiguous ambiguous{};
  bool is_ambiguous = false;
  GT_RETURN_IF_ERROR(place(cells, ts_us, ambiguous, is_ambiguous));
  const bool rejected = cells.missing != 0;
  if (is_ambiguous) {
    ambiguous.ticker = ticker;
    ambiguous.run = sequences_[ticker].rises + sequences_[ticker].falls;
    ambiguous.line = cells.line;
    ambiguous.rejected = rejected;
    ambiguous.row = rejected ? batch_.rejected.size() : batch_.size();
    ambiguous_.push_back(ambiguous);
  } else {
    GT_RETURN_IF_ERROR(follow(ticker, ts_us, cells.line));
  }
  if (rejected) {
    reject(cells, ticker, ts_us);
    return {};
  }
  std::int32_t date_days = 0;
  model::SessionPart part{};
  set_session(ts_us, date_days, part);
  batch_.ticker.push_back(ticker);
  batch_.ts_us.push_back(ts_us);
  batch_.date_days.push_back(date_days);
  batch_.open.push_back(cells.open);
  batch_.high.push_back(cells.high);
  batch_.low.push_back(cells.low);
  batch_.close.push_back(cells.close);
  batch_.volume.push_back(cells.volume);
  batch_.vwap.push_back(cells.vwap);
  batch_.trade_count.push_back(cells.trade_count);
  batch_.adj_close.push_back(cells.adj_close);
  batch_.session.push_back(part);
  batch_.line.push_back(cells.line);
  return {};
}

/// [begin, end) of ambiguous_: neighbouring rows of one ticker, all in the repeated hour.
Status BarBuilder::settle_run(std::size_t begin, std::size_t end) {
  const Sequence& sequence = sequences_[ambiguous_[begin].ticker];
  const bool ascending = dialect_.order == Order::kAscending || (sequence.rises > 0 && sequence.falls == 0);
  const bool descending = dialect_.order == Order::kDescending || (sequence.falls > 0 && sequence.rises == 0);
  std::size_t turns = 0;
  std::size_t turn = begin;
  bool repeats = false;
  for (std::size_t i = begin + 1; i < end; ++i) {
    const std::int64_t step = ambiguous_[i].local_us - ambiguous_[i - 1].local_us;
    if (step == 0) repeats = true;
    if ((ascending && step < 0) || (descending && step > 0)) {
      ++turns;
      turn = i;
    }
  }
  if (ascending == descending || turns != 1 || repeats) {
    const Ambiguous& row = ambiguous_[begin];
    const std::int64_t shift_us = dialect_.label == Label::kEnd ? length_us_ : 0;
    return fail(
        ErrorKind::kDamaged, 2033,
        fmt::format("{} means two instants in {}, {} and {}, and the order of rows does not tell which; "
                    "write times in UTC or with their offset",
                    readable(row.local_us).substr(0, 19), dialect_.tz, readable(row.first_us + shift_us),
                    readable(row.second_us + shift_us)),
        at(row.line));
  }
  for (std::size_t i = begin; i < end; ++i) {
    const Ambiguous& row = ambiguous_[i];
    const std::int64_t ts_us = (i < turn) == ascending ? row.first_us : row.second_us;
    if (row.rejected) {
      model::RejectedRow& target = batch_.rejected[row.row];
      model::SessionPart part{};
      target.ts_us = ts_us;
      set_session(ts_us, target.date_days, part);
    } else {
      batch_.ts_us[row.row] = ts_us;
      set_session(ts_us, batch_.date_days[row.row], batch_.session[row.row]);
    }
  }
  return {};
}

Status BarBuilder::settle_ambiguous() {
  std::stable_sort(ambiguous_.begin(), ambiguous_.end(), [](const Ambiguous& a, const Ambiguous& b) {
    return std::tie(a.ticker, a.run) < std::tie(b.ticker, b.run);
  });
  for (std::size_t begin = 0; begin < ambiguous_.size();) {
    std::size_t end = begin + 1;
    while (end < ambiguous_.size() && ambiguous_[end].ticker == ambiguous_[begin].ticker &&
           ambiguous_[end].run == ambiguous_[begin].run) {
      ++end;
    }
    GT_RETURN_IF_ERROR(settle_run(begin, end));
    begin = end;
  }
  return {};
}

Status BarBuilder::check_interval() const {
  const std::string_view said = model::to_string(batch_.origin.interval);
  for (std::size_t ticker = 0; ticker < sequences_.size(); ++ticker) {
    const Sequence& sequence = sequences_[ticker];
    if (sequence.steps < kEnoughSteps) continue;
    std::string found;
    if (!intraday_ && sequence.same_dates > sequence.steps / 5 * 4) {
      found = "share their date with the row before";
    } else if (intraday_ && sequence.gcd_us > length_us_) {
      found = "lie " + readable_length(sequence.gcd_us) + " apart";
    } else if (intraday_ && sequence.short_steps > sequence.steps / 2) {
      found = "lie as little as " + readable_length(sequence.gcd_us) + " apart";
    }
    if (found.empty()) continue;
    return fail(ErrorKind::kDamaged, 2036,
                fmt::format("the {} rows of {} {}, so these are not {} bars; give the interval they are of",
                            sequence.steps + 1, batch_.tickers[ticker], found, said),
                where_);
  }
  return {};
}

Result<model::BarBatch> BarBuilder::finish() {
  GT_RETURN_IF_ERROR(settle_ambiguous());
  GT_RETURN_IF_ERROR(check_interval());
  return std::move(batch_);
}

FoundOrder BarBuilder::order() const {
  bool rises = false;
  bool falls = false;
  for (const Sequence& sequence : sequences_) {
    rises = rises || sequence.rises > 0;
    falls = falls || sequence.falls > 0;
  }
  if (rises && falls) return FoundOrder::kMixed;
  return rises ? FoundOrder::kAscending : falls ? FoundOrder::kDescending : FoundOrder::kSingleRow;
}

}  // namespace goldtape::provider::files
