// Squares about the mean of the last 20 values, without cancellation: two halves are joined by the formula of
// Chan, Golub and LeVeque ("Algorithms for Computing the Sample Variance", 1983),
//
//   Q_2n(t) = Q_n(t) + Q_n(t-n) + D_n(t)^2 / 2n,   D_n(t) = S_n(t) - S_n(t-n), S_n a sum of n values,
//
// in which every term is positive. The difference of two sums is itself a sum of differences of values,
//
//   D_5(t) = sum of x[t-j] - x[t-j-5] over j < 5,   D_10(t) = D_5(t) + 2 D_5(t-5) + D_5(t-10),
//
// so prices of 10^5 that move by cents lose no digits, and equal values give exactly 0. A stream and a batch
// evaluate the same expressions over rings and over columns: the same bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "goldtape/feature/history_column.h"
#include "goldtape/feature/ring.h"

namespace goldtape::feature {

/// The expressions. Arguments are functions of how many rows back: x(0) is the newest value.
struct SquaresFormula {
  template <typename At>
  [[gnu::always_inline]] static double difference_5(const At& lag_5) {
    return ((lag_5(0) + lag_5(1)) + (lag_5(2) + lag_5(3))) + lag_5(4);
  }
  template <typename At>
  [[gnu::always_inline]] static double difference_10(const At& difference_5) {
    return (difference_5(0) + difference_5(10)) + 2.0 * difference_5(5);
  }
  /// Two passes over distances from the newest value.
  template <typename At>
  [[gnu::always_inline]] static double squares_5(const At& x) {
    const double shift = x(0);
    const double d1 = x(1) - shift;
    const double d2 = x(2) - shift;
    const double d3 = x(3) - shift;
    const double d4 = x(4) - shift;
    const double mean = ((d1 + d2) + (d3 + d4)) / 5.0;
    const double e1 = d1 - mean;
    const double e2 = d2 - mean;
    const double e3 = d3 - mean;
    const double e4 = d4 - mean;
    return ((e1 * e1 + e2 * e2) + (e3 * e3 + e4 * e4)) + mean * mean;
  }
  [[gnu::always_inline]] static double joined(double late, double early, double difference, double length) {
    return (late + early) + difference * difference / length;
  }
};

class WindowSquares20Columns;

/// Value by value. Trivially copyable: its bytes are its state.
class WindowSquares20 {
 public:
  /// Takes the next value; the result holds from the 20th on.
  double push(double value) {
    ++now_;
    values_.at(now_, 0) = value;
    lags_5_.at(now_, 0) = value - values_.at(now_, 5);
    differences_5_.at(now_, 0) = SquaresFormula::difference_5(lags_5_.back_from(now_));
    const double difference_10 = SquaresFormula::difference_10(differences_5_.back_from(now_));
    squares_5_.at(now_, 0) = SquaresFormula::squares_5(values_.back_from(now_));
    squares_10_.at(now_, 0) = SquaresFormula::joined(squares_5_.at(now_, 0), squares_5_.at(now_, 5),
                                                     differences_5_.at(now_, 0), 10.0);
    return SquaresFormula::joined(squares_10_.at(now_, 0), squares_10_.at(now_, 10), difference_10, 20.0);
  }

 private:
  friend class WindowSquares20Columns;

  std::uint64_t now_ = 0;
  Ring<5> values_;
  Ring<4> lags_5_;
  Ring<10> differences_5_;
  Ring<5> squares_5_;
  Ring<10> squares_10_;
};

/// The same over a block of rows at a time.
class WindowSquares20Columns {
 public:
  /// Goes on where a stream stands.
  void load(const WindowSquares20& stream) {
    stream.values_.write_to(stream.now_, values_);
    stream.lags_5_.write_to(stream.now_, lags_5_);
    stream.differences_5_.write_to(stream.now_, differences_5_);
    stream.squares_5_.write_to(stream.now_, squares_5_);
    stream.squares_10_.write_to(stream.now_, squares_10_);
  }
  /// Lets a stream go on after the blocks taken. Requires: `rows` rows were taken since load().
  void store(std::size_t rows, WindowSquares20& stream) const {
    stream.now_ += rows;
    stream.values_.read_from(stream.now_, values_);
    stream.lags_5_.read_from(stream.now_, lags_5_);
    stream.differences_5_.read_from(stream.now_, differences_5_);
    stream.squares_5_.read_from(stream.now_, squares_5_);
    stream.squares_10_.read_from(stream.now_, squares_10_);
  }

  /// Takes a block's values and writes its squares. Requires: rows <= kBlockRows.
  [[gnu::always_inline]] void push(const double* values, std::size_t rows, double* squares) {
    std::copy_n(values, rows, values_.now());
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows; ++i) lags_5_.now()[i] = values_.now()[i] - *(values_.now() + i - 5);
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows; ++i) {
      differences_5_.now()[i] = SquaresFormula::difference_5(lags_5_.back_from(i));
      squares_5_.now()[i] = SquaresFormula::squares_5(values_.back_from(i));
    }
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows; ++i) {
      squares_10_.now()[i] = SquaresFormula::joined(squares_5_.now()[i], *(squares_5_.now() + i - 5),
                                                    differences_5_.now()[i], 10.0);
    }
    GOLDTAPE_ROWS_APART
    for (std::size_t i = 0; i < rows; ++i) {
      squares[i] = SquaresFormula::joined(squares_10_.now()[i], *(squares_10_.now() + i - 10),
                                          SquaresFormula::difference_10(differences_5_.back_from(i)), 20.0);
    }
    values_.roll(rows);
    lags_5_.roll(rows);
    differences_5_.roll(rows);
    squares_5_.roll(rows);
    squares_10_.roll(rows);
  }

 private:
  HistoryColumn<5> values_;
  HistoryColumn<4> lags_5_;
  HistoryColumn<10> differences_5_;
  HistoryColumn<5> squares_5_;
  HistoryColumn<10> squares_10_;
};

}  // namespace goldtape::feature
