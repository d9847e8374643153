#include "pam/errand.h"

#include <algorithm>
#include <chrono>

namespace countersign::pam {

base::Milliseconds time_left(const base::Clock& clock, base::MonotonicTime until) {
  const auto left = std::chrono::duration_cast<base::Milliseconds>(until - clock.monotonic());
  return std::clamp(left, base::Milliseconds(1), host::kMaxCourierDeadline);
}

base::Result<host::CourierReply> run_errand(Machine& machine, const Settings& settings,
                                            const host::CourierRequest& request, base::MonotonicTime until) {
  auto courier = machine.start_courier(settings, request);
  if (!courier) return courier.error();
  return (*courier)->await(until);
}

base::Error no_statements(const host::CourierReply& reply) {
  return {reply.reason.value_or(base::ErrorCode::bad_courier_message), reply.detail};
}

}  // namespace countersign::pam
