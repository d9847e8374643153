#include "registry/net/server.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "registry/net/peer.h"
#include "registry/net/session.h"

namespace countersign::registry::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using base::Result;

Result<tcp::endpoint> parse_endpoint(const std::string& text) {
  const Error bad(ErrorCode::bad_config, "listen: \"" + text + "\" is not ADDRESS:PORT with a numeric address");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad;
  std::string address = text.substr(0, colon);
  const bool bracketed = address.front() == '[' && address.back() == ']';
  if (bracketed) address = address.substr(1, address.size() - 2);
  if (bracketed != (address.find(':') != std::string::npos)) return bad;
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos) return bad;
  const int number = std::stoi(port);
  boost::system::error_code code;
  const auto ip = asio::ip::make_address(address, code);
  if (code || number > 65535) return bad;
  return tcp::endpoint(ip, static_cast<asio::ip::port_type>(number));
}

asio::ip::address plain_v4(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

}  // namespace

std::string_view to_string(NetEvent::Kind kind) {
  switch (kind) {
    case NetEvent::Kind::connection_refused: return "connection_refused";
    case NetEvent::Kind::handshake_failed: return "handshake_failed";
    case NetEvent::Kind::request_refused: return "request_refused";
    case NetEvent::Kind::deadline_passed: return "deadline_passed";
    case NetEvent::Kind::accept_failed: return "accept_failed";
    case NetEvent::Kind::handler_fault: return "handler_fault";
  }
  return "accept_failed";
}

struct Server::Impl final : SessionHost, Scheduler {
  Impl(ServerOptions with_options, Handler with_handler, NetObserver with_observer)
      : options_(std::move(with_options)), handler_(std::move(with_handler)), observer_(std::move(with_observer)) {}

  // SessionHost
  [[nodiscard]] const ServerOptions& options() const override { return options_; }
  [[nodiscard]] const Handler& handler() const override { return handler_; }
  [[nodiscard]] WorkerPool& workers() override { return *workers_; }
  [[nodiscard]] bool stopping() const override { return stopping_; }
  void observe(NetEvent::Kind kind, const std::string& peer, std::string detail) override {
    if (observer_) observer_(NetEvent{kind, peer, std::move(detail)});
  }
  void session_ended(Session& session) override;

  // Scheduler
  void after(base::Milliseconds delay, std::function<void()> function) override;

  Result<void> listen();
  Result<void> listen_on(const std::string& where);
  void accept_next(std::size_t index);
  void take(tcp::socket socket);
  bool admit(const std::string& key);
  void run();
  void begin_stop();
  void end_drain();
  [[nodiscard]] std::vector<std::shared_ptr<Session>> live_sessions();

  const ServerOptions options_;
  const Handler handler_;
  const NetObserver observer_;
  std::shared_ptr<TlsContext> tls_;

  asio::io_context context_;
  asio::strand<asio::io_context::executor_type> control_{context_.get_executor()};  // acceptors, signals, drain
  asio::executor_work_guard<asio::io_context::executor_type> busy_{context_.get_executor()};
  asio::signal_set signals_{control_};
  asio::steady_timer drain_timer_{control_};
  std::vector<tcp::acceptor> acceptors_;
  std::vector<std::uint16_t> ports_;
  std::vector<asio::steady_timer> accept_pauses_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> stop_begun_ = false;

  std::mutex mutex_;
  std::unordered_map<Session*, std::pair<std::weak_ptr<Session>, std::string>> sessions_;  // with the counting key
  std::unordered_map<std::string, std::size_t> per_address_;
  std::size_t admitted_ = 0;

  std::unique_ptr<WorkerPool> workers_;  // last: its threads use the rest
};

Result<void> Server::Impl::listen() {
  if (options_.listen.empty()) return Error(ErrorCode::bad_config, "listen: no address given");
  if (options_.tls) {
    auto tls = TlsContext::load(options_.tls->certificate, options_.tls->key);
    if (!tls) return tls.error();
    tls_ = *std::move(tls);
  }
  for (const std::string& where : options_.listen) {
    const auto done = listen_on(where);
    if (!done) return done;
  }
  return {};
}

Result<void> Server::Impl::listen_on(const std::string& where) {
  const auto endpoint = parse_endpoint(where);
  if (!endpoint) return endpoint.error();
  if (!tls_ && !options_.behind_proxy && !plain_v4(endpoint->address()).is_loopback()) {
    return Error(ErrorCode::bad_config,
                 "listen: " + where + " without TLS is allowed on loopback or behind a proxy only");
  }
  boost::system::error_code code;
  tcp::acceptor acceptor(control_);
  (void)acceptor.open(endpoint->protocol(), code);
  if (!code) (void)acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code && endpoint->address().is_v6()) (void)acceptor.set_option(asio::ip::v6_only(false), code);
  if (!code) (void)acceptor.bind(*endpoint, code);
  if (!code) (void)acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (code) return Error(ErrorCode::io_error, "listen: " + where + ": " + code.message());
  ports_.push_back(acceptor.local_endpoint(code).port());
  acceptors_.push_back(std::move(acceptor));
  accept_pauses_.emplace_back(control_);
  return {};
}

