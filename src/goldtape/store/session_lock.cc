#include "goldtape/store/session_lock.h"

#include <thread>
#include <utility>

#include <fmt/format.h>

#include "goldtape/store/postgres_session_internal.h"

namespace goldtape::store {
namespace {

constexpr std::chrono::milliseconds kPoll{50};
constexpr const char* kHolderKey = "writer";

std::string holder_of(internal::PostgresSession& session) {
  const auto answer = session.run("SELECT value FROM meta WHERE key = ?", {std::string(kHolderKey)});
  if (!answer || answer->rows.rows.empty()) return "another command";
  return text_of(answer->rows.rows[0][0]);
}

}  // namespace

struct SessionLock::Impl {
  internal::PostgresSession session;
};

SessionLock::SessionLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SessionLock::SessionLock(SessionLock&&) noexcept = default;
SessionLock& SessionLock::operator=(SessionLock&&) noexcept = default;
SessionLock::~SessionLock() = default;

Result<SessionLock> SessionLock::acquire(const std::string& uri, std::string_view holder,
                                         std::chrono::milliseconds timeout) {
  GT_ASSIGN(auto session, internal::PostgresSession::connect(uri, {}));
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    GT_ASSIGN(
        const internal::Answer answer,
        session.run("SELECT pg_try_advisory_lock(hashtext('goldtape writer'), hashtext(current_schema()))"));
    if (int_of(answer.rows.rows.at(0).at(0)) == 1) break;
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(ErrorKind::kConflict, 4002, holder_of(session), uri);
    std::this_thread::sleep_for(kPoll);
  }
  GT_RETURN_IF_ERROR(
      session.run("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = "
                  "excluded.value",
                  {std::string(kHolderKey), std::string(holder)}));
  return SessionLock(std::make_unique<Impl>(Impl{std::move(session)}));
}

}  // namespace goldtape::store
