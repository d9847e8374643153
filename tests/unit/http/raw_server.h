// A server on loopback whose answers are fixed bytes, and short words for requests.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "common/base/handle.h"
#include "common/http/client.h"

namespace countersign::http {

// Answers each request on each connection with the next of `answers`; an empty answer is silence. Requests are kept.
class Server {
 public:
  explicit Server(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listen_ = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listen_.get(), generic, size) != 0 || ::listen(listen_.get(), 8) != 0 ||
        ::getsockname(listen_.get(), generic, &size) != 0 || ::pipe(stop_.data()) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    stop();
    ::close(stop_[0]);
  }

  // Ends the thread; what it gathered may be read afterwards.
  void stop() {
    if (!thread_.joinable()) return;
    ::close(stop_[1]);
    thread_.join();
  }
  [[nodiscard]] base::Origin origin() const {
    return base::Origin::parse("http://127.0.0.1:" + std::to_string(port_)).value();
  }
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  [[nodiscard]] bool wait_for(int fd) const {
    std::array<pollfd, 2> set{{{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
    return ::poll(set.data(), set.size(), -1) > 0 && set[1].revents == 0;
  }
  void run() {
    while (wait_for(listen_.get())) {
      const base::Fd peer(::accept(listen_.get(), nullptr, nullptr));
      ++connections_;
      while (wait_for(peer.get()) && serve(peer.get())) {
      }
    }
  }
  bool serve(int peer) {
    std::string request;
    std::array<char, 65536> buffer{};
    const auto got = ::recv(peer, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    request.assign(buffer.data(), static_cast<std::size_t>(got));
    requests_.push_back(request);
    if (next_ >= answers_.size()) return false;
    const std::string& answer = answers_[next_++];
    return ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size());
  }

  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  std::vector<std::string> requests_;
  int connections_ = 0;
  base::Fd listen_;
  std::array<int, 2> stop_{};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

inline std::string reply(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

inline base::MonotonicTime in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

inline Request get(const std::string& target) {
  Request request;
  request.target = target;
  return request;
}

}  // namespace countersign::http
