#include "registry/routes/long_poll.h"

#include "registry/routes/reason.h"

namespace countersign::registry::routes {

void LongPoll::start(Hub& hub, net::Scheduler& scheduler, Plan plan, net::Reply reply, const net::CancelToken& cancel) {
  const base::Milliseconds wait = plan.wait;
  const auto poll = std::make_shared<LongPoll>(hub, std::move(plan), std::move(reply));
  cancel.on_cancel([weak = std::weak_ptr(poll)](net::CancelReason reason) {
    const auto self = weak.lock();
    if (!self) return;
    const base::Error stopping(base::ErrorCode::registry_unreachable, "the registry is shutting down");
    self->finish(reason == net::CancelReason::stopping ? std::optional(refuse(stopping)) : std::nullopt);
  });
  scheduler.after(wait, [weak = std::weak_ptr(poll)] {
    if (const auto self = weak.lock()) self->finish(self->plan_.look(Look::last));
  });
  if (poll->plan_.every > base::Milliseconds{0}) look_again_after(scheduler, poll->plan_.every, poll);
  poll->listen();  // from here the hub keeps it alive
  poll->look_early();
}

void LongPoll::listen() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  ticket_ = hub_.listen(plan_.topic, [self = shared_from_this()] {
    self->listen();
    self->look_early();
  });
}

void LongPoll::look_again_after(net::Scheduler& scheduler, base::Milliseconds delay, std::weak_ptr<LongPoll> weak) {
  scheduler.after(delay, [&scheduler, delay, weak = std::move(weak)] {
    const auto self = weak.lock();
    if (!self) return;
    self->look_early();
    look_again_after(scheduler, delay, weak);
  });
}

void LongPoll::look_early() {
  auto response = plan_.look(Look::early);
  if (response) finish(std::move(response));
}

void LongPoll::finish(std::optional<net::Response> response) {
  std::optional<Hub::Ticket> ticket;
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    ticket = std::exchange(ticket_, std::nullopt);
  }
  if (ticket) hub_.forget(*ticket);
  if (plan_.on_end) plan_.on_end();
  if (response) reply_(*std::move(response));
}

}  // namespace countersign::registry::routes
