#include <algorithm>
#include <utility>

#include "registry/push/encryption.h"
#include "registry/push/pusher_impl.h"

namespace countersign::registry::push {

using base::Error;
using base::ErrorCode;
using base::Milliseconds;
using base::MonotonicTime;
using base::Result;

namespace {

constexpr base::Seconds kNoticeTtl{24LL * 3600};
constexpr Milliseconds kTryTimeout{10'000};
constexpr std::size_t kMostAnswerBytes = 16UL * 1024;
constexpr std::size_t kTopicCharacters = 32;  // RFC 8030 section 5.4

}  // namespace

// Somebody to be woken? The approver may have gone since, or the browser may have made other keys.
bool Pusher::Impl::still_there(Delivery& delivery) {
  const auto stored = parts.store.pushes(delivery.to.user);
  if (!stored) return false;
  const auto found = std::find_if(stored->begin(), stored->end(), [&](const store::PushSubscription& each) {
    return each.fingerprint == delivery.to.fingerprint && each.endpoint == delivery.to.endpoint;
  });
  if (found == stored->end()) return false;
  delivery.to = *found;
  return true;
}

// Something to be woken for? A challenge that was replaced meanwhile hands its push over.
bool Pusher::Impl::still_wanted(Delivery& delivery) {
  while (delivery.challenge) {
    const auto challenge = parts.store.challenge(*delivery.challenge);
    if (!challenge || challenge->state == store::ChallengeState::posted) return challenge.has_value();
    const auto successor = successors.find(*delivery.challenge);
    if (successor == successors.end()) return false;
    const std::int64_t left = successor->second.deadline_ms - parts.clock.now_unix_ms();
    delivery.challenge = successor->second.id;
    delivery.text = successor->second.text;
    delivery.deadline = now() + Milliseconds{left};
  }
  return true;
}

void Pusher::Impl::begin(Delivery delivery) {
  if (!still_there(delivery) || !still_wanted(delivery)) return queue.ended(delivery);
  ++delivery.tries;
  if (const auto started = request(delivery); !started) {
    queue.ended(delivery);
    return tell(PushEvent::Kind::failed, delivery, to_string(started.error()));
  }
  under_way.emplace(delivery.id, std::move(delivery));
}

Result<void> Pusher::Impl::request(const Delivery& delivery) {
  const auto to = Subscription::parse(delivery.to.endpoint, delivery.to.p256dh, delivery.to.auth);
  if (!to) return to.error();
  const auto reach = authorize_endpoint(to->endpoint, services);
  if (!reach) return reach.error();
  const auto body = seal(delivery.text, *to);
  if (!body) return body.error();
  const Milliseconds rest = std::chrono::ceil<Milliseconds>(delivery.deadline - now());
  if (rest.count() <= 0) return Error(ErrorCode::challenge_expired);
  const auto ttl = delivery.challenge ? std::chrono::ceil<base::Seconds>(rest) : kNoticeTtl;

  http::Request post;
  post.method = http::Request::Method::post;
  post.target = to->endpoint.target();
  post.content_type = "application/octet-stream";
  post.body.assign(body->begin(), body->end());
  post.headers = {{"Authorization", signer.authorization(to->endpoint.origin())},
                  {"Content-Encoding", "aes128gcm"},
                  {"TTL", std::to_string(ttl.count())},
                  {"Urgency", "high"}};
  if (delivery.challenge) post.headers.push_back({"Topic", delivery.challenge->str().substr(0, kTopicCharacters)});

  http::ClientOptions options;
  options.max_body = kMostAnswerBytes;
  if (*reach == Reach::any_address) options.ca_file = services.private_ca;
  if (*reach == Reach::public_addresses) options.addresses = http::Addresses::public_only;
  return parallel->start(delivery.id, to->endpoint.origin(), std::move(post), options, std::min(rest, kTryTimeout));
}

void Pusher::Impl::ended(http::Parallel::Ended end) {
  auto entry = under_way.extract(end.id);
  if (entry.empty()) return;  // its place could not be kept
  Delivery& delivery = entry.mapped();
  queue.ended(delivery);
  const Judgement judgement = judge(end.result, delivery.tries);
  const std::string what = end.result ? "HTTP " + std::to_string(end.result->status) : to_string(end.result.error());
  switch (judgement.verdict) {
    case Verdict::delivered: return tell(PushEvent::Kind::sent, delivery, what);
    case Verdict::gone: {
      const auto forgotten = parts.store.forget_push(delivery.to);
      return tell(PushEvent::Kind::forgotten, delivery, forgotten ? what : to_string(forgotten.error()));
    }
    case Verdict::again: {
      const MonotonicTime due = now() + judgement.pause;
      if (end.result && end.result->retry_after) queue.pause(delivery.to, due, now());
      if (stopping || !queue.again(delivery, due)) tell(PushEvent::Kind::failed, delivery, what);
      return;
    }
    case Verdict::failed: return tell(PushEvent::Kind::failed, delivery, what);
  }
}

}  // namespace countersign::registry::push
