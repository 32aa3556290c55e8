#include "console.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace goldtape::app {

namespace {

using namespace std::chrono_literals;

constexpr auto kRedraw = 100ms;
constexpr auto kLogEvery = 10s;
constexpr int kBarWidth = 24;

std::string bar(std::uint64_t done, std::uint64_t total) {
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<int>(share * kBarWidth);
  std::string text;
  for (int i = 0; i < kBarWidth; ++i) text += i < full ? "█" : "░";
  return fmt::format("{} {:3.0f} %", text, share * 100.0);
}

std::string eta(std::chrono::steady_clock::duration elapsed, std::uint64_t done, std::uint64_t total) {
  if (done == 0 || total <= done || elapsed < 1s) return {};
  const double left = static_cast<double>(total - done) / static_cast<double>(done);
  return ", " + duration_text(std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed * left)) + " left";
}

}  // namespace

Console::Console() : terminal_(isatty(STDERR_FILENO) == 1) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  color_ = terminal_ && !dumb && std::getenv("NO_COLOR") == nullptr;
}

void Console::say(std::string_view line) {
  if (quiet_) return;
  end_progress();
  fmt::print(stderr, "{}\n", line);
}

void Console::error(const Error& error) {
  end_progress();
  fmt::print(stderr, "{} {}\n", bold("error"), error.to_string());
}

void Console::progress(std::string_view what, std::uint64_t done, std::uint64_t total,
                       std::string_view unit) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  if (what != step_) {
    end_progress();
    step_ = what;
    step_started_ = now;
    last_drawn_ = now;
  }
  if (now - last_drawn_ <
      (terminal_ ? std::chrono::nanoseconds(kRedraw) : std::chrono::nanoseconds(kLogEvery)))
    return;
  last_drawn_ = now;
  const std::string amount =
      total > 0 ? fmt::format("{}/{}", count_text(done), count_text(total)) : count_text(done);
  const std::string left = eta(now - step_started_, done, total);
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{} {} {} {}{}", what, total > 0 ? bar(done, total) : "", amount, unit, left);
    std::fflush(stderr);
    in_progress_ = true;
  } else {
    fmt::print(stderr, "{}: {} {}{}\n", what, amount, unit, left);
  }
}

void Console::end_progress() {
  step_.clear();
  if (!in_progress_) return;
  fmt::print(stderr, "\r\033[K");
  in_progress_ = false;
}

std::string Console::bold(std::string_view text) const {
  return color_ ? fmt::format("\033[1m{}\033[0m", text) : std::string(text);
}

std::string Console::dim(std::string_view text) const {
  return color_ ? fmt::format("\033[2m{}\033[0m", text) : std::string(text);
}

int Console::out_rows() const {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_row;
}

std::string duration_text(std::chrono::nanoseconds elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  if (seconds < 0.0995) return fmt::format("{:.0f} ms", seconds * 1000.0);
  if (seconds < 60.0) return fmt::format("{:.2f} s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds);
  return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024.0 && unit + 1 < std::size(kUnits); ++unit) value /= 1024.0;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace goldtape::app
