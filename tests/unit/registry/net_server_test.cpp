#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "raw_client.h"
#include "registry/net/response_text.h"

namespace countersign::registry::net {
namespace {

using base::ErrorCode;
using base::Milliseconds;

const char* const kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

void echo(Request request, const Reply& reply, const CancelToken&) {
  reply(plain_response(200, std::string(to_string(request.method)) + " " + request.target.path() + " " + request.body +
                                " " + request.peer));
}

ServerOptions with_limits(const Limits& limits) {
  ServerOptions options;
  options.limits = limits;
  return options;
}

ServerOptions behind_proxy() {
  ServerOptions options;
  options.behind_proxy = true;
  return options;
}

// Keeps what a waiting handler was given, so that the test can answer or watch.
struct Waiting {
  std::mutex mutex;
  std::vector<Reply> replies;
  std::vector<CancelReason> cancels;

  Handler handler() {
    return [this](Request, Reply reply, const CancelToken& token) {
      {
        const std::lock_guard lock(mutex);
        replies.push_back(std::move(reply));
      }
      token.on_cancel([this](CancelReason reason) {
        const std::lock_guard lock(mutex);
        cancels.push_back(reason);
        if (reason == CancelReason::stopping) replies.back()(plain_response(503, "registry_unreachable: stopping"));
      });
    };
  }
  bool waits(std::size_t count) {
    return eventually([&] {
      const std::lock_guard lock(mutex);
      return replies.size() == count;
    });
  }
  bool cancelled(CancelReason reason) {
    return eventually([&] {
      const std::lock_guard lock(mutex);
      return cancels == std::vector<CancelReason>{reason};
    });
  }
};

TEST(Server, AnswersAndKeepsTheConnection) {
  RunningServer server({}, echo);
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_NE(client.receive().find("\r\n\r\nGET /a  127.0.0.1\n"), std::string::npos);
  client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_NE(client.receive().find("\r\n\r\nPOST /b hi 127.0.0.1\n"), std::string::npos);
  client.send("GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.receive().find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(client.wait_closed());
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  RunningServer server({}, echo);
  RawClient client(server.port());
  std::string both = kGet;
  client.send(both + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.receive().find("GET /a"), std::string::npos);
  EXPECT_NE(client.receive().find("GET /b"), std::string::npos);
}

TEST(Server, ContinuesABodyThatIsAskedFor) {
  RunningServer server({}, echo);
  RawClient client(server.port());
  client.send("POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_NE(client.receive().find("POST /b hi"), std::string::npos);
}

TEST(Server, AReadErrorAnswersOnceAndEndsTheSession) {
  std::atomic<int> handled = 0;
  RunningServer server({}, [&](Request, const Reply& reply, const CancelToken&) {
    ++handled;
    reply(plain_response(200, "x"));
  });
  RawClient client(server.port());
  client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n" + std::string(70000, 'x') + kGet);
  EXPECT_EQ(client.receive().rfind("HTTP/1.1 413 ", 0), 0U);
  client.half_close();
  EXPECT_TRUE(client.wait_closed());
  EXPECT_EQ(handled, 0);
}

TEST(Server, AThrowingHandlerAnswers500AndIsReported) {
  std::atomic<int> faults = 0;
  RunningServer server(
      {}, [](Request, const Reply&, const CancelToken&) { throw std::runtime_error("bang"); },
      [&](const NetEvent& event) {
        faults += event.kind == NetEvent::Kind::handler_fault && event.detail == "bang" ? 1 : 100;
      });
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_EQ(client.receive().rfind("HTTP/1.1 500 ", 0), 0U);
  // The dropped reply answers while the exception is still on its way to the observer.
  for (int i = 0; i < 500 && faults == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(faults, 1);
}

TEST(Server, TheFirstReplyCounts) {
  RunningServer server({}, [](Request, const Reply& reply, const CancelToken&) {
    reply(plain_response(200, "first"));
    reply(plain_response(200, "second"));
  });
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_NE(client.receive().find("first"), std::string::npos);
  client.send(kGet);
  EXPECT_NE(client.receive().find("first"), std::string::npos);
}

// However a peer goes, its wait is cancelled.
struct Leaving {
  const char* name;
  void (*go)(RawClient& client);
};
class PeerGone : public ::testing::TestWithParam<Leaving> {};

TEST_P(PeerGone, CancelsTheWait) {
  Waiting waiting;
  RunningServer server({}, waiting.handler());
  RawClient client(server.port());
  client.send(kGet);
  ASSERT_TRUE(waiting.waits(1));
  GetParam().go(client);
  EXPECT_TRUE(waiting.cancelled(CancelReason::peer_gone));
}

INSTANTIATE_TEST_SUITE_P(Table, PeerGone,
                         ::testing::Values(Leaving{"closes", [](RawClient& client) { client.close(); }},
                                           Leaving{"half_closes", [](RawClient& client) { client.half_close(); }},
                                           Leaving{"sends_too_much_ahead",
                                                   [](RawClient& client) {
                                                     client.send(std::string(100'000, 'x'));
                                                     EXPECT_TRUE(client.wait_closed());
                                                   }}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Server, ALateReplyFromAnotherThreadArrives) {
  Waiting waiting;
  RunningServer server({}, waiting.handler());
  RawClient client(server.port());
  client.send(kGet);
  ASSERT_TRUE(waiting.waits(1));
  waiting.replies.at(0)(plain_response(200, "late"));
  EXPECT_NE(client.receive().find("late"), std::string::npos);
  EXPECT_TRUE(waiting.cancels.empty());
}

TEST(Server, AHandlerThatTakesTooLongIsCancelledAndAnswered) {
  Waiting waiting;
  RunningServer server(with_limits({.request = Milliseconds{100}}), waiting.handler());
  RawClient client(server.port());
  client.send(kGet);
  EXPECT_EQ(client.receive().rfind("HTTP/1.1 503 ", 0), 0U);
  EXPECT_TRUE(waiting.cancelled(CancelReason::timed_out));
}

TEST(Server, ASlowHeaderIsCutOff) {
  RunningServer server(with_limits({.header = Milliseconds{200}}), echo);
  RawClient client(server.port());
  const auto start = std::chrono::steady_clock::now();
  for (const char c : std::string("GET /a")) {  // a byte now and then must not push the deadline away
    client.send(std::string(1, c));
    std::this_thread::sleep_for(Milliseconds{50});
  }
  EXPECT_EQ(client.receive().rfind("HTTP/1.1 408 ", 0), 0U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST(Server, ASilentConnectionIsClosed) {
  RunningServer server(with_limits({.header = Milliseconds{100}, .idle = Milliseconds{100}}), echo);
  RawClient silent(server.port());
  EXPECT_TRUE(silent.wait_closed());
  RawClient idle(server.port());
  idle.send(kGet);
  EXPECT_NE(idle.receive().find("200 OK"), std::string::npos);
  EXPECT_TRUE(idle.wait_closed());
}

TEST(Server, ConnectionsBeyondTheLimitAreClosedAndPlacesComeBack) {
  std::atomic<int> refused = 0;
  RunningServer server(with_limits({.connections_per_address = 2}), echo, [&](const NetEvent& event) {
    if (event.kind == NetEvent::Kind::connection_refused) ++refused;
  });
  RawClient first(server.port());
  first.send(kGet);
  EXPECT_NE(first.receive().find("200 OK"), std::string::npos);
  RawClient second(server.port());
  second.send(kGet);
  EXPECT_NE(second.receive().find("200 OK"), std::string::npos);
  RawClient third(server.port());
  EXPECT_TRUE(third.wait_closed());
  EXPECT_EQ(refused, 1);
  first.close();
  EXPECT_TRUE(eventually([&] {
    RawClient again(server.port());
    again.send(kGet);
    return again.receive().find("200 OK") != std::string::npos;
  }));
}

TEST(Server, ForwardedAddressCountsOnlyBehindAProxy) {
  const std::string request =
      "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7, 2001:db8:0::1\r\n\r\n";
  RunningServer direct({}, echo);
  RawClient to_direct(direct.port());
  to_direct.send(request);
  EXPECT_NE(to_direct.receive().find(" 127.0.0.1\n"), std::string::npos);
  RunningServer proxied(behind_proxy(), echo);
  RawClient to_proxied(proxied.port());
  to_proxied.send(request);
  EXPECT_NE(to_proxied.receive().find(" 2001:db8::1\n"), std::string::npos);
}

TEST(Server, StoppingAnswersTheWaitingAndClosesTheIdle) {
  Waiting waiting;
  RunningServer server({}, waiting.handler());
  RawClient idle(server.port());
  RawClient client(server.port());
  client.send(kGet);
  ASSERT_TRUE(waiting.waits(1));
  server.server().stop();
  const std::string answer = client.receive();
  EXPECT_EQ(answer.rfind("HTTP/1.1 503 ", 0), 0U);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  client.close();
  EXPECT_TRUE(idle.wait_closed());
  server.join();
  EXPECT_FALSE(RawClient(server.port()).connected());
}

TEST(Server, TheDrainHasAnEnd) {
  std::vector<Reply> kept;
  std::mutex mutex;
  RunningServer server(with_limits({.drain = Milliseconds{200}}), [&](Request, Reply reply, const CancelToken&) {
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(reply));  // never answered, deaf to its token
  });
  RawClient client(server.port());
  client.send(kGet);
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return kept.size() == 1;
  }));
  const auto start = std::chrono::steady_clock::now();
  server.server().stop();
  server.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  kept.at(0)(plain_response(200, "too late"));
}

TEST(Server, TheSchedulerRunsLaterOnAWorker) {
  RunningServer server({}, echo);
  std::atomic<bool> ran = false;
  server.server().scheduler().after(Milliseconds{20}, [&] { ran = true; });
  server.server().scheduler().after(std::chrono::hours{1}, [&] { FAIL(); });
  EXPECT_TRUE(eventually([&] { return ran.load(); }));
}

TEST(Server, ManyClientsAtOnce) {
  RunningServer server({}, echo);
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        RawClient client(server.port());
        for (int i = 0; i < 5; ++i) {
          client.send(kGet);
          if (client.receive().find("200 OK") != std::string::npos) ++good;
        }
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 400);
}

// What goes wrong on either side of one request, and the status that tells the peer.
struct Fault {
  const char* name;
  const char* request;
  Handler handler;
  ServerOptions options;
  int status;
};
class ServerFault : public ::testing::TestWithParam<Fault> {};

TEST_P(ServerFault, IsAnswered) {
  RunningServer server(GetParam().options, GetParam().handler);
  RawClient client(server.port());
  client.send(GetParam().request);
  EXPECT_EQ(client.receive().rfind("HTTP/1.1 " + std::to_string(GetParam().status) + " ", 0), 0U);
}

void drop(const Request&, const Reply&, const CancelToken&) {}

INSTANTIATE_TEST_SUITE_P(
    Table, ServerFault,
    ::testing::Values(Fault{"dropped_reply", kGet, drop, {}, 500},
                      Fault{"slow_body", "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh", echo,
                            with_limits({.body = Milliseconds{100}}), 408},
                      Fault{"forged_forwarding", "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: host.example\r\n\r\n",
                            echo, behind_proxy(), 400}),
    [](const auto& row) { return std::string(row.param.name); });

struct BadListen {
  const char* name;
  const char* text;
};
class ListenRefused : public ::testing::TestWithParam<BadListen> {};

TEST_P(ListenRefused, AsBadConfig) {
  ServerOptions options;
  options.stop_on_signals = false;
  options.listen = {GetParam().text};
  const auto server = Server::open(options, echo);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, ErrorCode::bad_config) << server.error().detail;
}

INSTANTIATE_TEST_SUITE_P(Table, ListenRefused,
                         ::testing::Values(BadListen{"name", "localhost:80"}, BadListen{"no_port", "127.0.0.1"},
                                           BadListen{"empty_port", "127.0.0.1:"},
                                           BadListen{"large_port", "127.0.0.1:65536"}, BadListen{"bare_v6", "::1:80"},
                                           BadListen{"bracketed_v4", "[127.0.0.1]:80"},
                                           BadListen{"clear_text_for_all", "0.0.0.0:0"},
                                           BadListen{"clear_text_for_all_v6", "[::]:0"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Server, NothingToListenOnIsRefused) {
  const auto server = Server::open(ServerOptions{}, echo);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, ErrorCode::bad_config);
}

TEST(Server, ATakenPortIsAnIoError) {
  RunningServer server({}, echo);
  ServerOptions options;
  options.listen = {"127.0.0.1:" + std::to_string(server.port())};
  const auto second = Server::open(options, echo);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::io_error);
}

}  // namespace
}  // namespace countersign::registry::net
