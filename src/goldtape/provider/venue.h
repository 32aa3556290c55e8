// What a venue on the network is: its limits as data, and pure functions from questions to HTTP and from
// bytes to rows. Whoever drives it (the collector) does all I/O, waiting and retrying.
//
// docs/add-a-provider.md shows how to write one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "goldtape/base/result.h"
#include "goldtape/base/time.h"
#include "goldtape/io/http.h"
#include "goldtape/model/interval.h"
#include "goldtape/provider/provider.h"
#include "goldtape/provider/symbol.h"
#include "goldtape/provider/verdict.h"

namespace goldtape::provider {

/// What a venue says of bars of one length.
struct IntervalTraits {
  model::Interval interval;
  std::chrono::days look_back{0};  ///< How far back from now it goes; 0: as far as the venue's history.
  std::chrono::days max_range{0};  ///< Longest range of one request; 0: any.
};

/// A choice a request may make; it decides what comes back and stands in Request::params.
struct OptionTraits {
  std::string_view name;                    ///< "adjustment"
  std::string_view fallback;                ///< Used when nothing is said; empty: left out.
  std::span<const std::string_view> words;  ///< The words allowed; empty: any text.
};

/// One dataset of a venue. All views are to static storage.
struct DatasetTraits {
  std::string_view dataset;                   ///< bars | actions | listings | halts | trades | ...
  std::span<const IntervalTraits> intervals;  ///< For bars; empty for other datasets.
  std::uint32_t max_tickers = 1;              ///< In one request; 0: it is asked as a whole, without tickers.
  bool by_range = true;                       ///< Asked from an instant to an instant.
  std::span<const OptionTraits> options;
  Date first_date{};               ///< Where the venue's history begins; the epoch: unknown.
  std::chrono::days max_range{0};  ///< Longest range of one request, where there are no intervals; 0: any.

  [[nodiscard]] const IntervalTraits* find(model::Interval interval) const;
  /// Of one request; 0: any.
  [[nodiscard]] std::chrono::days longest_range(model::Interval interval) const;
};

/// How often a host may be asked. The collector keeps one allowance for each host.
struct Politeness {
  double requests_per_second = 1;
  std::uint32_t burst = 1;        ///< Requests that may leave at once after a pause.
  std::uint32_t concurrency = 1;  ///< Requests in flight.
};

/// Another environment variable in which people have the same key.
struct SecretAlias {
  std::string_view alias;
  std::string_view name;
};

/// A venue as data.
struct VenueTraits {
  std::string_view name;      ///< Registry name and bronze source: "yahoo".
  std::string_view title;     ///< For people: "Yahoo Finance (chart v8)".
  std::string_view base_url;  ///< Without a trailing slash; a user may give another.
  std::span<const DatasetTraits> datasets;
  Politeness politeness;
  /// Environment variables that hold its keys. Never logged, never kept with an answer.
  std::span<const std::string_view> secrets;
  std::span<const SecretAlias> secret_aliases = {};
  SymbolStyle symbols = {};      ///< For the symbols of NASDAQ's lists.
  bool needs_handshake = false;  ///< Venue::next_handshake has something to ask when a session is missing.

  /// Errors: GT2202 (kUsage), naming those it has.
  [[nodiscard]] Result<const DatasetTraits*> find(std::string_view dataset) const;
};

/// What is asked of a venue, before it is a Request.
struct Ask {
  std::string dataset = "bars";
  std::vector<std::string> tickers;                 ///< As the venue writes them; empty where it takes none.
  model::Interval interval = model::Interval::k1d;  ///< Bars only.
  std::optional<TimeRange> range;                   ///< [start, end); where DatasetTraits::by_range.
  std::map<std::string, std::string> options;       ///< By OptionTraits::name.
};

/// What a request needs that is no part of the question: where to, keys, and what a handshake brought. Never
/// kept with an answer.
struct Access {
  std::string base_url;                                     ///< Empty: the venue's own.
  std::map<std::string, std::string, std::less<>> secrets;  ///< By name of the environment variable.
  std::string cookie;                                       ///< Of a session; empty: none.
  std::string crumb;
  std::string user_agent = "goldtape";
};
/// Those of the venue's secrets that the environment has. Reads the environment only.
[[nodiscard]] Access access_from_environment(const VenueTraits& traits, std::string base_url = {});

/// A venue. Implementations have no state and are thread safe; everything but `fetch` is pure.
class Venue : public Provider {
 public:
  [[nodiscard]] virtual const VenueTraits& traits() const = 0;
  [[nodiscard]] std::string_view name() const final { return traits().name; }

  /// A question in the one form in which all venues keep it: `ticker` when there is one (else "_many" and
  /// params "tickers", comma separated, sorted, each once), params "from" and "to" (ISO instants), and the
  /// options, those left unsaid by their fallback.
  /// Errors (kUsage): GT2202 dataset, GT2203 interval, GT2204 tickers (none, too many, not a ticker), GT2205
  /// range (missing, empty, too long, given where there is none), GT2206 option.
  [[nodiscard]] Result<Request> make_request(const Ask& ask) const;

  /// What bronze calls its rows: the venue's name, unless options make them another kind of truth.
  [[nodiscard]] virtual std::string source_of(const Request& request) const;

  /// Errors: GT2207 (kUsage) a secret is missing; GT2202.. for a request that this venue did not make.
  [[nodiscard]] virtual Result<io::HttpRequest> to_http(const Request& request,
                                                        const Access& access) const = 0;
  /// The next page of an answer; nothing when it was the last. The page is a request of its own: its answer
  /// lands and parses alone. Errors: as parse's.
  [[nodiscard]] virtual Result<std::optional<Request>> next_page(const Answer& answer) const;
  /// By status; venues with habits of their own override it.
  [[nodiscard]] virtual Verdict judge(const io::HttpResponse& response, Timestamp now) const;
  /// Other questions that the very same bytes answer (the splits and dividends in a chart of bars). Each is
  /// landed as an answer of its own.
  [[nodiscard]] virtual std::vector<Request> also_answers(const Request& request) const;

  /// What to send next to open a session; nothing when `access` holds all that is needed.
  [[nodiscard]] virtual std::optional<io::HttpRequest> next_handshake(const Access& access) const;
  /// Takes the answer of `next_handshake` in. Errors: GT2215 (kUnavailable) it holds no cookie or crumb.
  virtual Status take_handshake(const io::HttpResponse& response, Access& access) const;

  /// A venue does no I/O: GT2201 (kUsage), which says how it is asked.
  Result<Answer> fetch(const Request& request) final;
};

/// A secret of `access`; "none" when there is none and another base URL is asked than the venue's own: a
/// simulator takes any.
/// Errors: GT2207 (kUsage), naming the environment variable.
[[nodiscard]] Result<std::string> secret_of(const VenueTraits& venue, const Access& access,
                                            std::string_view name);
/// A param of a request. Errors: GT2205 (kUsage) it is not there.
[[nodiscard]] Result<std::string> param_of(const Request& request, const std::string& name);
/// The tickers of a request, comma separated; empty for a request without.
[[nodiscard]] std::string tickers_text(const Request& request);

/// An HTTP answer in the form in which it lands: observed at its Date (or `now`, where there is none or the
/// two clocks are more than a day apart), named by the URL without query.
[[nodiscard]] Answer to_answer(const Request& request, io::HttpResponse response, const std::string& url,
                               Timestamp now);

}  // namespace goldtape::provider
