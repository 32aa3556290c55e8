#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "goldtape/calendar/calendar.h"
#include "goldtape/quality/rules_internal.h"

namespace goldtape::quality {

namespace {

using model::ActionBatch;
using model::ActionType;
using model::CorporateAction;

void fail_action(const CorporateAction& action, std::size_t i, std::string value, Outcome& outcome) {
  outcome.fail(i, fmt::format("{} {} {}", action.ticker, format_date(action.ex_date), to_string(action.type)),
               action.line, std::move(value));
}

void action_complete(const ActionBatch& batch, const Context&, Outcome& outcome) {
  for (std::size_t i = 0; i < batch.actions.size(); ++i) {
    const CorporateAction& action = batch.actions[i];
    ++outcome.checked;
    const bool needs_other = action.type == ActionType::kRename || action.type == ActionType::kSpinOff;
    if (action.ticker.empty()) {
      fail_action(action, i, "no ticker", outcome);
    } else if (needs_other && action.new_ticker.empty()) {
      fail_action(action, i, "no new ticker", outcome);
    } else if (!action.new_ticker.empty() && action.new_ticker == action.ticker) {
      fail_action(action, i, "the new ticker is the old one", outcome);
    }
  }
}

void action_value(const ActionBatch& batch, const Context&, Outcome& outcome) {
  for (std::size_t i = 0; i < batch.actions.size(); ++i) {
    const CorporateAction& action = batch.actions[i];
    ++outcome.checked;
    const bool ratio = action.type == ActionType::kSplit || action.type == ActionType::kSpinOff ||
                       action.type == ActionType::kStockDividend;
    if (!std::isfinite(action.value) || action.value < 0 || (ratio && action.value == 0)) {
      fail_action(action, i, fmt::format("value {}", action.value), outcome);
    }
  }
}

void keys_unique(const ActionBatch& batch, const Context&, Outcome& outcome) {
  std::map<std::tuple<std::string_view, Date, ActionType, std::string_view>, std::size_t> first;
  for (std::size_t i = 0; i < batch.actions.size(); ++i) {
    const CorporateAction& action = batch.actions[i];
    ++outcome.checked;
    auto [at, added] = first.try_emplace({action.ticker, action.ex_date, action.type, action.new_ticker}, i);
    if (added) continue;
    const CorporateAction& other = batch.actions[at->second];
    if (other.value != action.value || other.currency != action.currency) {
      fail_action(action, i,
                  fmt::format("value {}, but line {} has {}", action.value, other.line, other.value),
                  outcome);
    }
  }
}

void known_at_not_in_future(const ActionBatch& batch, const Context& context, Outcome& outcome) {
  const Timestamp limit = context.now + std::chrono::seconds{context.thresholds.clock_skew_s};
  for (std::size_t i = 0; i < batch.actions.size(); ++i) {
    ++outcome.checked;
    if (batch.actions[i].known_at > limit) {
      fail_action(batch.actions[i], i, "known at " + format_timestamp(batch.actions[i].known_at), outcome);
    }
  }
}

void ex_date_is_session(const ActionBatch& batch, const Context& context, Outcome& outcome) {
  for (std::size_t i = 0; i < batch.actions.size(); ++i) {
    const Date date = batch.actions[i].ex_date;
    if (!context.calendar->covers(date)) continue;
    ++outcome.checked;
    if (!context.calendar->is_session(date)) {
      fail_action(batch.actions[i], i, std::string{context.calendar->why_closed(date)}, outcome);
    }
  }
}

using enum Severity;
using enum Scope;

const std::vector<internal::Rule<ActionBatch>>& rules() {
  static const std::vector<internal::Rule<ActionBatch>> all{
      {{"source_named", kCritical, kTable, "the answer has a source"},
       [](const ActionBatch& batch, const Context&, Outcome& outcome) {
         outcome.checked = 1;
         if (batch.source.empty()) outcome.fail(0, "source", 0, "an empty source");
       }},
      {{"action_complete", kCritical, kRow, "a ticker, and the new one where the type needs it"},
       action_complete},
      {{"action_value", kCritical, kRow, "ratios > 0, amounts >= 0, all finite"}, action_value},
      {{"keys_unique", kCritical, kRow, "rows of one (ticker, ex_date, type, new_ticker) are equal"},
       keys_unique},
      {{"known_at_not_in_future", kCritical, kRow, "known_at is not after now"}, known_at_not_in_future},
      {{"ex_date_is_session", kWarning, kRow, "the exchange is open on ex_date"}, ex_date_is_session},
  };
  return all;
}

}  // namespace

Report check_actions(const ActionBatch& batch, const Context& context, const Settings& settings) {
  return internal::run<ActionBatch>("bronze.corporate_actions", batch.actions.size(), rules(), batch, context,
                                    settings);
}

std::vector<Expectation> internal::action_expectations() {
  std::vector<Expectation> out;
  for (const auto& rule : rules()) out.push_back(rule.expectation);
  return out;
}

}  // namespace goldtape::quality
