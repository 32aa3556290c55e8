#include "goldtape/lake/bar_run_rows.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <arrow/api.h>

#include "goldtape/model/table_def.h"

namespace goldtape::lake {

namespace {

using Array = std::shared_ptr<arrow::Array>;

/// Numbers each text once, in the order of appearance.
class Dictionary {
 public:
  std::int32_t number(std::uint32_t name, std::string_view text) {
    const auto [at, is_new] = numbers_.try_emplace(name, static_cast<std::int32_t>(texts_.size()));
    if (is_new) texts_.emplace_back(text);
    return at->second;
  }
  [[nodiscard]] arrow::Result<Array> texts() const {
    arrow::StringBuilder builder;
    ARROW_RETURN_NOT_OK(builder.AppendValues(texts_));
    return builder.Finish();
  }

 private:
  std::unordered_map<std::uint32_t, std::int32_t> numbers_;
  std::vector<std::string> texts_;
};

class RunColumns {
 public:
  RunColumns(std::span<const BarRun> runs, const FoldNames& names) : runs_(runs), names_(names) {
    for (const BarRun& run : runs) rows_ += static_cast<std::int64_t>(run.size());
  }

  [[nodiscard]] std::int64_t rows() const { return rows_; }

  /// A column of the batches.
  template <typename ArrayType, typename Value>
  arrow::Result<Array> values(std::vector<Value> model::BarBatch::* column, const auto& type) const {
    static_assert(std::is_same_v<Value, typename ArrayType::value_type>);
    ARROW_ASSIGN_OR_RAISE(auto buffer, room<Value>());
    gather(column, buffer->template mutable_data_as<Value>());
    return std::make_shared<ArrayType>(type, rows_, std::move(buffer));
  }

  /// The same, where some values say that there is none.
  template <typename ArrayType, typename Value>
  arrow::Result<Array> values_or_null(std::vector<Value> model::BarBatch::* column, const auto& type,
                                      const auto& is_absent) const {
    const auto none_in = [&](const BarRun& run) {
      const std::vector<Value>& from = run.load->bars.*column;
      for (std::size_t i = run.first; i < run.end; ++i) {
        if (!is_absent(from[run.row(i)])) return false;
      }
      return true;
    };
    if (std::ranges::all_of(runs_, none_in)) return arrow::MakeArrayOfNull(type, rows_);
    ARROW_ASSIGN_OR_RAISE(auto all, (values<ArrayType>(column, type)));
    const auto& present = static_cast<const ArrayType&>(*all);
    arrow::TypedBufferBuilder<bool> valid;
    ARROW_RETURN_NOT_OK(valid.Reserve(rows_));
    for (std::int64_t i = 0; i < rows_; ++i) valid.UnsafeAppend(!is_absent(present.Value(i)));
    const std::int64_t nulls = valid.false_count();
    ARROW_ASSIGN_OR_RAISE(auto bits, valid.Finish());
    return std::make_shared<ArrayType>(type, rows_, present.values(), std::move(bits), nulls);
  }

  /// One value a run; `of` gives it.
  template <typename ArrayType>
  arrow::Result<Array> each_run(const auto& type, const auto& of) const {
    using Value = typename ArrayType::value_type;
    ARROW_ASSIGN_OR_RAISE(auto buffer, room<Value>());
    auto* out = buffer->template mutable_data_as<Value>();
    for (const BarRun& run : runs_) out = std::fill_n(out, run.size(), static_cast<Value>(of(run)));
    return std::make_shared<ArrayType>(type, rows_, std::move(buffer));
  }

  /// One text a run; `of` gives its number among all and the text.
  arrow::Result<Array> text_of_run(const auto& of) const {
    Dictionary dictionary;
    ARROW_ASSIGN_OR_RAISE(auto numbers, each_run<arrow::Int32Array>(arrow::int32(), [&](const BarRun& run) {
                            const auto [name, text] = of(run);
                            return dictionary.number(name, text);
                          }));
    ARROW_ASSIGN_OR_RAISE(auto texts, dictionary.texts());
    return arrow::DictionaryArray::FromArrays(numbers, texts);
  }

  [[nodiscard]] arrow::Result<Array> sessions() const {
    using enum model::SessionPart;
    Dictionary dictionary;
    for (const model::SessionPart part : {kPre, kRegular, kPost})
      dictionary.number(static_cast<std::uint32_t>(part), model::to_string(part));
    static_assert(static_cast<int>(kPre) == 0 && static_cast<int>(kPost) == 2, "numbers are the enum's");
    ARROW_ASSIGN_OR_RAISE(auto buffer, room<std::uint8_t>());
    std::uint8_t* out = buffer->mutable_data();
    for (const BarRun& run : runs_) {
      for (std::size_t i = run.first; i < run.end; ++i)
        *out++ = static_cast<std::uint8_t>(run.load->bars.session[run.row(i)]);
    }
    ARROW_ASSIGN_OR_RAISE(auto texts, dictionary.texts());
    return arrow::DictionaryArray::FromArrays(std::make_shared<arrow::UInt8Array>(rows_, std::move(buffer)),
                                              texts);
  }

  [[nodiscard]] arrow::Result<Array> basis_dates() const {
    const auto has_none = [](const BarRun& run) {
      return run.load->bars.origin.basis == model::PriceBasis::kRaw;
    };
    if (std::ranges::all_of(runs_, has_none)) return arrow::MakeArrayOfNull(arrow::date32(), rows_);
    ARROW_ASSIGN_OR_RAISE(auto dates, each_run<arrow::Date32Array>(arrow::date32(), [](const BarRun& run) {
                            return to_days(run.load->bars.origin.basis_as_of);
                          }));
    if (std::ranges::none_of(runs_, has_none)) return dates;
    arrow::TypedBufferBuilder<bool> valid;
    for (const BarRun& run : runs_)
      ARROW_RETURN_NOT_OK(valid.Append(static_cast<std::int64_t>(run.size()), !has_none(run)));
    const std::int64_t nulls = valid.false_count();
    ARROW_ASSIGN_OR_RAISE(auto bits, valid.Finish());
    return std::make_shared<arrow::Date32Array>(
        rows_, static_cast<const arrow::Date32Array&>(*dates).values(), std::move(bits), nulls);
  }

