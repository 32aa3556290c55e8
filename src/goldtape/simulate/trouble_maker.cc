#include "goldtape/simulate/trouble_maker.h"

#include <algorithm>

#include "goldtape/base/hash.h"
#include "goldtape/simulate/random.h"

namespace goldtape::simulate {
namespace {

constexpr std::uint64_t kTroubleStream = 51;
constexpr std::size_t kVenueCount = 4;

}  // namespace

bool fits_pattern(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return true;
  // The usual greedy match: after a '*' that fails, let it take one character more.
  std::size_t t = 0, p = 0, star = std::string_view::npos, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

TroubleMaker::TroubleMaker(TroubleScript script) : script_(std::move(script)), states_(script_.wire.size()) {
  for (std::size_t i = 0; i < kVenueCount; ++i) bars_.push_back(script_.bars_at(static_cast<Venue>(i)));
  for (std::size_t i = 0; i < states_.size(); ++i) states_[i].tokens = script_.wire[i].burst;
}

bool TroubleMaker::strikes(const WireTrouble& trouble, State& state, std::size_t rule, std::uint64_t target) {
  const std::uint64_t asked = state.seen_by_target[target]++;
  const std::uint64_t seen = trouble.per_target ? asked : state.seen;
  ++state.seen;
  if (seen < trouble.after) return false;
  if (trouble.share < 1 &&
      Random(script_.seed, kTroubleStream + rule, target, asked).uniform() >= trouble.share) {
    return false;
  }
  return trouble.times == 0 || seen - trouble.after < trouble.times;
}

bool TroubleMaker::exceeds(const WireTrouble& trouble, State& state, std::chrono::microseconds now) {
  if (state.filled_at.count() == 0) state.filled_at = now;
  const double passed_s = static_cast<double>((now - state.filled_at).count()) / 1e6;
  state.tokens = std::min(trouble.burst, state.tokens + passed_s * trouble.requests_per_s);
  state.filled_at = now;
  if (state.tokens < 1) return true;
  state.tokens -= 1;
  return false;
}

std::vector<const WireTrouble*> TroubleMaker::meet(Venue venue, std::string_view path,
                                                   std::string_view target,
                                                   std::chrono::microseconds monotonic, bool has_session) {
  std::vector<const WireTrouble*> met;
  if (script_.wire.empty()) return met;
  const std::uint64_t hash = xxh3_64(target);
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < script_.wire.size(); ++i) {
    const WireTrouble& trouble = script_.wire[i];
    if (trouble.venue && *trouble.venue != venue) continue;
    if (!fits_pattern(path, trouble.path)) continue;
    if (trouble.kind == WireTrouble::Kind::kCrumb &&
        (venue != Venue::kYahoo || has_session || !path.starts_with("/v8/"))) {
      continue;
    }
    if (!strikes(trouble, states_[i], i, hash)) continue;
    if (trouble.kind == WireTrouble::Kind::kLimit && !exceeds(trouble, states_[i], monotonic)) continue;
    met.push_back(&trouble);
    // What refused this request leaves the counts of the faults behind it alone.
    if (replaces_answer(trouble.kind)) break;
  }
  return met;
}

}  // namespace goldtape::simulate
