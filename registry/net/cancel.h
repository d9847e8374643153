// registry/net/cancel.h: how a handler that waits learns that nobody waits for it any more.
//
// A CancelToken is a cheap copy of a shared flag. on_cancel runs its function once, on a worker thread, when the
// request is cancelled, or at once on the calling thread if it already was; functions of a request that was answered
// never run and are released. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "registry/net/http.h"

namespace countersign::registry::net {

using CancelFunction = std::function<void(CancelReason)>;

class CancelToken {
 public:
  [[nodiscard]] std::optional<CancelReason> cancelled() const;
  void on_cancel(CancelFunction function) const;

 private:
  friend class CancelSource;
  struct State;
  explicit CancelToken(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

class CancelSource {
 public:
  CancelSource();
  [[nodiscard]] CancelToken token() const { return CancelToken(state_); }
  // The functions to run, which the caller takes to a worker; empty when already cancelled or answered.
  [[nodiscard]] std::vector<CancelFunction> cancel(CancelReason reason) const;
  void answered() const;

 private:
  std::shared_ptr<CancelToken::State> state_;
};

}  // namespace countersign::registry::net
