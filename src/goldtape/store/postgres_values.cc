#include <array>
#include <charconv>
#include <cstdint>
#include <memory>

#include <fmt/format.h>

#include "goldtape/base/text.h"
#include "goldtape/store/postgres_values_internal.h"

namespace goldtape::store::internal {
namespace {

// Type ids of PostgreSQL's own catalog (pg_type.dat), which never change.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kOid = 26;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;

template <typename T>
Value number_of(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::string(text);
  return number;
}

Value blob_of(const char* text) {
  std::size_t size = 0;
  const std::unique_ptr<unsigned char, decltype(&PQfreemem)> bytes(
      PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size), PQfreemem);
  if (bytes == nullptr) return Blob{};
  return Blob{std::string(reinterpret_cast<const char*>(bytes.get()), size)};
}

Value value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return {};
  const char* text = PQgetvalue(result, row, column);
  const std::string_view view(text, static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kBool: return std::int64_t{view == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid: return number_of<std::int64_t>(view);
    case kFloat4:
    case kFloat8: return number_of<double>(view);
    case kNumeric:
      return view.find('.') == std::string_view::npos ? number_of<std::int64_t>(view)
                                                      : number_of<double>(view);
    case kBytea: return blob_of(text);
    default: return std::string(view);
  }
}

struct Fault {
  std::string_view state;  ///< An SQLSTATE or how it begins.
  ErrorKind kind;
  std::uint16_t code;
  const char* words;
};

// The first that fits. Source: PostgreSQL 15 documentation, appendix A.
constexpr std::array kFaults{
    Fault{"55P03", ErrorKind::kConflict, 4002,
          "the operations database is locked by another program; try again"},
    Fault{"40", ErrorKind::kConflict, 4002,
          "the operations database is locked by another program; try again"},
    Fault{"23", ErrorKind::kAlreadyExists, 4005, "the row is there already or breaks a rule of its table"},
    Fault{"53100", ErrorKind::kIo, 4006, "no space left for the operations database"},
    Fault{"53", ErrorKind::kUnavailable, 4201, "the database server is out of resources"},
    Fault{"57014", ErrorKind::kUnavailable, 4201, "the database server took too long"},
    Fault{"57", ErrorKind::kUnavailable, 4201, "the database server is going down or coming up"},
    Fault{"08", ErrorKind::kUnavailable, 4201, "the connection to the database server broke"},
    Fault{"25P03", ErrorKind::kUnavailable, 4201, "the transaction was idle for too long"},
    Fault{"28", ErrorKind::kUsage, 4202, "the database server refuses this user"},
    Fault{"3D000", ErrorKind::kUsage, 4202, "the database server knows no such database"},
    Fault{"42501", ErrorKind::kIo, 4001, "this user may not do that in the operations database"},
    Fault{"25006", ErrorKind::kIo, 4001, "the operations database can only be read"},
    Fault{"XX001", ErrorKind::kDamaged, 4003, "the operations database is damaged"},
    Fault{"XX002", ErrorKind::kDamaged, 4003, "the operations database is damaged"},
    Fault{"58", ErrorKind::kIo, 4001, "the operations database cannot be read or written"},
    Fault{"", ErrorKind::kInternal, 4007, "the operations database refused a statement"},
};

std::string one_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

}  // namespace

PostgresParameters::PostgresParameters(const std::vector<Value>& values) {
  texts_.reserve(values.size());
  for (const Value& value : values) {
    const auto* blob = std::get_if<Blob>(&value);
    const auto* number = std::get_if<double>(&value);
    // The shortest text that reads back as the same double.
    texts_.push_back(blob != nullptr     ? blob->bytes
                     : number != nullptr ? fmt::format("{}", *number)
                                         : text_of(value));
    pointers_.push_back(is_null(value) ? nullptr : texts_.back().data());
    lengths_.push_back(static_cast<int>(texts_.back().size()));
    formats_.push_back(blob != nullptr ? 1 : 0);
    types_.push_back(blob != nullptr ? kBytea : 0);
  }
}

Rows rows_of(const PGresult* result) {
  Rows rows;
  const int columns = PQnfields(result);
  for (int c = 0; c < columns; ++c) rows.columns.emplace_back(PQfname(result, c));
  const int count = PQntuples(result);
  rows.rows.reserve(static_cast<std::size_t>(count));
  for (int r = 0; r < count; ++r) {
    Row& row = rows.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(columns));
    for (int c = 0; c < columns; ++c) row.push_back(value_of(result, r, c));
  }
  return rows;
}

Error error_of(const PGresult* result, std::string_view sql, const std::string& where) {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field == nullptr ? "" : field;
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string words = one_line(primary != nullptr ? primary : PQresultErrorMessage(result));
  for (const Fault& fault : kFaults) {
    if (!state.starts_with(fault.state)) continue;
    std::string message = fmt::format("{}: {}", fault.words, words);
    if (fault.code == 4007) message += fmt::format(" in: {}", sql);
    return Error{.kind = fault.kind, .code = fault.code, .message = std::move(message), .where = where};
  }
  return Error{.message = words, .where = where};
}

Error connect_error(const PGconn* connection, const std::string& where) {
  const std::string words = one_line(PQerrorMessage(connection));
  const auto says = [&](std::string_view text) { return words.find(text) != std::string::npos; };
  const bool refused = says("authentication failed") || says("no password supplied") || says("pg_hba.conf") ||
                       (says("role \"") && says("does not exist")) ||
                       (says("database \"") && says("does not exist"));
  if (refused) {
    return Error{
        .kind = ErrorKind::kUsage,
        .code = 4202,
        .message = fmt::format("the database server refuses the connection: {}. Check user and database in "
                               "the URI, and PGPASSWORD or ~/.pgpass",
                               words),
        .where = where};
  }
  return Error{.kind = ErrorKind::kUnavailable,
               .code = 4201,
               .message = fmt::format("the database server cannot be reached: {}", words),
               .where = where};
}

}  // namespace goldtape::store::internal
