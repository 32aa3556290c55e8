#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/provider/alpaca/parser.h"
#include "goldtape/provider/alpaca/stream.h"
#include "goldtape/provider/json_rows.h"
#include "goldtape/provider/records.h"
#include "goldtape/provider/session_clock.h"

namespace goldtape::provider::alpaca {

namespace {

using nlohmann::json;

/// The lines of an answer, each a message. Errors: GT2236.
Result<std::vector<StreamMessage>> messages_of(const Answer& answer) {
  std::vector<StreamMessage> out;
  std::string_view rest = answer.bytes;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    auto one = read_frame(fmt::format("[{}]", line));
    if (!one || one->size() != 1) {
      return fail(ErrorKind::kDamaged, 2236,
                  one ? std::string("a line that is not one message") : one.error().message,
                  fmt::format("{}:{}", answer.display_name, out.size() + 1));
    }
    out.push_back(std::move(one->front()));
  }
  return out;
}

/// The same bars as an answer to a question has them: lists by symbol, in the order in which they came.
std::string as_page(const std::vector<StreamMessage>& messages) {
  std::string page = R"({"bars":{)";
  std::string_view ticker;
  for (const StreamMessage& message : messages) {
    if (message.ticker != ticker) {
      page += fmt::format("{}{}:[", ticker.empty() ? "" : "],", json(message.ticker).dump());
      ticker = message.ticker;
    } else {
      page += ',';
    }
    page += message.text;
  }
  return page + (ticker.empty() ? "}}" : "]}}");
}

Result<model::BarBatch> bars_of(const Answer& answer, const std::vector<StreamMessage>& messages) {
  Answer page = answer;
  page.bytes = as_page(messages);
  return parse_bars(page);
}

Result<model::RecordBatch> halts_of(const Answer& answer, const std::vector<StreamMessage>& messages) {
  model::RecordBatch out = records_of(answer, "bronze.halts");
  SessionClock clock;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const StreamMessage& halt = messages[i];
    if (!halt.halted) continue;
    model::Cell resumed;
    for (std::size_t j = i + 1; j < messages.size() && std::holds_alternative<std::monostate>(resumed); ++j) {
      const StreamMessage& later = messages[j];
      if (later.ticker == halt.ticker && !later.halted) resumed = to_micros(later.ts);
    }
    const json document = json::parse(halt.text, nullptr, false);
    const auto line = static_cast<std::uint32_t>(i + 1);
    const JsonRow row(document, answer, line);
    const std::int64_t ts_us = to_micros(halt.ts);
    out.rows.push_back({std::int64_t{clock.place(ts_us).date_days}, halt.ticker, ts_us, row.text("rc"),
                        model::Cell(), model::text_or_null(row.text("z")), model::Cell(), model::Cell(),
                        std::move(resumed)});
    out.line.push_back(line);
  }
  return out;
}

}  // namespace

Result<Rows> parse_stream(const Answer& answer) {
  GT_ASSIGN(const std::vector<StreamMessage> messages, messages_of(answer));
  if (answer.request.dataset == "bars") return bars_of(answer, messages);
  if (answer.request.dataset == "halts") return halts_of(answer, messages);
  json trades = json::object();
  for (const StreamMessage& message : messages) {
    trades[message.ticker].push_back(json::parse(message.text, nullptr, false));
  }
  Answer page = answer;
  page.bytes = json{{"trades", std::move(trades)}}.dump();
  return parse_trades(page);
}

}  // namespace goldtape::provider::alpaca
