// registry/net/session.h: one connection, from accept to close. Internal to net (includes Asio).
//
// A state machine on the connection's strand: handshake, reading, handling, writing, then reading again or lingering.
// There is one timer; each phase arms it anew. While handling, the socket is still read: end of file cancels the
// request, and what a client sends ahead waits in the inbox, up to the header limit.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "registry/net/request_reader.h"
#include "registry/net/server.h"
#include "registry/net/transport.h"
#include "registry/net/worker_pool.h"

namespace countersign::registry::net {

class Session;

// What a session needs from its server; outlives every session.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  [[nodiscard]] virtual const ServerOptions& options() const = 0;
  [[nodiscard]] virtual const Handler& handler() const = 0;
  [[nodiscard]] virtual WorkerPool& workers() = 0;
  [[nodiscard]] virtual bool stopping() const = 0;
  virtual void observe(NetEvent::Kind kind, const std::string& peer, std::string detail) = 0;
  virtual void session_ended(Session& session) = 0;
};

class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(SessionHost& host, boost::asio::ip::tcp::socket socket, std::unique_ptr<Transport> transport,
          std::string peer);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Any thread.
  void start();
  void stop_soon();  // close when idle, tell a waiting handler, else finish the request first
  void close_now();
  void reply_later(std::uint64_t request_number, Response response);

  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  enum class State { handshake, reading, handling, writing, lingering, closed };

  void advance();  // runs the machine until it must wait
  bool do_handshake();
  bool do_read();
  bool do_write();
  bool do_linger();

  void begin_request();
  bool feed_reader();
  void begin_handling();
  void watch_peer();
  void cancel_handling(CancelReason reason);
  void respond(const Response& response, bool keep_alive);
  void refuse(int status, const std::string& reason);
  void begin_write(std::string text, bool then_linger);
  bool receive(std::size_t limit);
  bool forwarded_peer(Request& request);

  void wait(Io want);
  void arm(base::Milliseconds time);
  void on_deadline();
  void close();

  SessionHost& host_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<Transport> transport_;  // before socket_ closes its descriptor: released in close()
  const std::string peer_;

  State state_ = State::handshake;
  bool read_wait_pending_ = false;
  bool write_wait_pending_ = false;
  std::uint64_t timer_number_ = 0;

  std::unique_ptr<RequestReader> reader_;
  std::string inbox_;
  bool first_byte_seen_ = false;
  bool body_begun_ = false;

  std::uint64_t request_number_ = 0;
  std::unique_ptr<CancelSource> cancel_;
  bool head_only_ = false;
  bool keep_alive_ = false;

  std::string outbox_;
  std::size_t written_ = 0;
  bool linger_after_write_ = false;
  bool continue_reading_after_write_ = false;
  std::size_t lingered_ = 0;
};

}  // namespace countersign::registry::net
