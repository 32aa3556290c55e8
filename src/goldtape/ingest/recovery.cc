#include <map>
#include <set>
#include <utility>

#include "goldtape/ingest/collector.h"
#include "goldtape/ingest/load_status.h"
#include "goldtape/lake/raw_zone.h"

namespace goldtape::ingest {

namespace {

Result<LandedAnswer> landed_answer(store::LoadAudit audit) {
  LandedAnswer out;
  GT_ASSIGN(out.answer.request, provider::Request::from_json(audit.request));
  out.answer.observed_at = audit.observed_at;
  out.answer.attempts = static_cast<int>(audit.attempts);
  out.answer.http_status = static_cast<int>(audit.http_status.value_or(0));
  out.answer.display_name = audit.raw_path;
  out.audit = std::move(audit);
  return out;
}

/// The page that follows a landed one.
Result<std::optional<provider::Request>> page_after(const lake::Lake& lake, const provider::Venue& venue,
                                                    const LandedAnswer& page) {
  provider::Answer answer = page.answer;
  GT_ASSIGN(lake::StoredAnswer stored, lake::read_raw(lake.filesystem(), lake.path(page.audit.raw_path)));
  answer.bytes = std::move(stored.bytes);
  answer.extension = std::move(stored.extension);
  return venue.next_page(answer);
}

}  // namespace

Result<std::vector<Chain>> recover(const lake::Lake& lake, const provider::Venue& venue) {
  GT_ASSIGN(std::vector<store::LoadAudit> loads, store::list_loads(lake.database(), load_status::kLanded));
  std::map<std::string, LandedAnswer> pages;  // by request
  std::map<std::string, std::optional<provider::Request>> next;
  std::set<std::string> followers;
  std::vector<Chain> out;
  for (store::LoadAudit& load : loads) {
    GT_ASSIGN(LandedAnswer page, landed_answer(std::move(load)));
    if (page.answer.request.provider != venue.name()) continue;
    const std::string key = page.audit.request;
    if (pages.contains(key)) {
      // The same question twice: only one of the answers can go on.
      Chain alone{.request = page.answer.request, .next = {}, .pages = {}, .error = {}};
      alone.pages.push_back(std::move(page));
      out.push_back(std::move(alone));
      continue;
    }
    auto follows = page_after(lake, venue, page);
    // A page that cannot be read for its next one is judged as it is, alone.
    next[key] = follows ? *std::move(follows) : std::nullopt;
    if (next[key]) followers.insert(next[key]->to_json());
    pages.emplace(key, std::move(page));
  }
  for (const auto& [key, page] : pages) {
    if (followers.contains(key)) continue;
    Chain chain;
    chain.request = page.answer.request;
    std::string at = key;
    while (true) {
      chain.pages.push_back(pages.at(at));
      chain.next = next.at(at);
      if (!chain.next || !pages.contains(chain.next->to_json())) break;
      at = chain.next->to_json();
    }
    out.push_back(std::move(chain));
  }
  return out;
}

}  // namespace goldtape::ingest
