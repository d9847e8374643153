// registry/routes/router.h: from a request to its route, and from every outcome to a response and a log line.
//
// A route is a function of (Request, Context): it returns the response, or what will wait for one, or an error, which
// becomes the refusal of PROTOCOL.md section 9. Routes know nothing of sockets; the tests call handle() with a Reply of
// their own.
#pragma once

#include <functional>
#include <variant>

#include "registry/net/server.h"
#include "registry/routes/context.h"

namespace countersign::registry::routes {

using Deferred = std::function<void(net::Reply, const net::CancelToken&)>;
using Outcome = std::variant<net::Response, Deferred>;

void handle(const net::Request& request, net::Reply reply, const net::CancelToken& cancel, Context& context);

// Shared by the routes.
net::Response text_response(int status, std::string body);
base::Result<void> require_text_body(const net::Request& request);
// `wait` of a long-poll: 0 to 25 seconds, 0 when missing.
base::Result<base::Milliseconds> wait_of(const net::Request& request);

}  // namespace countersign::registry::routes
