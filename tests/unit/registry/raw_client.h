// A plain TCP client that sends exactly the bytes it is told, and a server run on a thread of the test's own.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "common/base/handle.h"
#include "registry/net/server.h"

namespace countersign::registry::net {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    const timeval limit{10, 0};  // a test that hangs says so
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

  void send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void half_close() const { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }

  // One response by its Content-Length; what there is when the connection ends earlier.
  std::string receive() {
    for (;;) {
      const std::size_t head = held_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t at = held_.find("Content-Length: ");
        const std::size_t body = at < head ? std::stoul(held_.substr(at + 16)) : 0;
        if (held_.size() >= head + 4 + body) {
          const std::string one = held_.substr(0, head + 4 + body);
          held_.erase(0, one.size());
          return one;
        }
      }
      if (!more()) return std::exchange(held_, {});
    }
  }

  // True when the peer closes within the receive limit.
  bool wait_closed() {
    while (more()) {
    }
    return ended_;
  }

 private:
  bool more() {
    char chunk[4096];
    const ssize_t n = ::recv(fd_.get(), chunk, sizeof(chunk), 0);
    ended_ = n == 0 || (n < 0 && errno == ECONNRESET);
    if (n <= 0) return false;
    held_.append(chunk, static_cast<std::size_t>(n));
    return true;
  }

  base::Fd fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string held_;
};

class RunningServer {
 public:
  RunningServer(ServerOptions options, Handler handler, NetObserver observer = {}) {
    options.stop_on_signals = false;
    if (options.listen.empty()) options.listen = {"127.0.0.1:0"};
    auto opened = Server::open(std::move(options), std::move(handler), std::move(observer));
    if (!opened) {
      ADD_FAILURE() << to_string(opened.error());
      return;
    }
    server_ = *std::move(opened);
    thread_ = std::thread([this] { server_->run(); });
  }
  ~RunningServer() {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->ports().at(0); }
  [[nodiscard]] Server& server() const { return *server_; }
  void join() { thread_.join(); }

 private:
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

}  // namespace countersign::registry::net
