#include "goldtape/base/log.h"

#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "goldtape/base/text.h"
#include "goldtape/base/time.h"

namespace goldtape::log {

namespace {

constexpr std::array<std::string_view, 5> kLevels{"debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 2> kFormats{"human", "json"};

/// The version of the Elastic Common Schema whose field names are used.
constexpr std::string_view kEcsVersion = "8.11.0";

/// Hands finished lines to a function.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> write_;
};

struct State {
  Level level = Level::kWarn;
  Format format = Format::kHuman;
  Redactor redactor;
  std::shared_ptr<spdlog::logger> logger;
};

std::shared_ptr<spdlog::logger> make_logger(std::function<void(std::string_view)> sink) {
  spdlog::sink_ptr target;
  if (sink) {
    target = std::make_shared<FunctionSink>(std::move(sink));
  } else {
    target = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("goldtape", std::move(target));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

class Current {
 public:
  Current() { state_ = std::make_shared<State>(State{.redactor = {}, .logger = make_logger({})}); }
  std::shared_ptr<const State> get() {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  void set(std::shared_ptr<const State> state) {
    const std::lock_guard lock(mutex_);
    state_ = std::move(state);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const State> state_;
};

Current& current() {
  static Current state;
  return state;
}

Timestamp now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

nlohmann::ordered_json json_value(const Field& field, const Redactor& redactor) {
  if (const auto* text = std::get_if<std::string>(&field.value)) return redactor.redact(*text);
  return std::visit([](const auto& value) { return nlohmann::ordered_json(value); }, field.value);
}

std::string human_value(const Field& field, const Redactor& redactor) {
  const auto* text = std::get_if<std::string>(&field.value);
  if (text == nullptr) {
    return std::visit(
        [](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
            return value;
          } else {
            return fmt::format("{}", value);
          }
        },
        field.value);
  }
  std::string shown = redactor.redact(*text);
  const bool plain = !shown.empty() && shown.find_first_of(" \t\r\n\"=") == std::string::npos;
  return plain ? shown : nlohmann::json(shown).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string human_line(const State& state, Level level, std::string_view message, const Fields& fields) {
  const std::string time = format_timestamp(now());
  const std::string_view clock = std::string_view(time).substr(11, time.size() - 12);
  std::string line = fmt::format("{:<12} {:<5} {}", clock, to_string(level), state.redactor.redact(message));
  for (const Field& field : fields)
    line += fmt::format(" {}={}", field.key, human_value(field, state.redactor));
  return line;
}

/// https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html
std::string json_line(const State& state, Level level, std::string_view message, const Fields& fields) {
  nlohmann::ordered_json line;
  line["@timestamp"] = format_timestamp(now());
  line["log.level"] = to_string(level);
  line["message"] = state.redactor.redact(message);
  line["ecs.version"] = kEcsVersion;
  line["service.name"] = "goldtape";
  for (const Field& field : fields) {
    const bool is_ecs = field.key.find('.') != std::string_view::npos;
    auto& place = is_ecs ? line : line["goldtape"];
    place[std::string(field.key)] = json_value(field, state.redactor);
  }
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string_view to_string(Level level) { return kLevels[std::to_underlying(level)]; }

Result<Level> parse_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == text) return static_cast<Level>(i);
  }
  return fail(ErrorKind::kUsage, 1032,
              fmt::format("unknown log level '{}'; write {}", text, join_or(kLevels)));
}

Result<Format> parse_format(std::string_view text) {
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    if (kFormats[i] == text) return static_cast<Format>(i);
  }
  return fail(ErrorKind::kUsage, 1033,
              fmt::format("unknown log format '{}'; write {}", text, join_or(kFormats)));
}

void configure(Options options) {
  current().set(std::make_shared<State>(State{.level = options.level,
                                              .format = options.format,
                                              .redactor = std::move(options.redactor),
                                              .logger = make_logger(std::move(options.sink))}));
}

bool enabled(Level level) { return level != Level::kOff && level >= current().get()->level; }

void write(Level level, std::string_view message, const Fields& fields) {
  const auto state = current().get();
  if (level == Level::kOff || level < state->level) return;
  const std::string line = state->format == Format::kJson ? json_line(*state, level, message, fields)
                                                          : human_line(*state, level, message, fields);
  state->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void error(const Error& error, const Fields& fields) {
  Fields all{{"error.code", fmt::format("GT{:04d}", error.code)},
             {"error.type", std::string(goldtape::to_string(error.kind))}};
  if (!error.where.empty()) all.push_back({"where", error.where});
  all.insert(all.end(), fields.begin(), fields.end());
  write(Level::kError, error.message, all);
}

}  // namespace goldtape::log
