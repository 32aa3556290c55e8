#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>

#include <arrow/array.h>
#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "goldtape/table/arrow_internal.h"
#include "goldtape/table/bit_packing_internal.h"
#include "goldtape/table/column_output_internal.h"

namespace goldtape::table::internal {
namespace {

template <typename T>
T* room(arrow::Buffer& buffer, std::int64_t at) {
  return reinterpret_cast<T*>(buffer.mutable_data()) + at;
}

// Both are exact below 2^53, so that the quotient is the double nearest to the decimal.
template <typename Stored>
void put_quotients(const Stored* values, std::int64_t count, double divisor, double* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<double>(values[i]) / divisor;
}

// The same by vector instructions, some at a time: an integer below 2^51 added to the bits of 1.5 * 2^52 is
// that number plus the integer.
[[gnu::always_inline]] inline void put_quotients_by_some(const std::int64_t* values, std::int64_t count,
                                                         double divisor, double* out) {
  constexpr double kShift = 6755399441055744.0;
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 51;
  constexpr std::int64_t kSome = 32;
  for (; count >= kSome; values += kSome, out += kSome, count -= kSome) {
    std::uint64_t beyond = 0;
    for (int i = 0; i < kSome; ++i) beyond |= (static_cast<std::uint64_t>(values[i]) + kHalf) >> 52;
    if (beyond != 0) {
      put_quotients<std::int64_t>(values, kSome, divisor, out);
      continue;
    }
    for (int i = 0; i < kSome; ++i) {
      const auto shifted = static_cast<std::uint64_t>(values[i]) + std::bit_cast<std::uint64_t>(kShift);
      out[i] = (std::bit_cast<double>(shifted) - kShift) / divisor;
    }
  }
  put_quotients<std::int64_t>(values, count, divisor, out);
}

using PutQuotients = void (*)(const std::int64_t*, std::int64_t, double, double*);

// The same code for two machines.
#if defined(__x86_64__)
[[gnu::target("avx2")]] void put_quotients_avx2(const std::int64_t* values, std::int64_t count,
                                                double divisor, double* out) {
  put_quotients_by_some(values, count, divisor, out);
}
#endif
void put_quotients_portable(const std::int64_t* values, std::int64_t count, double divisor, double* out) {
  put_quotients_by_some(values, count, divisor, out);
}

PutQuotients best_put_quotients() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return put_quotients_avx2;
#endif
  return put_quotients_portable;
}

void put_quotients(const std::int64_t* values, std::int64_t count, double divisor, double* out) {
  static const PutQuotients put = best_put_quotients();
  put(values, count, divisor, out);
}

}  // namespace

ColumnOutput::ColumnOutput(Type type, bool as_doubles)
    : type_(std::move(type)), as_doubles_(as_doubles && type_.id == TypeId::kDecimal) {
  arrow_type_ = as_doubles_ ? arrow::float64() : to_arrow(type_);
  if (as_doubles_) divisor_ = std::pow(10.0, type_.scale);
}

Status ColumnOutput::allocate(std::int64_t rows, bool nullable) {
  rows_ = rows;
  auto buffer = arrow::AllocateBuffer(rows * arrow_type_->byte_width());
  if (!buffer.ok()) return arrow_error(buffer.status(), ErrorKind::kInternal, 4035, "");
  values_ = *std::move(buffer);
  if (nullable) valid_.assign(static_cast<std::size_t>(rows), 1);
  return {};
}

template <typename Stored>
void ColumnOutput::put_integers(std::int64_t at, const Stored* values, std::int64_t count) {
  if (as_doubles_) {
    put_quotients(values, count, divisor_, room<double>(*values_, at));
  } else if (type_.id == TypeId::kDecimal) {
    std::int64_t* out = room<std::int64_t>(*values_, 2 * at);  // Low half, then the sign's.
    for (std::int64_t i = 0; i < count; ++i) {
      out[2 * i] = values[i];
      out[2 * i + 1] = values[i] < 0 ? -1 : 0;
    }
  } else {
    std::memcpy(room<Stored>(*values_, at), values, static_cast<std::size_t>(count) * sizeof(Stored));
  }
}

void ColumnOutput::put(std::int64_t at, const std::int32_t* values, std::int64_t count) {
  put_integers(at, values, count);
}
void ColumnOutput::put(std::int64_t at, const std::int64_t* values, std::int64_t count) {
  put_integers(at, values, count);
}
void ColumnOutput::put(std::int64_t at, const float* values, std::int64_t count) {
  std::copy_n(values, count, room<float>(*values_, at));
}
void ColumnOutput::put(std::int64_t at, const double* values, std::int64_t count) {
  std::copy_n(values, count, room<double>(*values_, at));
}

void ColumnOutput::put_validity(std::int64_t at, const std::int16_t* levels, std::int64_t count) {
  std::int64_t nulls = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool valid = levels[i] > 0;
    valid_[static_cast<std::size_t>(at + i)] = static_cast<std::uint8_t>(valid);
    nulls += valid ? 0 : 1;
  }
  if (nulls > 0) std::atomic_ref(nulls_).fetch_add(nulls, std::memory_order_relaxed);
}

Result<std::shared_ptr<arrow::Array>> ColumnOutput::finish() {
  std::shared_ptr<arrow::Buffer> bitmap;
  if (nulls_ > 0) {
    auto bits = arrow::AllocateEmptyBitmap(rows_);
    if (!bits.ok()) return arrow_error(bits.status(), ErrorKind::kInternal, 4035, "");
    bitmap = *std::move(bits);
    pack_bits(valid_, bitmap->mutable_data());
  }
  return arrow::MakeArray(arrow::ArrayData::Make(arrow_type_, rows_, {bitmap, values_}, nulls_));
}

}  // namespace goldtape::table::internal
