#include "goldtape/ingest/session_state.h"

#include <algorithm>

#include "goldtape/ingest/collection_plan.h"
#include "goldtape/ingest/load_status.h"

namespace goldtape::ingest {

namespace {

/// How a session stands before its neighbours are looked at.
enum class Answered : std::uint8_t { kNo, kFinal, kNotFound };

bool covers(const TimeRange& range, const calendar::Session& session) {
  return range.start <= session.open && session.close <= range.end;
}

Answered answered(const TickerFacts& facts, const calendar::Session& session, Timestamp settled) {
  Answered out = Answered::kNo;
  for (const AskedRange& asked : facts.asked) {
    if (!covers(asked.range, session) || asked.observed_at < settled) continue;
    if (asked.status != load_status::kNotFound) return Answered::kFinal;
    out = Answered::kNotFound;
  }
  return out;
}

SessionState with_bars(const TickerFacts& facts, const calendar::Session& session) {
  const auto refined = facts.refined.find(session.date);
  if (refined != facts.refined.end()) return refined->second;
  return session.early_close ? SessionState::kEarlyClose : SessionState::kComplete;
}

}  // namespace

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::kComplete: return "complete";
    case SessionState::kEarlyClose: return "early_close";
    case SessionState::kNoTrade: return "no_trade";
    case SessionState::kHalted: return "halted";
    case SessionState::kVendorHole: return "vendor_hole";
    case SessionState::kNotListed: return "not_listed";
    case SessionState::kDelisted: return "delisted";
    case SessionState::kForming: return "forming";
    case SessionState::kNotAsked: return "not_asked";
    case SessionState::kFailed: return "failed";
  }
  return "failed";
}

std::vector<SessionState> session_states(const TickerFacts& facts,
                                         std::span<const calendar::Session> sessions, const Stream& stream,
                                         Timestamp now) {
  std::vector<SessionState> out;
  std::size_t with = 0;
  std::vector<bool> empty(sessions.size(), false);
  std::size_t first = sessions.size();
  std::size_t last = 0;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    const calendar::Session& session = sessions[i];
    const Timestamp settled = settled_at(session, stream);
    const auto bars = facts.bars.find(session.date);
    const bool has_bars = bars != facts.bars.end() && bars->second > 0;
    if (has_bars) {
      first = std::min(first, i);
      last = i;
    }
    const Answered known = answered(facts, session, settled);
    if (now < settled && known == Answered::kNo) {
      out.push_back(SessionState::kForming);
    } else if (has_bars) {
      // Bars of a time before the close are not the whole of it.
      out.push_back(known == Answered::kNo && !facts.asked.empty() ? SessionState::kNotAsked
                                                                   : with_bars(facts, session));
      ++with;
    } else if (known == Answered::kFinal) {
      out.push_back(SessionState::kNoTrade);
      empty[i] = true;
    } else if (known == Answered::kNotFound) {
      out.push_back(SessionState::kNotListed);
    } else {
      const bool failed =
          std::ranges::any_of(facts.failed, [&](const TimeRange& range) { return covers(range, session); });
      out.push_back(failed ? SessionState::kFailed : SessionState::kNotAsked);
    }
  }
  // Silence before the first bar and long after the last one is another silence than one in between.
  const bool gone = with > 0 && sessions.size() - last > kDelistedAfter;
  std::size_t between = 0;
  for (std::size_t i = first; i < last && with > 0; ++i) between += empty[i] ? 1U : 0U;
  const bool liquid =
      with > 1 && static_cast<double>(with) >= kLiquidShare * static_cast<double>(with + between);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (!empty[i]) continue;
    if (with == 0 || i < first) {
      out[i] = SessionState::kNotListed;
    } else if (i > last && gone) {
      out[i] = SessionState::kDelisted;
    } else if (liquid) {
      out[i] = SessionState::kVendorHole;
    }
  }
  return out;
}

}  // namespace goldtape::ingest
