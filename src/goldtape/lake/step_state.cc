#include "goldtape/lake/step_state.h"

#include <nlohmann/json.hpp>

#include "goldtape/store/schema.h"

namespace goldtape::lake {

namespace {

using nlohmann::json;

std::string key_of(std::string_view step) { return "step." + std::string{step}; }

json to_json(const Snapshots& snapshots) {
  json out = json::object();
  for (const auto& [table, id] : snapshots) out[table] = id ? json(*id) : json(nullptr);
  return out;
}

std::optional<Snapshots> from_json(const json& value) {
  if (!value.is_object()) return std::nullopt;
  Snapshots out;
  for (const auto& [table, id] : value.items()) {
    if (id.is_null()) {
      out[table] = std::nullopt;
    } else if (id.is_number_integer()) {
      out[table] = id.get<std::int64_t>();
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

Result<std::optional<StepState>> read_step_state(store::Database& database, std::string_view step) {
  GT_ASSIGN(const auto text, store::get_meta(database, key_of(step)));
  if (!text) return std::nullopt;
  const json value = json::parse(*text, nullptr, false);
  if (!value.is_object() || !value.contains("settings") || !value["settings"].is_string())
    return std::nullopt;
  auto inputs = from_json(value.value("inputs", json{}));
  auto outputs = from_json(value.value("outputs", json{}));
  if (!inputs || !outputs) return std::nullopt;
  StepState state{*std::move(inputs), *std::move(outputs), value["settings"].get<std::string>(), {}, {}};
  for (const json& date : value.value("open_sessions", json::array())) {
    if (!date.is_string()) return std::nullopt;
    const auto parsed = parse_date(date.get<std::string>());
    if (!parsed) return std::nullopt;
    state.open_sessions.insert(*parsed);
  }
  const json facts = value.value("facts", json::object());
  for (const auto& [id, fact] : facts.items()) {
    if (!fact.is_string()) return std::nullopt;
    state.facts[id] = fact.get<std::string>();
  }
  return state;
}

Status write_step_state(store::Transaction& transaction, std::string_view step, const StepState& state) {
  json open_sessions = json::array();
  for (Date date : state.open_sessions) open_sessions.push_back(format_date(date));
  const json value{{"inputs", to_json(state.inputs)},
                   {"outputs", to_json(state.outputs)},
                   {"settings", state.settings},
                   {"open_sessions", std::move(open_sessions)},
                   {"facts", state.facts}};
  return store::set_meta(transaction, key_of(step), value.dump());
}

}  // namespace goldtape::lake
