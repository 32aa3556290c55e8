// Help with words that people type: the nearest of the names that would have been right.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace goldtape {

/// Optimal string alignment distance: single-character insertions, deletions, substitutions and swaps of
/// neighbours, ASCII case ignored. O(|a| * |b|).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// Up to `limit` of `names` that `word` may have meant, nearest first: a distance of at most a third of the
/// longer word (2 at least) and not much above the nearest one's, or `word` as a part of the name. Equal
/// distances keep the order of `names`.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view word,
                                                     std::span<const std::string_view> names,
                                                     std::size_t limit = 3);

/// "; did you mean 'a', 'b' or 'c'?", or "" when nothing is near. Made to follow a message's first clause.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> names);

/// "a, b or c".
[[nodiscard]] std::string join_or(std::span<const std::string_view> names);

/// ASCII only; other bytes stay.
[[nodiscard]] std::string to_lower(std::string_view text);

/// Without leading and trailing ASCII white space.
[[nodiscard]] std::string_view trim(std::string_view text);

}  // namespace goldtape
