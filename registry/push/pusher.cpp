#include "registry/push/pusher.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "registry/push/pusher_impl.h"

namespace countersign::registry::push {

using base::ErrorCode;
using base::Milliseconds;
using base::MonotonicTime;
using base::Result;

namespace {

constexpr Milliseconds kNoticesEvery{2000};
constexpr std::size_t kNoticesAtOnce = 100;
constexpr Milliseconds kNoticeDeadline{600'000};
constexpr Milliseconds kGoodbye{2000};
constexpr Milliseconds kAfterFault{1000};
constexpr std::size_t kMostRings = 4096;

}  // namespace

void Pusher::Impl::run() {
  while (!stopping) {
    try {
      step();
    } catch (const std::exception& failed) {
      fault(failed.what());
      std::this_thread::sleep_for(kAfterFault);
    }
  }
  try {
    goodbye();
  } catch (const std::exception& failed) {
    fault(failed.what());
  }
}

void Pusher::Impl::step() {
  admit_rings();
  if (now() >= next_notices) admit_notices();
  begin_due();
  const MonotonicTime until = std::min(next_notices, queue.next_due(now()).value_or(next_notices));
  const auto rest = std::chrono::ceil<Milliseconds>(until - now());
  for (auto& end : parallel->wait(std::max(rest, Milliseconds{0}))) ended(std::move(end));
}

void Pusher::Impl::begin_due() {
  while (auto delivery = queue.take(now())) begin(*std::move(delivery));
  for (const Delivery& late : queue.take_late()) tell(PushEvent::Kind::dropped, late, "its time is over");
}

void Pusher::Impl::goodbye() {
  const MonotonicTime end = now() + kGoodbye;
  admit_rings();
  begin_due();
  while (parallel->under_way() > 0 && now() < end) {
    for (auto& each : parallel->wait(std::chrono::ceil<Milliseconds>(end - now()))) ended(std::move(each));
  }
}

void Pusher::Impl::admit_rings() {
  std::vector<Ring> taken;
  std::size_t lost = 0;
  {
    const std::lock_guard lock(mutex);
    taken.swap(rings);
    lost = std::exchange(lost_rings, 0);
  }
  if (lost > 0) fault(std::to_string(lost) + " challenges came too fast to ring for");
  for (Ring& ring : taken) admit(std::move(ring));
}

void Pusher::Impl::admit(Ring ring) {
  const std::int64_t now_ms = parts.clock.now_unix_ms();
  std::erase_if(successors, [now_ms](const auto& entry) { return entry.second.deadline_ms <= now_ms; });
  if (!ring.replaced.empty()) {
    for (const base::ChallengeId& before : ring.replaced) {
      if (successors.size() < kMostRings) successors.insert_or_assign(before, ring);
    }
    return;
  }
  Delivery what{.to = {ring.user, {}, {}, {}, {}}, .service = {}, .text = ring.text, .challenge = ring.id};
  what.due = now();
  what.deadline = what.due + Milliseconds{std::max<std::int64_t>(0, ring.deadline_ms - now_ms)};
  send_to_all(ring.user, what, {});
}

void Pusher::Impl::admit_notices() {
  next_notices = now() + kNoticesEvery;
  const auto notices = parts.store.take_notices(kNoticesAtOnce);
  if (!notices) return fault(to_string(notices.error()));
  for (const store::Notice& notice : *notices) {
    Delivery what{.to = {notice.user, {}, {}, {}, {}}, .service = {}, .text = notice_text(notice), .challenge = {}};
    what.due = now();
    what.deadline = what.due + kNoticeDeadline;
    send_to_all(notice.user, what, notice.fingerprint);
  }
}

// To the phones of those who are approvers now, whatever is stored.
void Pusher::Impl::send_to_all(const base::UserName& user, const Delivery& what, const std::string& but_not) {
  const auto subscriptions = parts.store.pushes(user);
  if (!subscriptions) return fault(to_string(subscriptions.error()));
  if (subscriptions->empty()) return;
  const auto current = parts.records.current(user);
  if (!current && current.error().code == ErrorCode::record_unknown) return;
  if (!current) return fault(to_string(current.error()));
  const auto& approvers = (*current)->record->approvers;
  for (const store::PushSubscription& to : *subscriptions) {
    const bool approves = std::any_of(approvers.begin(), approvers.end(), [&](const statement::Approver& approver) {
      return approver.key.fingerprint() == to.fingerprint;
    });
    if (!approves) {
      if (const auto forgotten = parts.store.forget_push(to); !forgotten) fault(to_string(forgotten.error()));
    } else if (to.fingerprint != but_not) {
      Delivery delivery = what;
      delivery.to = to;
      add(std::move(delivery));
    }
  }
}

void Pusher::Impl::add(Delivery delivery) {
  const auto endpoint = Endpoint::parse(delivery.to.endpoint);
  if (!endpoint) return tell(PushEvent::Kind::fault, delivery, to_string(endpoint.error()));
  delivery.service = endpoint->origin().str();
  delivery.id = next_id++;
  if (!queue.add(delivery)) tell(PushEvent::Kind::dropped, delivery, "too many wait");
}

Pusher::Pusher(const PusherParts& parts, Services services, VapidSigner signer, PushObserver observer)
    : impl_(std::make_unique<Impl>(parts, std::move(services), std::move(signer), std::move(observer))) {}

Pusher::~Pusher() { finish(); }

Result<void> Pusher::start() {
  auto parallel = http::Parallel::create();
  if (!parallel) return parallel.error();
  impl_->parallel.emplace(*std::move(parallel));
  impl_->thread = std::thread([it = impl_.get()] { it->run(); });
  return {};
}

void Pusher::finish() {
  if (!impl_->thread.joinable()) return;
  impl_->stopping = true;
  impl_->parallel->wake();
  impl_->thread.join();
}

void Pusher::ring(const store::Challenge& challenge, const std::vector<base::ChallengeId>& replaced) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->rings.size() >= kMostRings) {
      ++impl_->lost_rings;
      return;
    }
    impl_->rings.push_back({challenge.id, challenge.user, challenge.text, challenge.deadline_ms, replaced});
  }
  if (impl_->parallel) impl_->parallel->wake();
}

}  // namespace countersign::registry::push
