// The client against a real socket on loopback whose answers are fixed bytes.
#include "common/http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "common/base/handle.h"

namespace countersign::http {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;

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

std::string reply(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

base::MonotonicTime in(milliseconds time) { return std::chrono::steady_clock::now() + time; }

Request get(const std::string& target) {
  Request request;
  request.target = target;
  return request;
}

TEST(HttpClient, BringsStatusHeadersAndBodyOverOneConnection) {
  Server server({reply("200 OK", "hello\n", "ETag: \"abc\"\r\n"), reply("201 Created", "id\n"),
                 reply("404 Not Found", "record_unknown: x\n")});
  auto client = Client::create(server.origin()).value();
  const auto first = client.send(get("/v1/records/alice"), in(milliseconds(5000)));
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "hello\n");
  EXPECT_EQ(first->header("etag"), "\"abc\"");
  EXPECT_EQ(first->header("location"), std::nullopt);

  Request post;
  post.method = Request::Method::post;
  post.target = "/v1/challenges";
  post.headers = {{"Authorization", "Bearer x"}};
  post.body = "countersign challenge v1\n";
  EXPECT_EQ(client.send(post, in(milliseconds(5000)))->status, 201);
  Request remove = get("/v1/challenges/x");
  remove.method = Request::Method::remove;
  const auto third = client.send(remove, in(milliseconds(5000)));
  EXPECT_EQ(third->status, 404);
  EXPECT_EQ(third->body, "record_unknown: x\n");

  server.stop();
  EXPECT_EQ(server.connections(), 1);
  ASSERT_EQ(server.requests().size(), 3U);
  EXPECT_TRUE(server.requests()[0].starts_with("GET /v1/records/alice HTTP/1.1\r\n"));
  EXPECT_EQ(server.requests()[0].find("Authorization"), std::string::npos);
  EXPECT_TRUE(server.requests()[1].starts_with("POST /v1/challenges HTTP/1.1\r\n"));
  EXPECT_NE(server.requests()[1].find("\r\nAuthorization: Bearer x\r\n"), std::string::npos);
  EXPECT_NE(server.requests()[1].find("\r\nContent-Type: text/plain; charset=utf-8\r\n"), std::string::npos);
  EXPECT_TRUE(server.requests()[1].ends_with("\r\n\r\ncountersign challenge v1\n"));
  EXPECT_TRUE(server.requests()[2].starts_with("DELETE /v1/challenges/x HTTP/1.1\r\n"));
  EXPECT_EQ(server.requests()[2].find("Authorization"), std::string::npos);
}

TEST(HttpClient, FollowsNoRedirect) {
  Server server({reply("302 Found", "", "Location: http://127.0.0.1:1/elsewhere\r\n"), reply("200 OK", "")});
  auto client = Client::create(server.origin()).value();
  EXPECT_EQ(client.send(get("/"), in(milliseconds(5000)))->status, 302);
  server.stop();
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClient, UsesNoProxyFromTheEnvironment) {
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
    ASSERT_EQ(::setenv(name, "http://127.0.0.1:1", 1), 0);
  }
  Server server({reply("200 OK", "direct")});
  auto client = Client::create(server.origin()).value();
  const auto response = client.send(get("/"), in(milliseconds(5000)));
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
    ::unsetenv(name);
  }
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->body, "direct");
}

TEST(HttpClient, RefusesMoreBytesThanAsked) {
  ClientOptions options;
  options.max_body = 10;
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& answer : {reply("200 OK", "12345678901"), chunked + "b\r\n12345678901\r\n0\r\n\r\n",
                                    reply("200 OK", "", "X-Long: " + std::string(kMaxHeaders, 'x') + "\r\n")}) {
    Server server({answer});
    auto client = Client::create(server.origin(), options).value();
    const auto response = client.send(get("/"), in(milliseconds(5000)));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::too_large) << to_string(response.error());
  }
  Server server({reply("200 OK", "1234567890")});
  auto client = Client::create(server.origin(), options).value();
  EXPECT_EQ(client.send(get("/"), in(milliseconds(5000)))->body, "1234567890");
}

TEST(HttpClient, KeepsTheDeadlineAgainstSilence) {
  Server server({""});
  auto client = Client::create(server.origin()).value();
  const auto start = std::chrono::steady_clock::now();
  const auto response = client.send(get("/"), in(milliseconds(300)));
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::deadline_passed);
  EXPECT_GE(took, milliseconds(250));
  EXPECT_LT(took, milliseconds(3000));
  EXPECT_EQ(client.send(get("/"), in(milliseconds(-1))).error().code, ErrorCode::deadline_passed);
}

TEST(HttpClient, DropsTheRequestWhenTheInterruptFdEnds) {
  Server server({"", reply("200 OK", "again")});
  auto client = Client::create(server.origin()).value();
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const base::Fd watched(ends[0]);
  std::thread closer([fd = ends[1]] {
    std::this_thread::sleep_for(milliseconds(100));
    ::close(fd);
  });
  const auto start = std::chrono::steady_clock::now();
  const auto response = client.send(get("/"), in(milliseconds(20000)), watched.get());
  const auto took = std::chrono::steady_clock::now() - start;
  closer.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::challenge_withdrawn);
  EXPECT_LT(took, milliseconds(1000));
  // The client is still good, over a new connection.
  EXPECT_EQ(client.send(get("/"), in(milliseconds(5000)))->body, "again");
}

TEST(HttpClient, NamesAnUnreachableRegistry) {
  auto origin = base::Origin::parse("http://127.0.0.1:1").value();
  auto client = Client::create(origin).value();
  EXPECT_EQ(client.send(get("/"), in(milliseconds(5000))).error().code, ErrorCode::registry_unreachable);
  Server server({"this is not HTTP\r\n\r\n"});
  auto other = Client::create(server.origin()).value();
  EXPECT_EQ(other.send(get("/"), in(milliseconds(5000))).error().code, ErrorCode::registry_unreachable);
}

TEST(HttpClient, RefusesARequestThatCouldBecomeTwo) {
  auto client = Client::create(base::Origin::parse("http://127.0.0.1:1").value()).value();
  for (const char* target : {"", "v1", "/a b", "/a\r\nX: y", "/a#b", "/\x80"}) {
    EXPECT_EQ(client.send(get(target), in(milliseconds(1000))).error().code, ErrorCode::bad_request) << target;
  }
  for (const Header& header : {Header{"X", "a\r\nY: b"}, Header{"X:", "a"}, Header{"", "a"}, Header{"X", ""}}) {
    Request request = get("/");
    request.headers = {header};
    EXPECT_EQ(client.send(request, in(milliseconds(1000))).error().code, ErrorCode::bad_request) << header.name;
  }
}

TEST(EncodeSegment, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(encode_segment("alice-1.b_c~d"), "alice-1.b_c~d");
  EXPECT_EQ(encode_segment("CORP\\alice@x+$"), "CORP%5Calice%40x%2B%24");
  EXPECT_EQ(encode_segment("a/b\n\xff"), "a%2Fb%0A%FF");
}

}  // namespace
}  // namespace countersign::http
