// The questions that the demo asks of its lake, each shown with its answer.
#pragma once

#include <span>
#include <string_view>

namespace goldtape::app {

struct DemoQuery {
  std::string_view title;
  std::string_view sql;
};

[[nodiscard]] std::span<const DemoQuery> demo_queries();

}  // namespace goldtape::app
