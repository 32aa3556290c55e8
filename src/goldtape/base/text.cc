#include "goldtape/base/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace goldtape {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> nearest_names(std::string_view word, std::span<const std::string_view> names,
                                       std::size_t limit) {
  struct Candidate {
    std::size_t distance;
    bool has_word;  ///< The word is a part of the name.
    std::string_view name;
  };
  const std::string wanted = to_lower(word);
  std::vector<Candidate> near;
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(word, name);
    const std::size_t allowed = std::max<std::size_t>(2, std::max(word.size(), name.size()) / 3);
    const bool has_word = wanted.size() >= 3 && to_lower(name).find(wanted) != std::string::npos;
    if ((distance <= allowed && distance < word.size()) || has_word)
      near.push_back({distance, has_word, name});
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
  std::vector<std::string> out;
  for (const Candidate& candidate : near) {
    const bool as_good = candidate.has_word || candidate.distance <= 2 * near.front().distance + 1;
    if (as_good && out.size() < limit) out.emplace_back(candidate.name);
  }
  return out;
}

std::string join_or(std::span<const std::string_view> names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> names) {
  std::vector<std::string> quoted;
  for (const std::string& name : nearest_names(word, names)) quoted.push_back("'" + name + "'");
  if (quoted.empty()) return {};
  const std::vector<std::string_view> views(quoted.begin(), quoted.end());
  return "; did you mean " + join_or(views) + "?";
}

}  // namespace goldtape
