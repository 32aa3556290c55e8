// Texts that repeat a million times (tickers, load ids) kept once and named by number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace goldtape::lake {

/// Numbers texts from 0 in the order of their first appearance. Not thread safe.
class Names {
 public:
  /// The number of a text, which is added when new. O(1).
  std::uint32_t intern(std::string_view text) {
    if (const auto at = index_.find(text); at != index_.end()) return at->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(text);
    index_.emplace(texts_.back(), number);
    return number;
  }
  [[nodiscard]] const std::string& operator[](std::uint32_t number) const { return texts_[number]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] const std::vector<std::string>& all() const { return texts_; }
  /// Whether a text has a number, and which.
  [[nodiscard]] const std::uint32_t* find(std::string_view text) const {
    const auto at = index_.find(text);
    return at == index_.end() ? nullptr : &at->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> index_;
};

}  // namespace goldtape::lake
