// courier/registry_transport.h: Transport over common/http. stdin is the caller: whatever becomes readable there after
// the request, its end above all, is a withdrawal.
#pragma once

#include <string>
#include <utility>

#include "common/http/client.h"
#include "helper/courier/settings.h"
#include "helper/courier/transport.h"

namespace countersign::courier {

class RegistryTransport final : public Transport {
 public:
  static base::Result<RegistryTransport> create(Settings settings, int caller_fd);

  base::Result<http::Response> send(http::Request request, base::MonotonicTime deadline) override;
  base::Result<http::Response> send_anyway(http::Request request, base::MonotonicTime deadline) override;
  bool pause(base::Milliseconds duration) override;
  [[nodiscard]] base::MonotonicTime now() const override { return std::chrono::steady_clock::now(); }

 private:
  RegistryTransport(http::Client client, base::SecretBytes token, int caller_fd)
      : client_(std::move(client)), token_(std::move(token)), caller_fd_(caller_fd) {}
  base::Result<http::Response> send_with_token(http::Request request, base::MonotonicTime deadline, int interrupt_fd);
  http::Client client_;
  base::SecretBytes token_;
  int caller_fd_;
};

}  // namespace countersign::courier
