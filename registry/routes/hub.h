// registry/routes/hub.h: who waits for what, within the registry. Something changed about a topic; whoever listens
// looks again.
//
// A listener hears at most once and then listens anew. Waking says nothing about what changed: the store does. So a
// wake too many is harmless, and a store shared by several registries can bring its own notifications behind the same
// interface.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "common/base/ids.h"

namespace countersign::registry::routes {

class Topic {
 public:
  static Topic challenge(const base::ChallengeId& id) { return Topic("challenge:" + id.str()); }
  static Topic pairing(const std::string& id) { return Topic("pairing:" + id); }
  static Topic cards(const base::UserName& user) { return Topic("cards:" + user.str()); }
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  explicit Topic(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

class Hub {
 public:
  using Ticket = std::uint64_t;
  virtual ~Hub() = default;
  // The function runs on whatever thread wakes, outside of any lock.
  virtual Ticket listen(const Topic& topic, std::function<void()> function) = 0;
  virtual void forget(Ticket ticket) = 0;  // it will not begin to run any more; it may be running
  virtual void wake(const Topic& topic) = 0;
};

class LocalHub final : public Hub {
 public:
  Ticket listen(const Topic& topic, std::function<void()> function) override;
  void forget(Ticket ticket) override;
  void wake(const Topic& topic) override;

  [[nodiscard]] std::size_t listeners() const;

 private:
  mutable std::mutex mutex_;
  Ticket next_ = 1;
  std::map<Ticket, std::string> topics_;
  std::multimap<std::string, std::pair<Ticket, std::function<void()>>> listeners_;
};

}  // namespace countersign::registry::routes
