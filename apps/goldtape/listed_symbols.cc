#include "listed_symbols.h"

#include <algorithm>

#include <arrow/api.h>
#include <fmt/format.h>

#include "goldtape/query/session.h"
#include "goldtape/query/sql_text.h"

namespace goldtape::app {

namespace {

constexpr std::string_view kDirectory = "nasdaq";

/// Of each list of a source the rows of its latest day.
std::string sql_for(std::string_view source, const std::string& exchange) {
  std::string sql = fmt::format(
      "SELECT DISTINCT ticker FROM bronze.listings AS l WHERE source = {0} AND NOT coalesce(is_test, false) "
      "AND coalesce(status, '') <> 'inactive' AND date = (SELECT max(date) FROM bronze.listings AS n WHERE "
      "n.source = {0} AND n.list = l.list)",
      query::quote_literal(std::string(source)));
  if (!exchange.empty()) sql += " AND exchange = " + query::quote_literal(exchange);
  return sql;
}

/// Two lists that were fetched apart may be of different days: a symbol that moved from one to the other in
/// between stands in both, or in neither.
std::string remark_on_days(query::Session& session, std::string_view source) {
  const auto found = session.table(
      fmt::format("SELECT string_agg(list || ' of ' || day, ', ' ORDER BY list) AS days FROM (SELECT list, "
                  "cast(max(date) AS varchar) AS day FROM bronze.listings WHERE source = {} GROUP BY list) "
                  "HAVING count(DISTINCT day) > 1",
                  query::quote_literal(std::string(source))));
  if (!found || (*found)->num_rows() == 0) return {};
  const auto& days = static_cast<const arrow::StringArray&>(*(*found)->column(0)->chunk(0));
  return fmt::format(
      "the lists of symbols are of different days ({}): a symbol that moved between them may stand in both "
      "or "
      "in neither; goldtape backfill {} brings them anew",
      days.GetView(0), source);
}

}  // namespace

Result<ListedSymbols> listed_symbols(const lake::Lake& lake, const provider::VenueTraits& venue,
                                     const std::string& exchange) {
  GT_ASSIGN(const auto session, query::Session::open(lake));
  std::vector<std::string> out;
  for (const std::string_view source : {venue.name, kDirectory}) {
    // An older lake has no table of listings.
    const auto rows = session->table(sql_for(source, exchange));
    if (!rows || (*rows)->num_rows() == 0) continue;
    for (const auto& chunk : (*rows)->column(0)->chunks()) {
      const auto& tickers = static_cast<const arrow::StringArray&>(*chunk);
      for (std::int64_t i = 0; i < tickers.length(); ++i) {
        const std::string symbol(tickers.GetView(i));
        out.push_back(source == kDirectory ? provider::symbol_in_style(symbol, venue.symbols) : symbol);
      }
    }
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return ListedSymbols{.symbols = std::move(out), .remark = remark_on_days(*session, source)};
  }
  return fail(
      ErrorKind::kNotFound, 6105,
      exchange.empty()
          ? "no list of all symbols yet: goldtape backfill nasdaq brings it"
          : fmt::format("no list with symbols of {} yet: goldtape backfill nasdaq brings it; an exchange "
                        "is named by its MIC, such as XNAS or XNYS",
                        exchange),
      "--symbols");
}

}  // namespace goldtape::app
