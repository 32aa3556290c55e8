#include "goldtape/lake/bronze_group.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "goldtape/model/table_def.h"

namespace goldtape::lake {

namespace {

using model::Fill;
using model::PriceBasis;

/// A bar's values, raw and in silver's types.
struct RawValues {
  std::int64_t open, high, low, close, volume, vwap, trade_count;
  std::int32_t flags;
};

/// Undoes the basis and rounds; a reason in `refusal` when the bar cannot be represented.
std::optional<RawValues> raw_values(const SourceBar& bar, const SecurityFacts& facts, RefusedBar& refusal) {
  if (bar.basis == PriceBasis::kFullyAdjusted) {
    refusal = {bar, "raw_basis", "prices adjusted for dividends cannot be made raw again"};
    return std::nullopt;
  }
  RawValues out{};
  double ratio = 1;
  if (bar.basis == PriceBasis::kSplitAdjusted && facts.splits) {
    ratio = facts.splits->splits_between(from_days(bar.date_days), from_days(bar.basis_as_of_days));
    if (ratio != 1) out.flags |= model::kFlagSplitBasisUndone;
  }
  const model::BarContent& said = bar.content;
  bool inexact = false;
  const std::array<std::pair<double, std::int64_t*>, 4> prices{
      {{said.open, &out.open}, {said.high, &out.high}, {said.low, &out.low}, {said.close, &out.close}}};
  for (const auto& [value, target] : prices) {
    const auto fixed = to_fixed(value * ratio, kPriceScale, inexact);
    if (!fixed || *fixed == kNull || *fixed <= 0) {
      refusal = {bar, "price_representable",
                 fmt::format("{} x {} is no price of at least 0.0001 USD", value, ratio)};
      return std::nullopt;
    }
    *target = *fixed;
  }
  bool vwap_inexact = false;
  out.vwap = to_fixed(said.vwap * ratio, kVwapScale, vwap_inexact).value_or(kNull);
  out.volume = ratio == 1 ? said.volume : std::llround(static_cast<double>(said.volume) / ratio);
  out.trade_count = said.trade_count == model::kAbsentCount ? kNull : said.trade_count;
  if (inexact) out.flags |= model::kFlagInexactPrice;
  const bool sane = out.low <= std::min(out.open, out.close) && out.high >= std::max(out.open, out.close);
  if (!sane) out.flags |= model::kFlagOhlcSuspect;
  return out;
}

/// Where a bar stands in the session; a refusal when nowhere.
std::optional<std::int32_t> minute_of(const SourceBar& bar, const calendar::Session& session,
                                      RefusedBar& refusal) {
  const Timestamp ts = from_micros(bar.ts_us);
  if (ts < session.open || ts >= session.close) {
    refusal = {bar, "inside_session",
               fmt::format("the session is {} to {}", format_timestamp(session.open),
                           format_timestamp(session.close))};
    return std::nullopt;
  }
  const auto since_open = ts - session.open;
  if (since_open % std::chrono::minutes{1} != std::chrono::microseconds{0}) {
    refusal = {bar, "on_grid", "between two minutes"};
    return std::nullopt;
  }
  return static_cast<std::int32_t>(since_open / std::chrono::minutes{1});
}

template <typename Row>
void assign(const RawValues& values, const SourceBar& bar, std::uint32_t best_rank, Row& row) {
  row.open = values.open;
  row.high = values.high;
  row.low = values.low;
  row.close = values.close;
  row.volume = values.volume;
  row.vwap = values.vwap;
  row.source = bar.source;
  row.flags = values.flags | (bar.source_rank != best_rank ? model::kFlagSecondarySource : 0);
}

void carry_forward(std::vector<SilverMinute>& rows, std::size_t begin, const calendar::Session& session,
                   std::span<const reference::Halt> halts) {
  std::int64_t last = kNull;
  for (std::size_t i = begin; i < rows.size(); ++i) {
    SilverMinute& row = rows[i];
    if (row.fill == Fill::kTraded) {
      last = row.close;
    } else if (reference::is_halted(halts, session.open + std::chrono::minutes{row.minute})) {
      row.fill = Fill::kHalted;
    } else if (last != kNull) {
      row.fill = Fill::kFilled;
      row.open = row.high = row.low = row.close = last;
    }
  }
}

}  // namespace

void refine_session(const SecurityFacts& facts, const calendar::Session& session,
                    std::span<const SourceBar> bars, std::span<const reference::Halt> halts, Timestamp now,
                    std::vector<SilverMinute>& out, std::vector<RefusedBar>& refused) {
  const std::size_t begin = out.size();
  const auto length = static_cast<std::size_t>(session.minutes());
  for (std::size_t minute = 0; minute < length; ++minute) {
    out.push_back({.security_id = facts.security_id,
                   .ts_us = to_micros(session.open + std::chrono::minutes{minute}),
                   .date_days = to_days(session.date),
                   .minute = static_cast<std::int32_t>(minute),
                   .ticker = facts.ticker});
  }
  const auto preferred = std::ranges::min_element(bars, {}, &SourceBar::source_rank);
  std::size_t used = 0;
  for (const SourceBar& bar : bars) {
    RefusedBar refusal;
    const auto minute = minute_of(bar, session, refusal);
    const auto values = minute ? raw_values(bar, facts, refusal) : std::nullopt;
    if (!values) {
      refused.push_back(std::move(refusal));
      continue;
    }
    SilverMinute& row = out[begin + static_cast<std::size_t>(*minute)];
    if (row.fill == Fill::kTraded) continue;
    assign(*values, bar, preferred->source_rank, row);
    row.trade_count = values->trade_count;
    row.fill = Fill::kTraded;
    used = std::max(used, static_cast<std::size_t>(*minute) + 1);
  }
  if (now < session.close) out.resize(begin + used);
  carry_forward(out, begin, session, halts);
}

void refine_day(const SecurityFacts& facts, bool has_session, std::span<const SourceBar> bars,
                std::vector<SilverDay>& out, std::vector<RefusedBar>& refused) {
  bool taken = false;
  for (const SourceBar& bar : bars) {
    RefusedBar refusal;
    const auto values = raw_values(bar, facts, refusal);
    if (!values) {
      refused.push_back(std::move(refusal));
      continue;
    }
    if (taken) continue;
    SilverDay row{.security_id = facts.security_id, .date_days = bar.date_days, .ticker = facts.ticker};
    assign(*values, bar, bars.front().source_rank, row);
    if (!has_session) row.flags |= model::kFlagNoSession;
    out.push_back(row);
    taken = true;
  }
}

void adjust_days(const reference::FactorSchedule& schedule, std::span<SilverDay> days) {
  for (SilverDay& day : days) {
    const reference::CumulativeFactors factors = schedule.at(from_days(day.date_days));
    day.split_factor = factors.split;
    day.dividend_factor = factors.distribution;
    day.adj_close = from_fixed(day.close, kPriceScale) * factors.split * factors.distribution;
  }
}

}  // namespace goldtape::lake
