#include "goldtape/provider/files/parquet_cells.h"

#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include "goldtape/base/timezone.h"
#include "goldtape/provider/files/number.h"
#include "goldtape/provider/files/reading.h"

namespace goldtape::provider::files {

namespace {

std::unexpected<Error> wrong_type(const arrow::Array& column, const CellPlace& place,
                                  std::string_view wanted) {
  return fail(ErrorKind::kDamaged, 2041,
              fmt::format("the column for {} has the type {}; {} can be read", to_string(place.role),
                          column.type()->ToString(), wanted),
              std::string(place.where));
}

std::unexpected<Error> bad_number(NumberFault fault, std::string_view text, const CellPlace& place,
                                  std::int64_t i) {
  const std::uint16_t code = fault == NumberFault::kFraction ? 2029 : 2028;
  return fail(ErrorKind::kDamaged, code,
              fmt::format("{} '{}' {}", to_string(place.role), text, to_string(fault)), place.at(i));
}

/// Calls `each(i, array.Value(i))` or `null(i)` for each row.
template <typename ArrayType, typename Each, typename Null>
Status for_each(const arrow::Array& column, Each each, Null null) {
  const auto& array = static_cast<const ArrayType&>(column);
  for (std::int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) {
      null(i);
    } else {
      GT_RETURN_IF_ERROR(each(i, array.Value(i)));
    }
  }
  return {};
}

/// One of the number types: `real(i, double)`, `integer(i, int64)`, `decimal(i, text)` per row, as it
/// applies.
template <typename Real, typename Integer, typename Decimal, typename Null>
std::optional<Status> for_each_number(const arrow::Array& column, Real real, Integer integer, Decimal decimal,
                                      Null null) {
  const auto real_value = [&](std::int64_t i, auto v) { return real(i, static_cast<double>(v)); };
  const auto integer_value = [&](std::int64_t i, auto v) { return integer(i, static_cast<std::int64_t>(v)); };
  const auto decimal_rows = [&](const auto& array) -> Status {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i))
        null(i);
      else
        GT_RETURN_IF_ERROR(decimal(i, array.FormatValue(i)));
    }
    return {};
  };
  switch (column.type_id()) {
    case arrow::Type::DOUBLE: return for_each<arrow::DoubleArray>(column, real_value, null);
    case arrow::Type::FLOAT: return for_each<arrow::FloatArray>(column, real_value, null);
    case arrow::Type::INT64: return for_each<arrow::Int64Array>(column, integer_value, null);
    case arrow::Type::INT32: return for_each<arrow::Int32Array>(column, integer_value, null);
    case arrow::Type::INT16: return for_each<arrow::Int16Array>(column, integer_value, null);
    case arrow::Type::INT8: return for_each<arrow::Int8Array>(column, integer_value, null);
    case arrow::Type::UINT32: return for_each<arrow::UInt32Array>(column, integer_value, null);
    case arrow::Type::UINT16: return for_each<arrow::UInt16Array>(column, integer_value, null);
    case arrow::Type::UINT8: return for_each<arrow::UInt8Array>(column, integer_value, null);
    case arrow::Type::UINT64:
      return for_each<arrow::UInt64Array>(
          column, [&](std::int64_t i, std::uint64_t v) { return decimal(i, std::to_string(v)); }, null);
    case arrow::Type::DECIMAL128: return decimal_rows(static_cast<const arrow::Decimal128Array&>(column));
    case arrow::Type::DECIMAL256: return decimal_rows(static_cast<const arrow::Decimal256Array&>(column));
    default: return std::nullopt;
  }
}

template <typename T>
NumberCells<T> empty_cells(const arrow::Array& column) {
  const auto rows = static_cast<std::size_t>(column.length());
  return {std::vector<T>(rows), std::vector<std::uint8_t>(rows)};
}

/// Reads counts of `unit` since 1970, as local or UTC time.
class TimestampReader {
 public:
  static Result<TimestampReader> of(const arrow::TimestampType& type) {
    static constexpr std::string_view kFormats[] = {"epoch_s", "epoch_ms", "epoch_us", "epoch_ns"};
    TimestampReader reader;
    GT_ASSIGN(reader.format_, TsFormat::parse(kFormats[type.unit()]));
    reader.naive_ = type.timezone().empty();
    // A zone that only Arrow knows ("+05:00") still gives the instant.
    if (!reader.naive_) {
      if (Result<TimeZone> zone = TimeZone::find(type.timezone())) reader.zone_ = std::move(*zone);
    }
    return reader;
  }

