// The time line of each ticker, cut where corporate actions end or start a name. Not public.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "goldtape/reference/security_master.h"

namespace goldtape::reference::internal {

/// A stretch [start, end) of a ticker in which it names one security; absent bounds are infinite.
struct Segment {
  std::string ticker;
  std::optional<Date> start = {}, end = {};
  std::optional<Date> first_observed = {};
  std::optional<SecurityId> anchored = {};  ///< The stored security whose first known date lies here.
  bool started_by_rename = false;
  bool spun_off = false;
  bool after_end = false;  ///< An earlier segment of the ticker ended by delisting, merger or rename.
  bool ended_by_delisting = false;
  std::string end_reason = {};  ///< Of a delisting or merger.
  [[nodiscard]] bool covers(Date date) const { return (!start || *start <= date) && (!end || date < *end); }
};

/// All segments, by (ticker, start), and which of them are one security.
class SegmentTable {
 public:
  SegmentTable(const Observations& observations, std::span<const model::CorporateAction> actions,
               std::span<const TickerInterval> stored);
  /// Joins segments across renames. Returns a message for each rename that could not be followed.
  std::vector<std::string> link(std::span<const model::CorporateAction> actions);

  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  /// The segment that stands for all those joined with `at`.
  [[nodiscard]] std::size_t root(std::size_t at) const;

 private:
  void cut(const Observations& observations, std::span<const model::CorporateAction> actions,
           std::span<const TickerInterval> stored);
  void mark(std::span<const model::CorporateAction> actions);
  void anchor(std::span<const TickerInterval> stored);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view ticker, Date date) const;

  std::vector<Segment> segments_;
  std::vector<std::size_t> parent_;
};

}  // namespace goldtape::reference::internal
