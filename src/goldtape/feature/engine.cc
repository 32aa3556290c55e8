#include "goldtape/feature/engine.h"

#include <array>
#include <cstring>

#include "goldtape/base/hash.h"
#include "goldtape/feature/memory.h"

namespace goldtape::feature {

namespace {

constexpr std::uint32_t kStateVersion = 2;

struct Header {
  std::uint32_t version;
  std::uint32_t size;
  std::uint64_t checksum;
};

}  // namespace

struct SecurityState::Impl {
  Memory memory;
};

SecurityState::SecurityState() : impl_(std::make_unique<Impl>()) {}
SecurityState::SecurityState(const SecurityState& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
SecurityState& SecurityState::operator=(const SecurityState& other) {
  if (this != &other) impl_ = std::make_unique<Impl>(*other.impl_);
  return *this;
}
SecurityState::SecurityState(SecurityState&&) noexcept = default;
SecurityState& SecurityState::operator=(SecurityState&&) noexcept = default;
SecurityState::~SecurityState() = default;

void SecurityState::update(const BarInput& bar, FeatureRow& out) { step(impl_->memory, bar, out); }

void SecurityState::update(const BarColumns& bars, FeatureColumns out) {
  step_columns(impl_->memory, bars, out, Afterwards::kGoesOn);
}

std::string SecurityState::serialize() const {
  std::string bytes(sizeof(Header) + sizeof(Memory), '\0');
  std::memcpy(bytes.data() + sizeof(Header), &impl_->memory, sizeof(Memory));
  const std::string_view body = std::string_view(bytes).substr(sizeof(Header));
  const Header header{.version = kStateVersion, .size = sizeof(Memory), .checksum = xxh3_64(body)};
  std::memcpy(bytes.data(), &header, sizeof(Header));
  return bytes;
}

Result<SecurityState> SecurityState::restore(std::string_view bytes) {
  Header header{};
  if (bytes.size() < sizeof(Header)) return fail(ErrorKind::kDamaged, 1302, "a feature state is cut short");
  std::memcpy(&header, bytes.data(), sizeof(Header));
  if (header.version != kStateVersion || header.size != sizeof(Memory)) {
    return fail(ErrorKind::kUnsupported, 1303,
                "a feature state of version " + std::to_string(header.version) +
                    " cannot go on here; compute the features again from the first bar");
  }
  const auto body = bytes.substr(sizeof(Header));
  if (body.size() != sizeof(Memory) || xxh3_64(body) != header.checksum) {
    return fail(ErrorKind::kDamaged, 1302, "a feature state is cut short or changed");
  }
  SecurityState state;
  std::memcpy(&state.impl_->memory, body.data(), sizeof(Memory));
  return state;
}

void compute(const BarColumns& bars, FeatureColumns out) {
  Memory memory;
  step_columns(memory, bars, out, Afterwards::kDone);
}

std::vector<std::vector<double>> compute(const BarColumns& bars) {
  std::vector<std::vector<double>> columns(kFeatureCount, std::vector<double>(bars.size()));
  std::array<std::span<double>, kFeatureCount> out;
  for (std::size_t id = 0; id < kFeatureCount; ++id) out[id] = columns[id];
  compute(bars, FeatureColumns(out));
  return columns;
}

}  // namespace goldtape::feature
