#include "goldtape/reference/halts.h"

#include <algorithm>
#include <array>

namespace goldtape::reference {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using namespace std::chrono_literals;

constexpr Timestamp at(std::chrono::year_month_day day, int hour, int minute, int second) {
  return Timestamp{Date{day}} + hours{hour} + minutes{minute} + seconds{second};
}

/// Eastern time is UTC-5 on the day of 1997 and UTC-4 on those of 2020.
constexpr std::array kHalts{
    Halt{at(1997y / 10 / 27, 19, 36, 0), at(1997y / 10 / 27, 20, 6, 0), "Dow Jones -350 points"},
    Halt{at(1997y / 10 / 27, 20, 30, 0), at(1997y / 10 / 27, 21, 0, 0),
         "Dow Jones -550 points, to the close"},
    Halt{at(2020y / 3 / 9, 13, 34, 13), at(2020y / 3 / 9, 13, 49, 13), "S&P 500 -7 %"},
    Halt{at(2020y / 3 / 12, 13, 35, 44), at(2020y / 3 / 12, 13, 50, 44), "S&P 500 -7 %"},
    Halt{at(2020y / 3 / 16, 13, 30, 1), at(2020y / 3 / 16, 13, 45, 1), "S&P 500 -7 %"},
    Halt{at(2020y / 3 / 18, 16, 56, 17), at(2020y / 3 / 18, 17, 11, 17), "S&P 500 -7 %"},
};

}  // namespace

std::span<const Halt> market_wide_halts() { return kHalts; }

bool is_halted(std::span<const Halt> halts, Timestamp minute) {
  return std::ranges::any_of(
      halts, [&](const Halt& halt) { return halt.start <= minute && minute + minutes{1} <= halt.end; });
}

}  // namespace goldtape::reference