  TimeFault read(std::int64_t count, ReadTime& out) const {
    const TimeFault fault = format_.from_count(count, out);
    if (fault != TimeFault::kNone) return fault;
    if (naive_) {
      out.kind = ReadTime::Kind::kLocal;
      out.local_us = out.utc_us;
    } else if (zone_) {
      out.kind = ReadTime::Kind::kInstant;
      out.local_us = zone_->to_local(from_micros(out.utc_us)).time_since_epoch().count();
    }
    return TimeFault::kNone;
  }

  [[nodiscard]] const TsFormat& format() const { return format_; }

 private:
  TsFormat format_;
  bool naive_ = true;
  std::optional<TimeZone> zone_;
};

Status read_timestamps(const arrow::Array& column, std::vector<ReadTime>& times, const CellPlace& place) {
  GT_ASSIGN(const TimestampReader reader,
            TimestampReader::of(static_cast<const arrow::TimestampType&>(*column.type())));
  const auto& array = static_cast<const arrow::TimestampArray&>(column);
  for (std::int64_t i = 0; i < array.length(); ++i) {
    const TimeFault fault = reader.read(array.Value(i), times[static_cast<std::size_t>(i)]);
    if (fault != TimeFault::kNone) {
      return bad_time(fault, std::to_string(array.Value(i)), reader.format(), place.at(i));
    }
  }
  return {};
}

template <typename ArrayType>
Status read_dates(const arrow::Array& column, std::vector<ReadTime>& times, const CellPlace& place) {
  const auto& array = static_cast<const ArrayType&>(column);
  GT_ASSIGN(const TsFormat seconds, TsFormat::parse("epoch_s"));
  constexpr bool in_days = std::is_same_v<ArrayType, arrow::Date32Array>;
  for (std::int64_t i = 0; i < array.length(); ++i) {
    ReadTime& time = times[static_cast<std::size_t>(i)];
    const std::int64_t count = array.Value(i);
    const TimeFault fault = seconds.from_count(in_days ? count * 86'400 : count / 1000, time);
    if (fault != TimeFault::kNone) return bad_time(fault, std::to_string(count), seconds, place.at(i));
    time.kind = ReadTime::Kind::kDate;
    time.local_us = time.utc_us;
  }
  return {};
}

Status read_time_counts(const arrow::Array& column, Dialect& dialect, std::vector<ReadTime>& times,
                        const CellPlace& place) {
  const auto& array = static_cast<const arrow::Int64Array&>(column);
  GT_ASSIGN(const TsFormat format, settle_ts_format(dialect, std::to_string(array.Value(0)), place.at(0)));
  for (std::int64_t i = 0; i < array.length(); ++i) {
    ReadTime& time = times[static_cast<std::size_t>(i)];
    TimeFault fault = format.from_count(array.Value(i), time);
    if (fault == TimeFault::kFormat) fault = format.read(std::to_string(array.Value(i)), time);
    if (fault != TimeFault::kNone)
      return bad_time(fault, std::to_string(array.Value(i)), format, place.at(i));
  }
  return {};
}

Status read_time_texts(const arrow::Array& column, Dialect& dialect, std::vector<ReadTime>& times,
                       const CellPlace& place) {
  GT_ASSIGN(const std::vector<std::string_view> texts, read_texts(column, place));
  GT_ASSIGN(const TsFormat format, settle_ts_format(dialect, texts.front(), place.at(0)));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const TimeFault fault = format.read(texts[i], times[i]);
    if (fault != TimeFault::kNone)
      return bad_time(fault, texts[i], format, place.at(static_cast<std::int64_t>(i)));
  }
  return {};
}

template <typename ArrayType>
void append_views(const arrow::Array& column, std::vector<std::string_view>& texts) {
  const auto& array = static_cast<const ArrayType&>(column);
  for (std::int64_t i = 0; i < array.length(); ++i) texts.push_back(array.GetView(i));
}

}  // namespace

std::string CellPlace::at(std::int64_t i) const {
  return fmt::format("{}:{}", where, first_row + static_cast<std::uint64_t>(i));
}

Result<NumberCells<double>> read_decimals(const arrow::Array& column, const CellPlace& place) {
  auto cells = empty_cells<double>(column);
  const auto real = [&](std::int64_t i, double v) -> Status {
    const auto at = static_cast<std::size_t>(i);
    if (std::isinf(v)) return bad_number(NumberFault::kNotFinite, fmt::format("{}", v), place, i);
    if (std::isnan(v)) cells.missing[at] = 1;
    cells.value[at] = v;
    return {};
  };
  const auto integer = [&](std::int64_t i, std::int64_t v) -> Status {
    cells.value[static_cast<std::size_t>(i)] = static_cast<double>(v);
    return {};
  };
  const auto decimal = [&](std::int64_t i, const std::string& text) -> Status {
    const NumberFault fault = parse_decimal(text, '.', cells.value[static_cast<std::size_t>(i)]);
    if (fault != NumberFault::kNone) return bad_number(fault, text, place, i);
    return {};
  };
  const auto null = [&](std::int64_t i) {
    cells.missing[static_cast<std::size_t>(i)] = 1;
    cells.value[static_cast<std::size_t>(i)] = std::nan("");
  };
  const std::optional<Status> status = for_each_number(column, real, integer, decimal, null);
  if (!status) return wrong_type(column, place, "double, float, integers and decimals");
  GT_RETURN_IF_ERROR(*status);
  return cells;
}

