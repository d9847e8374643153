// registry/net/server.h: the HTTP/1.1 server: sockets, TLS, limits, deadlines, shutdown. It knows no route and no
// database.
//
// The Handler runs on a worker thread and may answer later, from any thread, by calling Reply: the first call counts,
// further ones are ignored, and a Reply that is dropped uncalled answers 500. While a handler waits the connection is
// watched; its end reaches the handler through the CancelToken. Requests of one connection are handled one after
// another. Any read error ends the session. Without TLS the server binds only to loopback, unless it is told that a
// proxy stands in front of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "registry/net/cancel.h"
#include "registry/net/http.h"
#include "registry/net/limits.h"
#include "registry/net/scheduler.h"

namespace countersign::registry::net {

using Reply = std::function<void(Response)>;
using Handler = std::function<void(Request, Reply, CancelToken)>;

// What is worth a log line. Called on I/O and worker threads: must be quick, must not throw.
struct NetEvent {
  enum class Kind {
    connection_refused,
    handshake_failed,
    request_refused,
    deadline_passed,
    accept_failed,
    handler_fault
  };
  Kind kind;
  std::string peer;    // numeric address, may be empty
  std::string detail;  // may quote a peer's bytes: the log sink escapes
};
std::string_view to_string(NetEvent::Kind kind);
using NetObserver = std::function<void(const NetEvent&)>;

struct TlsFiles {
  std::string certificate;
  std::string key;
};

struct ServerOptions {
  std::vector<std::string> listen;  // "127.0.0.1:8443", "[::]:443"; port 0 takes a free one
  std::optional<TlsFiles> tls;
  bool behind_proxy = false;    // believe the last address of X-Forwarded-For; allow clear HTTP on any address
  bool stop_on_signals = true;  // SIGTERM and SIGINT
  unsigned io_threads = 2;
  unsigned worker_threads = 4;
  Limits limits;
};

class Server {
 public:
  // Binds and listens; bad_config when the options do not fit together, io_error when the system refuses.
  static base::Result<std::unique_ptr<Server>> open(ServerOptions options, Handler handler, NetObserver observer = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::vector<std::uint16_t> ports() const;  // one for each `listen`, in order
  [[nodiscard]] Scheduler& scheduler();                    // lives as long as the server

  void run();   // serves until stopped, drains, returns; once
  void stop();  // any thread, any number of times: stop accepting, tell waiting handlers, let the rest finish

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::registry::net
