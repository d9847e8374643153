#include "registry/net/cancel.h"

#include <mutex>

namespace countersign::registry::net {

struct CancelToken::State {
  std::mutex mutex;
  std::optional<CancelReason> reason;
  bool answered = false;
  std::vector<CancelFunction> functions;
};

std::optional<CancelReason> CancelToken::cancelled() const {
  const std::lock_guard lock(state_->mutex);
  return state_->reason;
}

void CancelToken::on_cancel(CancelFunction function) const {
  std::optional<CancelReason> reason;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->answered) return;
    reason = state_->reason;
    if (!reason) state_->functions.push_back(std::move(function));
  }
  if (reason) function(*reason);
}

CancelSource::CancelSource() : state_(std::make_shared<CancelToken::State>()) {}

std::vector<CancelFunction> CancelSource::cancel(CancelReason reason) const {
  const std::lock_guard lock(state_->mutex);
  if (state_->answered || state_->reason) return {};
  state_->reason = reason;
  return std::move(state_->functions);
}

void CancelSource::answered() const {
  std::vector<CancelFunction> released;  // destroyed outside the lock: they may own what owns a token
  const std::lock_guard lock(state_->mutex);
  state_->answered = true;
  released.swap(state_->functions);
}

}  // namespace countersign::registry::net
