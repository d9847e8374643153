// courier/transport.h: the registry as this program speaks to it, and a way to pause that notices a withdrawal. An
// interface, so that errands are tested against every answer a registry could give.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/http/client.h"

namespace countersign::courier {

class Transport {
 public:
  virtual ~Transport() = default;

  // Adds the host's token. Errors as http::Client::send; challenge_withdrawn when the caller closed our stdin.
  virtual base::Result<http::Response> send(http::Request request, base::MonotonicTime deadline) = 0;
  // The same, deaf to the caller: for what is left to do after a withdrawal.
  virtual base::Result<http::Response> send_anyway(http::Request request, base::MonotonicTime deadline) = 0;
  // False when the caller closed our stdin meanwhile.
  virtual bool pause(base::Milliseconds duration) = 0;
  [[nodiscard]] virtual base::MonotonicTime now() const = 0;
};

}  // namespace countersign::courier
