// Rules that several suites share, and how a suite is run. Not public.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "goldtape/quality/suite.h"
#include "goldtape/quality/vendor_hole.h"

namespace goldtape::quality::internal {

/// A rule over data of one shape.
template <typename Data>
struct Rule {
  Expectation expectation;
  void (*check)(const Data&, const Context&, Outcome&);
};

/// Runs the rules in order. When the first one, which says whether the columns can be read at all, fails,
/// the others are not run.
template <typename Data>
Report run(std::string_view table, std::size_t rows, std::span<const Rule<Data>> rules, const Data& data,
           const Context& context, const Settings& settings) {
  Report report{.table = std::string{table}, .rows = static_cast<std::int64_t>(rows), .outcomes = {}};
  Context with_thresholds = context;
  with_thresholds.thresholds = settings.thresholds;
  for (const Rule<Data>& rule : rules) {
    Outcome outcome{.expectation = rule.expectation};
    if (auto at = settings.severities.find(rule.expectation.rule); at != settings.severities.end()) {
      outcome.expectation.severity = at->second;
    }
    rule.check(data, with_thresholds, outcome);
    const bool unreadable = report.outcomes.empty() && !outcome.passed();
    report.outcomes.push_back(std::move(outcome));
    if (unreadable) break;
  }
  return report;
}

/// Prices in columns with a way to name a row.
struct PriceRows {
  std::span<const double> open, high, low, close;
  std::function<std::string(std::size_t)> key;
  std::function<std::uint32_t(std::size_t)> line;
};

/// Rows whose four prices are all absent (NaN) are skipped when `absent_allowed`.
void check_positive(const PriceRows& rows, bool absent_allowed, Outcome& outcome);
void check_ohlc(const PriceRows& rows, double tolerance, Outcome& outcome);
void check_volume(std::span<const std::int64_t> volume, const PriceRows& rows, Outcome& outcome);

/// Which minutes of which sessions each ticker has: the ground of row_count and vendor_hole.
/// Only minutes inside a session's regular hours count.
class Presence {
 public:
  void add(std::string_view ticker, std::int32_t date_days, std::int32_t minute);
  /// Warns of sessions in which a ticker has far fewer minutes than it used to.
  void check_row_counts(const Context& context, Outcome& outcome) const;
  /// Reports each minute of each date that is a vendor hole, with the tickers that lack it.
  void check_holes(const Context& context, Outcome& outcome) const;

 private:
  std::map<std::string, std::map<std::int32_t, MinuteSet>, std::less<>> by_ticker_;
  std::map<std::int32_t, MinuteSet>* last_ = nullptr;
  std::string last_ticker_;
};

/// The suites' own lists, for expectations().
[[nodiscard]] std::vector<Expectation> bar_expectations();
[[nodiscard]] std::vector<Expectation> action_expectations();

}  // namespace goldtape::quality::internal
