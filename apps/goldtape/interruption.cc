#include "interruption.h"

#include <csignal>

namespace goldtape::app {

namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

Interruption::Interruption() {
  interrupted = 0;
  old_int_ = std::signal(SIGINT, [](int) { interrupted = 1; });
  old_term_ = std::signal(SIGTERM, [](int) { interrupted = 1; });
}

Interruption::~Interruption() {
  std::signal(SIGINT, old_int_);
  std::signal(SIGTERM, old_term_);
}

bool Interruption::came() { return interrupted != 0; }

}  // namespace goldtape::app
