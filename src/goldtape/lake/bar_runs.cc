#include "goldtape/lake/bar_runs.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace goldtape::lake {

LoadNames names_of(const BarLoad& load, FoldNames& names) {
  LoadNames out{.load = names.loads.intern(load.load_id), .tickers = {}};
  for (const std::string& ticker : load.bars.tickers) out.tickers.push_back(names.tickers.intern(ticker));
  return out;
}

void for_each_date(const BarRun& run, const std::function<void(const BarRun&, std::int32_t)>& take) {
  const std::vector<std::int32_t>& dates = run.load->bars.date_days;
  for (BarRun part = run; part.first < run.end; part.first = part.end) {
    const std::int32_t date = dates[run.row(part.first)];
    part.end = part.first + 1;
    while (part.end < run.end && dates[run.row(part.end)] == date) ++part.end;
    take(part, date);
  }
}

void append_part(const BarRun& part, std::vector<BarRun>& out) {
  const bool goes_on = !out.empty() && out.back().load == part.load && out.back().ticker == part.ticker &&
                       out.back().end == part.first && out.back().last_us() < part.first_us();
  if (goes_on) {
    out.back().end = part.end;
  } else {
    out.push_back(part);
  }
}

std::vector<BarRun> rows_of_runs(std::span<const BarRun> runs, std::size_t first, std::size_t count) {
  std::vector<BarRun> out;
  for (BarRun run : runs) {
    const std::size_t skipped = std::min(first, run.size());
    first -= skipped;
    run.first += skipped;
    run.end = run.first + std::min(count, run.size());
    count -= run.size();
    if (run.size() > 0) out.push_back(run);
    if (count == 0) break;
  }
  return out;
}

void append_runs(const BarLoad& load, const LoadNames& names, std::uint32_t sequence,
                 std::vector<BarRun>& out) {
  const model::BarBatch& bars = load.bars;
  const auto goes_on = [&](std::uint32_t row, std::uint32_t next) {
    return bars.ticker[row] == bars.ticker[next] && bars.ts_us[row] < bars.ts_us[next];
  };
  for (std::size_t first = 0; first < load.accepted.size();) {
    std::size_t end = first + 1;
    while (end < load.accepted.size() && goes_on(load.accepted[end - 1], load.accepted[end])) ++end;
    out.push_back({.load = &load,
                   .ticker = names.tickers[bars.ticker[load.accepted[first]]],
                   .load_name = names.load,
                   .sequence = sequence,
                   .first = first,
                   .end = end});
    first = end;
  }
}

BronzeBar bar_of(const BarLoad& load, std::uint32_t row, const LoadNames& names, std::int64_t ingested_us) {
  const model::BarBatch& bars = load.bars;
  const model::BarOrigin& origin = bars.origin;
  BronzeBar bar{.ticker = names.tickers[bars.ticker[row]],
                .load = names.load,
                .date_days = bars.date_days[row],
                .session = bars.session[row],
                .basis = origin.basis,
                .ts_us = bars.ts_us[row],
                .observed_us = to_micros(load.observed_at),
                .ingested_us = ingested_us,
                .content = model::content(bars, row)};
  if (origin.basis != model::PriceBasis::kRaw) bar.basis_as_of_days = to_days(origin.basis_as_of);
  bar.content_hash = model::content_hash(bar.content);
  return bar;
}

std::vector<BarRun> take_contested(std::vector<BarRun>& runs, std::span<const BronzeBar> evidence,
                                   const FoldNames& names) {
  const auto place = [](const BarRun& run) { return std::pair(run.ticker, run.first_us()); };
  std::ranges::sort(runs, {}, place);
  std::vector<bool> contested(runs.size(), false);
  for (std::size_t i = 1, longest = 0; i < runs.size(); ++i) {
    const bool same_ticker = runs[i].ticker == runs[longest].ticker;
    if (same_ticker && runs[i].first_us() <= runs[longest].last_us())
      contested[i] = contested[longest] = true;
    if (!same_ticker || runs[i].last_us() > runs[longest].last_us()) longest = i;
  }
  for (const BronzeBar& bar : evidence) {
    const auto after = std::ranges::upper_bound(runs, std::pair(bar.ticker, bar.ts_us), {}, place);
    if (after == runs.begin()) continue;
    const auto before = std::prev(after);
    if (before->ticker == bar.ticker && bar.ts_us <= before->last_us())
      contested[static_cast<std::size_t>(before - runs.begin())] = true;
  }
  std::vector<BarRun> out;
  std::vector<BarRun> others;
  for (std::size_t i = 0; i < runs.size(); ++i) (contested[i] ? out : others).push_back(runs[i]);
  std::ranges::sort(others, [&](const BarRun& a, const BarRun& b) {
    return std::pair(std::string_view(names.tickers[a.ticker]), a.first_us()) <
           std::pair(std::string_view(names.tickers[b.ticker]), b.first_us());
  });
  runs = std::move(others);
  return out;
}

}  // namespace goldtape::lake
