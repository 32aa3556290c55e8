// `goldtape upgrade`, which stands beside init.
#pragma once

#include "command.h"

namespace goldtape::app {

void add_upgrade(Program& program);

}  // namespace goldtape::app
