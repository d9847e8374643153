// The client against a real socket on loopback whose answers are fixed bytes.
#include "common/http/client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "raw_server.h"

namespace countersign::http {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;

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
