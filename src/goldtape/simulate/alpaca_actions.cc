#include <algorithm>
#include <array>
#include <charconv>

#include "goldtape/calendar/calendar.h"
#include "goldtape/simulate/alpaca_internal.h"
#include "goldtape/simulate/json_text.h"
#include "goldtape/simulate/random.h"

namespace goldtape::simulate::internal {
namespace {

using model::ActionType;
using model::CorporateAction;

struct Item {
  const Security* security = nullptr;
  const CorporateAction* action = nullptr;
  std::string_view type;  ///< "forward_split"
};

std::string_view type_of(const CorporateAction& action) {
  switch (action.type) {
    case ActionType::kSplit: return action.value >= 1 ? "forward_split" : "reverse_split";
    case ActionType::kCashDividend: return "cash_dividend";
    case ActionType::kStockDividend: return "stock_dividend";
    case ActionType::kSpinOff: return "spin_off";
    case ActionType::kMerger: return action.value > 0 ? "stock_merger" : "cash_merger";
    case ActionType::kRename: return "name_change";
    case ActionType::kDelisting: return "worthless_removal";
  }
  return "";
}

/// "forward_splits" for "forward_split"; the answer's keys, in its order.
constexpr std::array kTypes{"reverse_split", "forward_split", "stock_dividend",
                            "cash_dividend", "spin_off",      "cash_merger",
                            "stock_merger",  "name_change",   "worthless_removal"};

/// A made-up CUSIP and a stable UUID; both say that they are simulated.
std::string cusip_of(const Security& security) { return fmt::format("SIM{:05}0", security.index); }
std::string id_of(const Item& item) {
  const auto bits =
      Random(91, item.security->index, static_cast<std::uint64_t>(to_days(item.action->ex_date)),
             static_cast<std::uint64_t>(item.action->type))
          .next();
  return fmt::format("51a1a7ed-{:04x}-4{:03x}-8{:03x}-{:012x}", bits & 0xffffU, (bits >> 16U) & 0xfffU,
                     (bits >> 28U) & 0xfffU, item.security->index);
}

void append_dates(std::string& out, Date ex_date, bool process_only = false) {
  if (!process_only) {
    json::member(out, "ex_date", format_date(ex_date));
    json::member(out, "record_date", format_date(ex_date));
    json::member(out, "payable_date", format_date(ex_date));
  }
  json::member(out, "process_date", format_date(ex_date));
}

/// new_rate : old_rate as whole numbers where they are.
void append_rates(std::string& out, double ratio) {
  double fresh = ratio, old = 1;
  if (ratio < 1) fresh = 1, old = std::round(1 / ratio * 1e6) / 1e6;
  if (ratio > 1 && ratio != std::floor(ratio)) fresh = ratio * 2, old = 2;
  json::member(out, "new_rate", fresh);
  json::member(out, "old_rate", old);
}

void append_item(std::string& out, const Item& item) {
  const CorporateAction& action = *item.action;
  const Security& security = *item.security;
  const std::string cusip = cusip_of(security);
  json::comma(out);
  out.push_back('{');
  json::member(out, "id", id_of(item));
  switch (action.type) {
    case ActionType::kSplit:
      if (action.value >= 1) json::member(out, "cusip", cusip);
      if (action.value < 1) json::member(out, "old_cusip", cusip), json::member(out, "new_cusip", cusip);
      json::member(out, "symbol", action.ticker);
      append_rates(out, action.value);
      append_dates(out, action.ex_date);
      break;
    case ActionType::kCashDividend:
      json::member(out, "cusip", cusip);
      json::member(out, "symbol", action.ticker);
      json::member(out, "rate", action.value);
      json::member(out, "special", false);
      json::member(out, "foreign", false);
      append_dates(out, action.ex_date);
      break;
    case ActionType::kStockDividend:
      json::member(out, "cusip", cusip);
      json::member(out, "symbol", action.ticker);
      json::member(out, "rate", action.value);
      append_dates(out, action.ex_date);
      break;
    case ActionType::kSpinOff:
      json::member(out, "source_symbol", action.ticker);
      json::member(out, "source_cusip", cusip);
      json::member(out, "source_rate", 1.0);
      json::member(out, "new_symbol", action.new_ticker);
      json::member(out, "new_cusip", cusip);
      json::member(out, "new_rate", action.value);
      append_dates(out, action.ex_date);
      break;
    case ActionType::kMerger:
      // What a cash merger pays is not known here.
      if (action.value > 0) {
        json::member(out, "acquirer_symbol", action.new_ticker);
        json::member(out, "acquirer_cusip", cusip);
        json::member(out, "acquirer_rate", action.value);
        json::member(out, "acquiree_rate", 1.0);
      } else {
        json::member(out, "rate", 0.0);
      }
      json::member(out, "acquiree_symbol", action.ticker);
      json::member(out, "acquiree_cusip", cusip);
      json::member(out, "effective_date", format_date(action.ex_date));
      append_dates(out, action.ex_date, true);
      break;
    case ActionType::kRename:
      json::member(out, "old_symbol", action.ticker);
      json::member(out, "old_cusip", cusip);
      json::member(out, "new_symbol", action.new_ticker);
      json::member(out, "new_cusip", cusip);
      append_dates(out, action.ex_date, true);
      break;
    case ActionType::kDelisting:
      json::member(out, "symbol", action.ticker);
      json::member(out, "cusip", cusip);
      append_dates(out, action.ex_date, true);
      break;
  }
  out.push_back('}');
}

struct ActionsQuery {
  Date start{};
  Date end{};
  std::vector<std::string_view> symbols, types;
  std::int64_t limit = 0;
  std::size_t skip = 0;  ///< Given on pages before.
};

std::optional<WireAnswer> read_query(const Scene& scene, const WireRequest& request, ActionsQuery& query) {
  query.start = query.end = scene.today();
  for (const auto& [name, date] : {std::pair{"start", &query.start}, std::pair{"end", &query.end}}) {
    const auto text = request.get_or(name, "");
    if (text.empty()) continue;
    const auto parsed = parse_date(text);
    if (!parsed) return alpaca_error(400, fmt::format("invalid {}: {}", name, text));
    *date = *parsed;
  }
  if (query.end < query.start) return alpaca_error(400, "end should not be before start");
  query.symbols = split_list(request.get_or("symbols", ""));
  query.types = split_list(request.get_or("types", ""));
  for (const auto type : query.types) {
    if (type.empty() || type.size() > 30) return alpaca_error(400, fmt::format("invalid types: {}", type));
  }
  if (const auto token = request.get_or("page_token", ""); !token.empty()) {
    const auto text = base64_decode(token);
    if (!text || std::from_chars(text->data(), text->data() + text->size(), query.skip).ec != std::errc{}) {
      return alpaca_error(400, "invalid page_token");
    }
  }
  return read_limit(request, 1'000, 100, query.limit);
}

/// What was announced by now, by date, then symbol.
std::vector<Item> find_items(const Scene& scene, const ActionsQuery& query) {
  std::vector<Item> items;
  for (const Security& security : scene.market->securities()) {
    for (const CorporateAction& action : security.actions) {
      if (action.ex_date < query.start || action.ex_date > query.end || action.known_at > scene.now) continue;
      const Item item{&security, &action, type_of(action)};
      const auto wanted = [](const auto& list, std::string_view one) {
        return list.empty() || std::ranges::find(list, one) != list.end();
      };
      if (!wanted(query.types, item.type)) continue;
      if (!wanted(query.symbols, action.ticker) &&
          (action.new_ticker.empty() || !wanted(query.symbols, action.new_ticker)))
        continue;
      items.push_back(item);
    }
  }
  std::ranges::stable_sort(items, [](const Item& a, const Item& b) {
    return std::pair(a.action->ex_date, std::string_view(a.action->ticker)) <
           std::pair(b.action->ex_date, std::string_view(b.action->ticker));
  });
  return items;
}

}  // namespace

WireAnswer alpaca_corporate_actions(const Scene& scene, const WireRequest& request) {
  ActionsQuery query;
  if (auto error = read_query(scene, request, query)) return *std::move(error);
  const auto items = find_items(scene, query);
  const std::size_t begin = std::min(query.skip, items.size());
  const std::size_t end = std::min(items.size(), begin + static_cast<std::size_t>(query.limit));
  std::string body = "{\"corporate_actions\":{";
  for (const std::string_view type : kTypes) {
    std::string list;
    for (std::size_t i = begin; i < end; ++i) {
      if (items[i].type != type) continue;
      if (list.empty()) list.push_back('[');
      append_item(list, items[i]);
    }
    if (list.empty()) continue;
    json::key(body, std::string(type) + "s");
    body += list + "]";
  }
  body += "}";
  json::key(body, "next_page_token");
  end < items.size() ? json::text(body, base64_encode(std::to_string(end))) : void(body.append("null"));
  body.push_back('}');
  return {.body = std::move(body)};
}

}  // namespace goldtape::simulate::internal
