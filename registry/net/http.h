// registry/net/http.h: what a route sees of HTTP. No socket, no Boost, no TLS.
//
// A Request has passed every size limit and its target has been parsed; header names are lower case, and a header that
// the registry reads stands at most once. A Response with an empty content_type has no body. Plain values, owned by
// whoever holds them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/net/target.h"

namespace countersign::registry::net {

enum class Method { get, head, post, put, del };
std::string_view to_string(Method method);

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::get;
  Target target;
  Headers headers;  // names in lower case
  std::string body;
  std::string peer;  // numeric address of the client; the proxy's word for it only with ServerOptions::behind_proxy

  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

struct Response {
  int status = 500;
  std::string content_type;
  std::string body;
  Headers headers;
};

// The connection is gone or going: what a handler that waits learns through its CancelToken.
enum class CancelReason {
  peer_gone,  // closed, reset, or half-closed: a client that waits keeps its sending side open
  timed_out,  // Limits::request passed; the client has been answered with 503
  stopping,   // the server is shutting down: answer now
};

}  // namespace countersign::registry::net
