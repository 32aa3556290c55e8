#include <iostream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "command.h"
#include "gap_report.h"

namespace goldtape::app {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const GapRun& gap) {
  return {{"source", gap.source},           {"interval", model::to_string(gap.interval)},
          {"ticker", gap.ticker},           {"state", ingest::to_string(gap.state)},
          {"from", format_date(gap.first)}, {"to", format_date(gap.last)},
          {"sessions", gap.sessions}};
}

void print(const std::vector<GapRun>& gaps) {
  std::map<std::string_view, std::int64_t> counts;
  for (const GapRun& gap : gaps) {
    std::cout << fmt::format("{:<10} {:<3} {:<8} {:<12} {} .. {}  {}\n", gap.source,
                             model::to_string(gap.interval), gap.ticker, ingest::to_string(gap.state),
                             format_date(gap.first), format_date(gap.last), gap.sessions);
    counts[ingest::to_string(gap.state)] += gap.sessions;
  }
  std::string sum;
  for (const auto& [state, sessions] : counts)
    sum += fmt::format("{}{} {}", sum.empty() ? "" : ", ", sessions, state);
  std::cout << (sum.empty() ? "no gaps\n" : fmt::format("sessions: {}\n", sum));
}

}  // namespace

void add_gaps(Program& program) {
  auto* command =
      program.add("gaps", "List tickers and sessions that are missing, and why",
                  "  goldtape gaps\n  goldtape gaps --json\n  goldtape gaps --all --ticker AAPL --to today\n"
                  "Without --to, sessions after the last one that was asked for are no gaps.");
  auto filter = std::make_shared<GapFilter>();
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON: an array of objects");
  command->add_flag("--all", filter->all, "Every state, what is complete too");
  command->add_option("--ticker", filter->ticker, "Only this ticker");
  auto to = std::make_shared<std::string>();
  command->add_option("--to", *to, "Look at sessions up to this date, or `today`");
  program.on_run(command, [&program, filter, json, to]() -> Status {
    GT_ASSIGN(const auto lake, program.open_lake());
    if (*to == "today") {
      filter->to = calendar::xnys().local_date(lake.clock().now());
    } else if (!to->empty()) {
      GT_ASSIGN(filter->to, parse_date(*to));
    }
    GT_ASSIGN(const auto gaps, find_gaps(lake, *filter));
    if (*json) {
      Json out = Json::array();
      for (const GapRun& gap : gaps) out.push_back(json_of(gap));
      std::cout << out.dump(1) << "\n";
    } else {
      print(gaps);
    }
    return {};
  });
}

}  // namespace goldtape::app