Result<NumberCells<std::int64_t>> read_integers(const arrow::Array& column, const CellPlace& place) {
  auto cells = empty_cells<std::int64_t>(column);
  const auto real = [&](std::int64_t i, double v) -> Status {
    const auto at = static_cast<std::size_t>(i);
    if (std::isnan(v)) {
      cells.missing[at] = 1;
      return {};
    }
    if (!(std::fabs(v) < 9.2e18)) return bad_number(NumberFault::kOutOfRange, fmt::format("{}", v), place, i);
    if (v != std::trunc(v)) return bad_number(NumberFault::kFraction, fmt::format("{}", v), place, i);
    cells.value[at] = static_cast<std::int64_t>(v);
    return {};
  };
  const auto integer = [&](std::int64_t i, std::int64_t v) -> Status {
    cells.value[static_cast<std::size_t>(i)] = v;
    return {};
  };
  const auto decimal = [&](std::int64_t i, const std::string& text) -> Status {
    const NumberFault fault = parse_integer(text, '.', cells.value[static_cast<std::size_t>(i)]);
    if (fault != NumberFault::kNone) return bad_number(fault, text, place, i);
    return {};
  };
  const auto null = [&](std::int64_t i) { cells.missing[static_cast<std::size_t>(i)] = 1; };
  const std::optional<Status> status = for_each_number(column, real, integer, decimal, null);
  if (!status) return wrong_type(column, place, "integers, and doubles and decimals without a fraction");
  GT_RETURN_IF_ERROR(*status);
  return cells;
}

Result<std::vector<std::string_view>> read_texts(const arrow::Array& column, const CellPlace& place) {
  if (column.null_count() > 0) {
    for (std::int64_t i = 0; i < column.length(); ++i) {
      if (column.IsNull(i)) {
        return fail(ErrorKind::kDamaged, 2034, fmt::format("no {} in this row", to_string(place.role)),
                    place.at(i));
      }
    }
  }
  std::vector<std::string_view> texts;
  texts.reserve(static_cast<std::size_t>(column.length()));
  switch (column.type_id()) {
    case arrow::Type::STRING: append_views<arrow::StringArray>(column, texts); return texts;
    case arrow::Type::LARGE_STRING: append_views<arrow::LargeStringArray>(column, texts); return texts;
    case arrow::Type::STRING_VIEW: append_views<arrow::StringViewArray>(column, texts); return texts;
    case arrow::Type::DICTIONARY: {
      const auto& array = static_cast<const arrow::DictionaryArray&>(column);
      GT_ASSIGN(const std::vector<std::string_view> words, read_texts(*array.dictionary(), place));
      for (std::int64_t i = 0; i < array.length(); ++i) {
        texts.push_back(words.at(static_cast<std::size_t>(array.GetValueIndex(i))));
      }
      return texts;
    }
    default: return wrong_type(column, place, "strings");
  }
}

Result<std::vector<ReadTime>> read_times(const arrow::Array& column, Dialect& dialect,
                                         const CellPlace& place) {
  std::vector<ReadTime> times(static_cast<std::size_t>(column.length()));
  if (times.empty()) return times;
  for (std::int64_t i = 0; column.null_count() > 0 && i < column.length(); ++i) {
    if (column.IsNull(i)) {
      return fail(ErrorKind::kDamaged, 2030, fmt::format("no {} in this row", to_string(place.role)),
                  place.at(i));
    }
  }
  Status status;
  switch (column.type_id()) {
    case arrow::Type::TIMESTAMP: status = read_timestamps(column, times, place); break;
    case arrow::Type::DATE32: status = read_dates<arrow::Date32Array>(column, times, place); break;
    case arrow::Type::DATE64: status = read_dates<arrow::Date64Array>(column, times, place); break;
    case arrow::Type::INT64: status = read_time_counts(column, dialect, times, place); break;
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::DICTIONARY: status = read_time_texts(column, dialect, times, place); break;
    default: return wrong_type(column, place, "timestamps, dates, int64 epochs and strings");
  }
  GT_RETURN_IF_ERROR(status);
  return times;
}

}  // namespace goldtape::provider::files
