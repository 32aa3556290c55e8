#include "notification.h"

#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "goldtape/base/log.h"
#include "goldtape/io/http.h"
#include "goldtape/io/mail.h"

namespace goldtape::app {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return value == nullptr ? std::string() : std::string(value);
}

Status send_email(const lake::Lake& lake, const Config& config, const Notification& notification) {
  const io::MailServer server{.url = variable("GOLDTAPE_SMTP_URL"),
                              .user = variable("GOLDTAPE_SMTP_USER"),
                              .password = variable("GOLDTAPE_SMTP_PASSWORD"),
                              .ca_file = config.text("http.ca_file")};
  if (server.url.empty() || config.text("notify.email_from").empty() ||
      config.list("notify.email_to").empty()) {
    return fail(
        ErrorKind::kUsage, 6110,
        "e-mail needs GOLDTAPE_SMTP_URL in the environment, and notify.email_from and notify.email_to",
        "email");
  }
  return io::send_mail(server, {.from = config.text("notify.email_from"),
                                .to = config.list("notify.email_to"),
                                .subject = "goldtape: " + notification.subject,
                                .text = notification.text + "\n\nLake: " + lake.root() + "\n",
                                .date = lake.clock().now()});
}

/// The shape that Slack's incoming webhooks take; others (Mattermost, Rocket.Chat) take it too.
Status send_webhook(const lake::Lake& lake, const Config& config, const Notification& notification) {
  const std::string url = variable("GOLDTAPE_WEBHOOK_URL");
  if (url.empty()) {
    return fail(ErrorKind::kUsage, 6110, "the webhook needs GOLDTAPE_WEBHOOK_URL in the environment",
                "webhook");
  }
  const nlohmann::json body{{"text", fmt::format("*goldtape: {}*\n{}\nLake: {}", notification.subject,
                                                 notification.text, lake.root())}};
  io::HttpOptions options;
  options.ca_file = config.text("http.ca_file");
  options.total_timeout = std::chrono::seconds(30);
  options.max_body_bytes = 1 << 20;
  io::HttpClient client(options);
  GT_ASSIGN(const io::HttpResponse answer,
            client.send({.method = "POST",
                         .url = url,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                         .shown_as = "webhook"}));
  if (answer.status >= 200 && answer.status < 300) return {};
  return fail(ErrorKind::kUnavailable, 6111, fmt::format("the webhook answered {}", answer.status),
              "webhook");
}

Status send(const std::string& channel, Console& console, const lake::Lake& lake, const Config& config,
            const Notification& notification) {
  if (channel == "console") {
    console.say(fmt::format("{}: {}", notification.subject, notification.text));
    return {};
  }
  if (channel == "log") {
    log::warn(notification.subject, {{"event", notification.event}, {"text", notification.text}});
    return {};
  }
  if (channel == "email") return send_email(lake, config, notification);
  if (channel == "webhook") return send_webhook(lake, config, notification);
  return fail(ErrorKind::kUsage, 6110,
              fmt::format("there is no channel '{}'; there are console, log, email and webhook", channel),
              "notify.channels");
}

}  // namespace

std::vector<Delivery> notify(Console& console, const lake::Lake& lake, const Config& config,
                             const Notification& notification) {
  std::vector<Delivery> out;
  for (const std::string& channel : config.list("notify.channels")) {
    const Status sent = send(channel, console, lake, config, notification);
    out.push_back({channel, sent ? std::nullopt : std::optional(sent.error())});
  }
  return out;
}

void notify_quietly(Console& console, const lake::Lake& lake, const Config& config,
                    const Notification& notification) {
  for (const Delivery& delivery : notify(console, lake, config, notification)) {
    if (delivery.error) log::error(*delivery.error, {{"channel", delivery.channel}});
  }
}

}  // namespace goldtape::app
