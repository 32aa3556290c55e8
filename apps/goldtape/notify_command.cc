#include <iostream>

#include <fmt/format.h>

#include "command.h"
#include "notification.h"

namespace goldtape::app {

void add_notify(Program& program) {
  auto* command = program.add(
      "notify", "Try the channels that tell of failures: console, log, e-mail, webhook",
      "  goldtape --set notify.channels=console,webhook notify --test\n"
      "Channels are settings (notify.channels, notify.email_to, notify.email_from); secrets come\n"
      "from the environment: GOLDTAPE_WEBHOOK_URL, GOLDTAPE_SMTP_URL, _USER and _PASSWORD.");
  auto test = std::make_shared<bool>(false);
  command->add_flag("--test", *test, "Send a test message to every channel")->required();
  program.on_run(command, [&program]() -> Status {
    GT_ASSIGN(const auto config, program.load_config());
    GT_ASSIGN(const auto lake, program.open_lake());
    const auto deliveries =
        notify(program.console(), lake, config,
               {.event = "test", .subject = "a test", .text = "This is what a notification looks like."});
    std::optional<Error> first;
    for (const Delivery& delivery : deliveries) {
      std::cout << fmt::format("{}: {}\n", delivery.channel,
                               delivery.error ? delivery.error->to_string() : "sent");
      if (delivery.error && !first) first = delivery.error;
    }
    if (first) return std::unexpected(*first);
    return {};
  });
}

}  // namespace goldtape::app
