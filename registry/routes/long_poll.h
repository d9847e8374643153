// registry/routes/long_poll.h: a request that waits: look, and if there is nothing to say yet, look again whenever the
// topic is woken; when the time is over, look once more and answer.
//
// Listening begins before the first look, so nothing that happens between the two is missed. Ends exactly once: with an
// answer, because the client is gone, or because the server stops (503). on_end runs then, before the answer is sent.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "registry/net/server.h"
#include "registry/routes/hub.h"

namespace countersign::registry::routes {

class LongPoll : public std::enable_shared_from_this<LongPoll> {
 public:
  enum class Look { early, last };
  // With `last` it must have an answer.
  using Looker = std::function<std::optional<net::Response>(Look)>;

  struct Plan {
    Topic topic;
    base::Milliseconds wait;
    Looker look;
    std::function<void()> on_end;
    base::Milliseconds every{0};  // look by itself this often, too: for what another process may change. 0: never
  };

  static void start(Hub& hub, net::Scheduler& scheduler, Plan plan, net::Reply reply, const net::CancelToken& cancel);

  LongPoll(Hub& hub, Plan plan, net::Reply reply) : hub_(hub), plan_(std::move(plan)), reply_(std::move(reply)) {}

 private:
  void listen();
  void look_early();
  static void look_again_after(net::Scheduler& scheduler, base::Milliseconds delay, std::weak_ptr<LongPoll> weak);
  void finish(std::optional<net::Response> response);

  Hub& hub_;
  Plan plan_;
  net::Reply reply_;
  std::mutex mutex_;
  std::optional<Hub::Ticket> ticket_;
  bool finished_ = false;
};

}  // namespace countersign::registry::routes
