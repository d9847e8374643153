// registry/net/limits.h: every bound on what a peer can cause, with its default (docs/PROTOCOL.md and registry.yaml
// name the same numbers). Each deadline is armed anew when its phase begins; whichever passes ends the connection.
#pragma once

#include <cstddef>

#include "common/base/clock.h"

namespace countersign::registry::net {

struct Limits {
  std::size_t header_bytes = 8 * 1024;        // request line and headers; more is 431
  std::size_t body_bytes = 64 * 1024;         // one statement; more is 413
  std::size_t connections = 8192;             // more are closed on accept
  std::size_t connections_per_address = 512;  // an IPv6 /64 counts as one address; not counted behind a proxy
  std::size_t queued_requests = 4096;         // waiting for a worker; more is 503

  base::Milliseconds handshake{10'000};  // TLS
  base::Milliseconds header{10'000};     // first byte to end of headers; on a new connection from its start
  base::Milliseconds body{20'000};       // end of headers to end of body
  base::Milliseconds idle{30'000};       // between requests of a kept connection
  base::Milliseconds request{120'000};   // handler; above the longest long-poll
  base::Milliseconds write{20'000};      // one response
  base::Milliseconds linger{2'000};      // reading and dropping what a refused peer still sends
  base::Milliseconds drain{10'000};      // graceful shutdown
};

}  // namespace countersign::registry::net