void Server::Impl::accept_next(std::size_t index) {
  acceptors_[index].async_accept(
      asio::make_strand(context_), [this, index](const boost::system::error_code& code, tcp::socket socket) {
        if (stopping_ || code == asio::error::operation_aborted) return;
        if (!code) {
          take(std::move(socket));
          return accept_next(index);
        }
        observe(NetEvent::Kind::accept_failed, {}, code.message());
        // Out of descriptors, most likely: asking again at once would only spin.
        accept_pauses_[index].expires_after(base::Milliseconds{100});
        accept_pauses_[index].async_wait([this, index](const boost::system::error_code& stopped) {
          if (!stopped && !stopping_) accept_next(index);
        });
      });
}

bool Server::Impl::admit(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (admitted_ >= options_.limits.connections) return false;
  std::size_t& from_here = per_address_[key];
  if (!options_.behind_proxy && from_here >= options_.limits.connections_per_address) return false;
  ++from_here;
  ++admitted_;
  return true;
}

void Server::Impl::take(tcp::socket socket) {
  boost::system::error_code code;
  const auto remote = socket.remote_endpoint(code);
  if (code) return;
  const std::string peer = plain_v4(remote.address()).to_string();
  const std::string key = counting_key(peer);
  if (!admit(key)) return observe(NetEvent::Kind::connection_refused, peer, "too many connections");
  (void)socket.set_option(tcp::no_delay(true), code);
  (void)socket.non_blocking(true, code);
  const int fd = socket.native_handle();
  auto transport = tls_ ? tls_->accept(fd) : make_plain_transport(fd);
  if (!transport || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    const std::lock_guard lock(mutex_);
    --admitted_;
    if (--per_address_[key] == 0) per_address_.erase(key);
    return;
  }
  const auto session = std::make_shared<Session>(*this, std::move(socket), std::move(transport), peer);
  {
    const std::lock_guard lock(mutex_);
    sessions_.emplace(session.get(), std::make_pair(std::weak_ptr<Session>(session), key));
  }
  session->start();
  if (stopping_) session->stop_soon();
}

void Server::Impl::session_ended(Session& session) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(&session);
  if (found == sessions_.end()) return;
  const auto counted = per_address_.find(found->second.second);
  if (counted != per_address_.end() && --counted->second == 0) per_address_.erase(counted);
  --admitted_;
  sessions_.erase(found);
  if (stopping_ && sessions_.empty()) end_drain();
}

std::vector<std::shared_ptr<Session>> Server::Impl::live_sessions() {
  std::vector<std::shared_ptr<Session>> live;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : sessions_) {
    if (auto session = entry.second.first.lock()) live.push_back(std::move(session));
  }
  return live;
}

void Server::Impl::after(base::Milliseconds delay, std::function<void()> function) {
  auto timer = std::make_shared<asio::steady_timer>(context_, delay);
  timer->async_wait([this, timer, function = std::move(function)](const boost::system::error_code& code) mutable {
    if (!code && !stopping_) workers_->run(std::move(function));
  });
}

void Server::Impl::begin_stop() {
  if (stop_begun_.exchange(true)) return;
  stopping_ = true;
  asio::post(control_, [this] {
    boost::system::error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_) (void)acceptor.close(ignored);
    for (asio::steady_timer& pause : accept_pauses_) pause.cancel();
    (void)signals_.cancel(ignored);
    auto sessions = live_sessions();
    for (const auto& session : sessions) session->stop_soon();
    drain_timer_.expires_after(options_.limits.drain);
    drain_timer_.async_wait([this](const boost::system::error_code& code) {
      if (code) return;
      for (const auto& session : live_sessions()) session->close_now();  // the last one to go ends the drain
    });
    if (sessions.empty()) end_drain();
  });
}

// Nobody is left, or nobody is waited for any more: the timers of the scheduler must not hold the loop.
void Server::Impl::end_drain() {
  asio::post(control_, [this] {
    drain_timer_.cancel();
    busy_.reset();
    context_.stop();
  });
}

void Server::Impl::run() {
  for (std::size_t i = 0; i < acceptors_.size(); ++i) accept_next(i);
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < options_.io_threads; ++i) threads.emplace_back([this] { context_.run(); });
  context_.run();
  for (std::thread& thread : threads) thread.join();
  workers_->finish();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(ServerOptions options, Handler handler, NetObserver observer) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), std::move(observer));
  const auto listening = impl->listen();
  if (!listening) return listening.error();
  Impl* const raw = impl.get();
  impl->workers_ = std::make_unique<WorkerPool>(
      impl->options_.worker_threads, impl->options_.limits.queued_requests,
      [raw](std::string_view what) { raw->observe(NetEvent::Kind::handler_fault, {}, std::string(what)); });
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2)
  if (impl->options_.stop_on_signals) {
    boost::system::error_code code;
    (void)impl->signals_.add(SIGTERM, code);
    if (!code) (void)impl->signals_.add(SIGINT, code);
    if (code) return Error(ErrorCode::io_error, "signals: " + code.message());
    impl->signals_.async_wait([raw](const boost::system::error_code& cancelled, int) {
      if (!cancelled) raw->begin_stop();
    });
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::vector<std::uint16_t> Server::ports() const { return impl_->ports_; }

Scheduler& Server::scheduler() { return *impl_; }
void Server::run() { impl_->run(); }
void Server::stop() { impl_->begin_stop(); }

}  // namespace countersign::registry::net
