// Tells people and programs outside that something went wrong: console, log, e-mail, webhook.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"

namespace goldtape::app {

struct Notification {
  std::string event;    ///< failure | success_share | gap | test
  std::string subject;  ///< One line.
  std::string text;     ///< What happened, where, what to do.
};

/// How one channel fared.
struct Delivery {
  std::string channel;  ///< console | log | email | webhook
  std::optional<Error> error;
};

/// Sends to every channel of `notify.channels`; one that fails does not keep the others from it. Secrets
/// (webhook URL, SMTP login) come from the environment: GOLDTAPE_WEBHOOK_URL, GOLDTAPE_SMTP_URL, _USER,
/// _PASSWORD. Errors of a channel: GT6110 (kUsage) it lacks its settings; GT6111 (kUnavailable) the webhook
/// refused; GT7320..
[[nodiscard]] std::vector<Delivery> notify(Console& console, const lake::Lake& lake, const Config& config,
                                           const Notification& notification);

/// notify, where a channel that fails is a line in the log: for the ends of runs.
void notify_quietly(Console& console, const lake::Lake& lake, const Config& config,
                    const Notification& notification);

}  // namespace goldtape::app
