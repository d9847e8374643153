#include "helper/courier/registry_transport.h"

#include <poll.h>
#include <string.h>

#include <algorithm>
#include <cerrno>

namespace countersign::courier {

base::Result<RegistryTransport> RegistryTransport::create(Settings settings, int caller_fd) {
  // Room for the lines around the statements: what the courier takes must also fit into its reply.
  constexpr std::size_t kLargestBody = http::kMaxBody - 1024;
  auto client = http::Client::create(std::move(settings.registry),
                                     {.ca_file = std::move(settings.ca_file), .max_body = kLargestBody});
  if (!client) return client.error();
  return RegistryTransport(std::move(*client), std::move(settings.token), caller_fd);
}

base::Result<http::Response> RegistryTransport::send(http::Request request, base::MonotonicTime deadline) {
  return send_with_token(std::move(request), deadline, caller_fd_);
}

base::Result<http::Response> RegistryTransport::send_anyway(http::Request request, base::MonotonicTime deadline) {
  return send_with_token(std::move(request), deadline, -1);
}

base::Result<http::Response> RegistryTransport::send_with_token(http::Request request, base::MonotonicTime deadline,
                                                                int interrupt_fd) {
  request.headers.push_back({"Countersign-Accept", "1"});
  request.headers.push_back({"Authorization", std::string("Bearer ").append(base::as_text(token_))});
  auto result = client_.send(request, deadline, interrupt_fd);
  std::string& secret = request.headers.back().value;
  ::explicit_bzero(secret.data(), secret.size());
  return result;
}

bool RegistryTransport::pause(base::Milliseconds duration) {
  const auto until = now() + duration;
  for (;;) {
    const auto left = std::chrono::ceil<base::Milliseconds>(until - now()).count();
    pollfd caller{caller_fd_, POLLIN, 0};
    const int ready = ::poll(&caller, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return false;
    if (ready == 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace countersign::courier
