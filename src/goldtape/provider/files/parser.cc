#include "goldtape/provider/files/parser.h"

#include <utility>

#include <fmt/format.h>

#include "goldtape/provider/files/dialect_json.h"
#include "goldtape/provider/files/lean.h"
#include "goldtape/provider/files/zip_entry.h"

namespace goldtape::provider::files {

namespace {

Result<std::string> param(const Request& request, const char* key) {
  const auto found = request.params.find(key);
  if (found == request.params.end()) {
    return fail(ErrorKind::kDamaged, 2007,
                fmt::format("the request of this answer has no parameter '{}'", key));
  }
  return found->second;
}

Result<Rows> read_dbn(Dataset dataset, std::string_view bytes, const ReadContext& context,
                      ReadReport& report) {
  if (dataset == Dataset::kTrades) return read_trades_dbn(bytes, context, report);
  if (dataset == Dataset::kBars) return read_bars_dbn(bytes, context, report);
  return fail(ErrorKind::kUnsupported, 2039, "corporate actions are read from CSV, not from DBN",
              context.where);
}

Result<Rows> read_zip(Dataset dataset, std::string_view bytes, const ReadContext& context,
                      ReadReport& report) {
  if (dataset != Dataset::kBars) {
    return fail(ErrorKind::kUnsupported, 2039, "zip archives are read as LEAN's bars; unpack it first",
                context.where);
  }
  GT_ASSIGN(const ZipEntry entry, read_zip_entry(bytes, context.where));
  return read_bars_lean(entry.name, entry.bytes, context, report);
}

}  // namespace

Result<ReadContext> read_context(const Answer& answer) {
  const Request& request = answer.request;
  if (request.provider != "files") {
    return fail(ErrorKind::kDamaged, 2007,
                fmt::format("an answer of '{}' is not for the files provider", request.provider),
                answer.display_name);
  }
  ReadContext context;
  GT_ASSIGN(context.name, param(request, "name"));
  context.where = answer.display_name.empty() ? context.name : answer.display_name;
  GT_ASSIGN(const std::string dialect, param(request, "dialect"));
  GT_ASSIGN(context.dialect, dialect_from_json(dialect, context.where));
  context.origin.source = request.source;
  context.origin.interval = request.interval;
  context.origin.basis = context.dialect.price_basis;
  context.origin.observed_at = answer.observed_at;
  if (context.origin.basis != model::PriceBasis::kRaw) {
    context.origin.basis_as_of = std::chrono::floor<std::chrono::days>(answer.observed_at);
  }
  return context;
}

Result<Rows> read_rows(const Answer& answer, const Content& content, const ReadContext& context,
                       ReadReport& report) {
  GT_ASSIGN(const Dataset dataset, parse_dataset(answer.request.dataset));
  if (content.kind() == Content::Kind::kDbn) return read_dbn(dataset, content.bytes(), context, report);
  if (content.kind() == Content::Kind::kZip) return read_zip(dataset, content.bytes(), context, report);
  const bool parquet = content.kind() == Content::Kind::kParquet;
  if (dataset == Dataset::kTrades) {
    return fail(ErrorKind::kUnsupported, 2039, "trades are read from Databento's DBN files only",
                context.where);
  }
  if (dataset == Dataset::kActions) {
    if (parquet) {
      return fail(ErrorKind::kUnsupported, 2039,
                  "corporate actions are read from CSV, not from Parquet; export them", context.where);
    }
    if (is_lean_actions(content.bytes())) return read_actions_lean(content.bytes(), context, report);
    return read_actions_csv(content.bytes(), context, report);
  }
  if (parquet) return read_bars_parquet(content.bytes(), context, report);
  if (context.dialect.name == "lean") {
    return read_bars_lean(context.name, content.bytes(), context, report);
  }
  return read_bars_csv(content.bytes(), context, report);
}

Result<Rows> parse_answer(const Answer& answer) {
  GT_ASSIGN(const ReadContext context, read_context(answer));
  Content content;
  GT_RETURN_IF_ERROR(content.open(answer.bytes, context.where));
  ReadReport report;
  return read_rows(answer, content, context, report);
}

}  // namespace goldtape::provider::files
