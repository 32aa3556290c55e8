#include "goldtape/simulate/trouble_script.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace goldtape::simulate {
namespace {

using Json = nlohmann::json;
using Wire = WireTrouble::Kind;
using Bars = BarTrouble::Kind;

template <typename Kind>
struct Word {
  std::string_view name;
  Kind kind;
};
constexpr std::array kWireWords{
    Word{"status", Wire::kStatus},
    Word{"limit", Wire::kLimit},
    Word{"crumb", Wire::kCrumb},
    Word{"redirect", Wire::kRedirect},
    Word{"html", Wire::kHtml},
    Word{"empty_body", Wire::kEmptyBody},
    Word{"malformed", Wire::kMalformed},
    Word{"cut", Wire::kCut},
    Word{"content_type", Wire::kContentType},
    Word{"huge", Wire::kHuge},
    Word{"gzip_bomb", Wire::kGzipBomb},
    Word{"slow", Wire::kSlow},
    Word{"skew", Wire::kSkew},
};
constexpr std::array kBarWords{
    Word{"holes", Bars::kHoles},     Word{"doubled", Bars::kDoubled}, Word{"late", Bars::kLate},
    Word{"revised", Bars::kRevised}, Word{"empty", Bars::kEmpty},
};

template <typename Words>
auto find_word(const Words& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, [](const auto& word) { return word.name; });
  return found == words.end() ? std::nullopt : std::optional(found->kind);
}

/// Takes members out of one entry; what is wrong, and what nobody took, is an error of the entry.
class Entry {
 public:
  Entry(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

  [[nodiscard]] std::unexpected<Error> refuse(const std::string& why) const {
    return fail(ErrorKind::kUsage, 8106, why, where_);
  }
  Result<std::string> text(const char* name, const std::string& otherwise) {
    const Json* value = take(name);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) return refuse(fmt::format("\"{}\" is a text", name));
    return value->get<std::string>();
  }
  Result<double> number(const char* name, double otherwise, double least, double most) {
    const Json* value = take(name);
    if (value == nullptr) return otherwise;
    if (!value->is_number() || value->get<double>() < least || value->get<double>() > most) {
      return refuse(fmt::format("\"{}\" is a number from {} to {}", name, least, most));
    }
    return value->get<double>();
  }
  Result<std::uint64_t> count(const char* name, std::uint64_t otherwise, std::uint64_t most) {
    const Json* value = take(name);
    if (value == nullptr) return otherwise;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() > most) {
      return refuse(fmt::format("\"{}\" is a whole number from 0 to {}", name, most));
    }
    return value->get<std::uint64_t>();
  }
  Result<Date> date(const char* name, Date otherwise) {
    GT_ASSIGN(const auto word, text(name, ""));
    if (word.empty()) return otherwise;
    const auto parsed = parse_date(word);
    if (!parsed) return refuse(fmt::format("\"{}\" is a date, as 2024-02-28", name));
    return *parsed;
  }
  Result<std::vector<std::string>> texts(const char* name) {
    const Json* value = take(name);
    if (value == nullptr) return std::vector<std::string>{};
    if (!value->is_array() || !std::ranges::all_of(*value, [](const Json& one) { return one.is_string(); })) {
      return refuse(fmt::format("\"{}\" is a list of texts", name));
    }
    return value->get<std::vector<std::string>>();
  }
  Result<std::optional<Venue>> venue() {
    GT_ASSIGN(const auto name, text("venue", ""));
    if (name.empty()) return std::nullopt;
    const auto found = parse_venue(name);
    if (!found) return refuse(fmt::format("no venue is called \"{}\"", name));
    return found;
  }
  [[nodiscard]] bool has(const char* name) const { return json_.contains(name); }
  /// Refuses members that nobody took.
  [[nodiscard]] Status done() const {
    for (const auto& [name, value] : json_.items()) {
      if (!taken_.contains(name)) return refuse(fmt::format("\"{}\" has no meaning here", name));
    }
    return {};
  }

 private:
  const Json* take(const char* name) {
    taken_.insert(name);
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }

  const Json& json_;
  std::string where_;
  std::set<std::string, std::less<>> taken_;
};

constexpr double kDay = 86'400;

