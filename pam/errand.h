// pam/errand.h: one question to the registry, carried by a courier, with its reply.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/host/courier_message.h"
#include "pam/machine.h"

namespace countersign::pam {

// What is left until then, as a courier takes it: at least a millisecond.
base::Milliseconds time_left(const base::Clock& clock, base::MonotonicTime until);

// Sends a courier and waits for it. `request` names the same time as its deadline.
base::Result<host::CourierReply> run_errand(Machine& machine, const Settings& settings,
                                            const host::CourierRequest& request, base::MonotonicTime until);

// Why a reply that should hold statements holds none.
base::Error no_statements(const host::CourierReply& reply);

}  // namespace countersign::pam
