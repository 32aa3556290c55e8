// A bounded map of what was used last. Not public.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace goldtape::table::internal {

/// Values by name, up to a total weight; the least recently used go first. Thread safe.
template <typename Value>
class LruCache {
 public:
  explicit LruCache(std::size_t most) : most_(most) {}

  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const Value> find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto at = places_.find(key);
    if (at == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, at->second);
    return at->second->value;
  }

  /// Keeps a value, in place of another one of its key. One that is heavier than the whole is not kept.
  void put(const std::string& key, std::shared_ptr<const Value> value, std::size_t weight) {
    const std::scoped_lock lock(mutex_);
    if (const auto at = places_.find(key); at != places_.end()) drop(at->second);
    if (weight > most_) return;
    order_.push_front({key, std::move(value), weight});
    places_[key] = order_.begin();
    weight_ += weight;
    while (weight_ > most_) drop(std::prev(order_.end()));
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Value> value;
    std::size_t weight = 0;
  };
  using Place = typename std::list<Entry>::iterator;

  void drop(Place place) {
    weight_ -= place->weight;
    places_.erase(place->key);
    order_.erase(place);
  }

  std::mutex mutex_;
  std::list<Entry> order_;  // The last used first.
  std::unordered_map<std::string, Place> places_;
  std::size_t weight_ = 0;
  std::size_t most_;
};

}  // namespace goldtape::table::internal