/// The members that only one kind has.
Status read_own(Entry& entry, WireTrouble& trouble) {
  const auto retry_after = [&]() -> Status {
    if (!entry.has("retry_after_s")) return {};
    GT_ASSIGN(const auto seconds, entry.count("retry_after_s", 0, 86'400));
    trouble.retry_after_s = static_cast<std::int64_t>(seconds);
    return {};
  };
  switch (trouble.kind) {
    case Wire::kStatus: {
      GT_ASSIGN(const auto status, entry.number("status", 503, 400, 599));
      trouble.status = static_cast<int>(status);
      return retry_after();
    }
    case Wire::kLimit: {
      trouble.status = 429;
      GT_ASSIGN(trouble.requests_per_s, entry.number("requests_per_s", 0, 0.001, 1e6));
      GT_ASSIGN(trouble.burst, entry.number("burst", 1, 1, 1e6));
      if (trouble.requests_per_s == 0) return entry.refuse("\"limit\" needs \"requests_per_s\"");
      return retry_after();
    }
    case Wire::kRedirect:
    case Wire::kContentType: {
      const char* name = trouble.kind == Wire::kRedirect ? "to" : "type";
      GT_ASSIGN(trouble.text, entry.text(name, trouble.kind == Wire::kRedirect ? "" : "text/html"));
      if (trouble.text.empty()) return entry.refuse(fmt::format("\"{}\" is missing", name));
      return {};
    }
    case Wire::kMalformed:
    case Wire::kCut: {
      GT_ASSIGN(trouble.keep, entry.number("keep", 0.5, 0, 1));
      return {};
    }
    case Wire::kHuge:
    case Wire::kGzipBomb: {
      GT_ASSIGN(trouble.bytes, entry.count("bytes", 1ULL << 30U, 1ULL << 40U));
      return {};
    }
    case Wire::kSlow: {
      GT_ASSIGN(const auto delay, entry.count("delay_ms", 1000, 3'600'000));
      trouble.delay = std::chrono::milliseconds{delay};
      return {};
    }
    case Wire::kSkew: {
      GT_ASSIGN(const double by, entry.number("by_s", 3600, -365 * kDay, 365 * kDay));
      trouble.skew = std::chrono::seconds{static_cast<std::int64_t>(by)};
      return {};
    }
    case Wire::kCrumb:
    case Wire::kHtml:
    case Wire::kEmptyBody: return {};
  }
  return {};
}

Result<WireTrouble> read_wire(Entry& entry, Wire kind) {
  WireTrouble trouble{.kind = kind};
  GT_ASSIGN(trouble.venue, entry.venue());
  GT_ASSIGN(trouble.path, entry.text("path", ""));
  GT_ASSIGN(trouble.share, entry.number("share", 1, 0, 1));
  GT_ASSIGN(trouble.after, entry.count("after", 0, 1ULL << 40U));
  GT_ASSIGN(trouble.times, entry.count("times", 0, 1ULL << 40U));
  GT_ASSIGN(const auto per, entry.text("per", "venue"));
  if (per != "venue" && per != "target") return entry.refuse("\"per\" is \"venue\" or \"target\"");
  trouble.per_target = per == "target";
  GT_RETURN_IF_ERROR(read_own(entry, trouble));
  return trouble;
}

Result<VenueBarTrouble> read_bars(Entry& entry, Bars kind, std::uint64_t seed) {
  VenueBarTrouble trouble{.trouble = {.kind = kind, .seed = seed}};
  GT_ASSIGN(trouble.venue, entry.venue());
  GT_ASSIGN(trouble.trouble.share, entry.number("share", 1, 0, 1));
  GT_ASSIGN(trouble.trouble.tickers, entry.texts("tickers"));
  GT_ASSIGN(trouble.trouble.first, entry.date("from", Date::min()));
  GT_ASSIGN(trouble.trouble.last, entry.date("to", Date::max()));
  if (kind == Bars::kLate || kind == Bars::kRevised) {
    GT_ASSIGN(const double delay, entry.number("delay_s", 900, 1, 365 * kDay));
    trouble.trouble.delay = std::chrono::seconds{static_cast<std::int64_t>(delay)};
  }
  return trouble;
}

Status read_entry(const Json& json, const std::string& where, TroubleScript& script) {
  Entry entry(json, where);
  if (!json.is_object()) return entry.refuse("a trouble is an object");
  GT_ASSIGN(const auto name, entry.text("do", ""));
  if (const auto wire = find_word(kWireWords, name)) {
    GT_ASSIGN(auto trouble, read_wire(entry, *wire));
    script.wire.push_back(std::move(trouble));
  } else if (const auto bars = find_word(kBarWords, name)) {
    GT_ASSIGN(auto trouble, read_bars(entry, *bars, script.seed + script.bars.size()));
    script.bars.push_back(std::move(trouble));
  } else {
    std::string names;
    for (const auto& word : kWireWords) names += fmt::format(" {}", word.name);
    for (const auto& word : kBarWords) names += fmt::format(" {}", word.name);
    return entry.refuse(fmt::format("\"do\" is \"{}\", but has to be one of{}", name, names));
  }
  return entry.done();
}

}  // namespace

std::string_view to_string(Wire kind) {
  return std::ranges::find(kWireWords, kind, [](const auto& word) { return word.kind; })->name;
}

std::vector<BarTrouble> TroubleScript::bars_at(Venue venue) const {
  std::vector<BarTrouble> found;
  for (const auto& one : bars) {
    if (!one.venue || *one.venue == venue) found.push_back(one.trouble);
  }
  return found;
}

Result<TroubleScript> parse_trouble_script(std::string_view text, const std::string& name) {
  const auto json = Json::parse(text, nullptr, false, true);
  Entry whole(json, name);
  if (json.is_discarded() || !json.is_object()) {
    return whole.refuse(
        R"(a trouble file is JSON: {"seed": 1, "trouble": [{"do": "status", "status": 429}]})");
  }
  TroubleScript script;
  GT_ASSIGN(script.seed, whole.count("seed", 0, 1ULL << 60U));
  const auto list = json.find("trouble");
  if (list == json.end() || !list->is_array()) return whole.refuse("\"trouble\" is a list of objects");
  for (std::size_t i = 0; i < list->size(); ++i) {
    GT_RETURN_IF_ERROR(read_entry((*list)[i], fmt::format("{}, trouble {}", name, i + 1), script));
  }
  for (const auto& [member, value] : json.items()) {
    if (member != "seed" && member != "trouble") {
      return whole.refuse(fmt::format("\"{}\" has no meaning here", member));
    }
  }
  return script;
}

}  // namespace goldtape::simulate