  [[nodiscard]] const FoldNames& names() const { return names_; }

 private:
  /// Of the C library: Arrow's own allocator gives memory back between two row groups, and the kernel clears
  /// it anew.
  template <typename Value>
  [[nodiscard]] arrow::Result<std::unique_ptr<arrow::Buffer>> room() const {
    return arrow::AllocateBuffer(rows_ * static_cast<std::int64_t>(sizeof(Value)),
                                 arrow::system_memory_pool());
  }

  template <typename Value>
  void gather(std::vector<Value> model::BarBatch::* column, Value* out) const {
    for (const BarRun& run : runs_) {
      const Value* from = (run.load->bars.*column).data();
      // Mostly all rows of the answer were accepted: they are copied at once.
      if (run.row(run.end - 1) - run.row(run.first) == run.size() - 1) {
        out = std::copy_n(from + run.row(run.first), run.size(), out);
      } else {
        for (std::size_t i = run.first; i < run.end; ++i) *out++ = from[run.row(i)];
      }
    }
  }

  std::span<const BarRun> runs_;
  const FoldNames& names_;
  std::int64_t rows_ = 0;
};

using Bars = model::BarBatch;

/// In the order of bronze.bars.
arrow::Result<arrow::ArrayVector> columns_of(const RunColumns& from, std::string_view source,
                                             std::string_view interval, std::int64_t ingested_us) {
  using arrow::DoubleArray;
  using arrow::Int64Array;
  const auto time = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  const auto& price = arrow::float64();
  const auto& count = arrow::int64();
  const auto no_number = [](double value) { return std::isnan(value); };
  const auto no_count = [](std::int64_t value) { return value == model::kAbsentCount; };
  const auto always = [](std::string_view text) {
    return [text](const BarRun&) { return std::pair(0U, text); };
  };
  const auto ticker = [&](const BarRun& run) {
    return std::pair(run.ticker, std::string_view(from.names().tickers[run.ticker]));
  };
  const auto basis = [](const BarRun& run) {
    const model::PriceBasis said = run.load->bars.origin.basis;
    return std::pair(static_cast<std::uint32_t>(said), model::to_string(said));
  };
  const auto load = [&](const BarRun& run) {
    return std::pair(run.load_name, std::string_view(from.names().loads[run.load_name]));
  };
  const auto observed = [](const BarRun& run) { return to_micros(run.load->observed_at); };
  const auto ingested = [&](const BarRun&) { return ingested_us; };
  const arrow::Result<Array> columns[] = {
      from.text_of_run(always(source)),
      from.text_of_run(always(interval)),
      from.text_of_run(ticker),
      from.values<arrow::TimestampArray>(&Bars::ts_us, time),
      from.values<arrow::Date32Array>(&Bars::date_days, arrow::date32()),
      from.values<DoubleArray>(&Bars::open, price),
      from.values<DoubleArray>(&Bars::high, price),
      from.values<DoubleArray>(&Bars::low, price),
      from.values<DoubleArray>(&Bars::close, price),
      from.values<Int64Array>(&Bars::volume, count),
      from.values_or_null<DoubleArray>(&Bars::vwap, price, no_number),
      from.values_or_null<Int64Array>(&Bars::trade_count, count, no_count),
      from.values_or_null<DoubleArray>(&Bars::adj_close, price, no_number),
      from.sessions(),
      from.text_of_run(basis),
      from.basis_dates(),
      from.each_run<arrow::TimestampArray>(time, observed),
      from.each_run<arrow::TimestampArray>(time, ingested),
      from.text_of_run(load)};
  arrow::ArrayVector out;
  for (const auto& column : columns) {
    ARROW_RETURN_NOT_OK(column.status());
    out.push_back(*column);
  }
  return out;
}

Result<std::shared_ptr<arrow::Table>> table_of(std::span<const BarRun> runs, const FoldNames& names,
                                               std::string_view source, model::Interval interval,
                                               std::int64_t ingested_us) {
  GT_ASSIGN(const model::TableDef* def, model::find_table("bronze.bars"));
  const RunColumns from(runs, names);
  const auto columns = columns_of(from, source, model::to_string(interval), ingested_us);
  if (!columns.ok()) return fail(ErrorKind::kInternal, 5023, columns.status().ToString());
  arrow::FieldVector fields = model::arrow_schema(*def)->fields();
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = fields[i]->WithType((*columns)[i]->type());
  return arrow::Table::Make(arrow::schema(std::move(fields)), *columns, from.rows());
}

}  // namespace

table::RowSource runs_source(std::string_view source, model::Interval interval, std::vector<BarRun> runs,
                             const FoldNames& names, std::int64_t ingested_us) {
  std::int64_t rows = 0;
  for (const BarRun& run : runs) rows += static_cast<std::int64_t>(run.size());
  const auto take = [source = std::string(source), interval, runs = std::move(runs), &names, ingested_us](
                        std::int64_t first, std::int64_t count) {
    const std::vector<BarRun> some =
        rows_of_runs(runs, static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    return table_of(some, names, source, interval, ingested_us);
  };
  return {.rows = rows, .take = take};
}

}  // namespace goldtape::lake
