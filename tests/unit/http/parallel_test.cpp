#include "common/http/parallel.h"

#include <gtest/gtest.h>

#include <map>

#include "raw_server.h"

namespace countersign::http {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;

Request post(const std::string& body) {
  Request request;
  request.method = Request::Method::post;
  request.target = "/push/1";
  request.content_type = "application/octet-stream";
  request.body = body;
  return request;
}

std::map<std::uint64_t, base::Result<Response>> wait_for_all(Parallel& parallel, milliseconds longest) {
  std::map<std::uint64_t, base::Result<Response>> all;
  const auto end = in(longest);
  while (parallel.under_way() > 0 && std::chrono::steady_clock::now() < end) {
    for (auto& [id, result] : parallel.wait(milliseconds(100))) all.emplace(id, std::move(result));
  }
  return all;
}

TEST(HttpParallel, NoRequestWaitsForAnother) {
  Server silent({""});
  Server quick({reply("201 Created", "")});
  Server failing({reply("503 Service Unavailable", "", "Retry-After: 120\r\n")});
  auto parallel = Parallel::create().value();
  ASSERT_TRUE(parallel.start(1, silent.origin(), post("a"), {}, milliseconds(1500)));
  ASSERT_TRUE(parallel.start(2, quick.origin(), post("b"), {}, milliseconds(1500)));
  ASSERT_TRUE(parallel.start(3, failing.origin(), post("c"), {}, milliseconds(1500)));
  EXPECT_EQ(parallel.under_way(), 3U);
  const auto start = std::chrono::steady_clock::now();
  auto ended = wait_for_all(parallel, milliseconds(1000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(1400));
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended.at(2)->status, 201);
  EXPECT_EQ(ended.at(2)->retry_after, std::nullopt);
  EXPECT_EQ(ended.at(3)->status, 503);
  EXPECT_EQ(ended.at(3)->retry_after, base::Seconds{120});
  ended = wait_for_all(parallel, milliseconds(5000));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended.at(1).error().code, ErrorCode::deadline_passed);
  quick.stop();
  ASSERT_EQ(quick.requests().size(), 1U);
  EXPECT_NE(quick.requests().front().find("Content-Type: application/octet-stream\r\n"), std::string::npos);
  EXPECT_TRUE(quick.requests().front().ends_with("\r\n\r\nb"));
}

TEST(HttpParallel, KeepsAConnectionForTheNextRequest) {
  Server server({reply("201 Created", ""), reply("201 Created", "")});
  auto parallel = Parallel::create().value();
  for (std::uint64_t id = 1; id <= 2; ++id) {
    ASSERT_TRUE(parallel.start(id, server.origin(), post("a"), {}, milliseconds(5000)));
    ASSERT_EQ(wait_for_all(parallel, milliseconds(5000)).at(id)->status, 201);
  }
  server.stop();
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpParallel, ConnectsToNoAddressInside) {
  Server server({reply("201 Created", "")});
  auto parallel = Parallel::create().value();
  ClientOptions outside;
  outside.addresses = Addresses::public_only;
  const std::string port = std::to_string(server.origin().port());
  ASSERT_TRUE(parallel.start(1, server.origin(), post("a"), outside, milliseconds(5000)));
  const auto by_name = base::Origin::parse("http://localhost:" + port).value();
  ASSERT_TRUE(parallel.start(2, by_name, post("a"), outside, milliseconds(5000)));
  const auto v6 = base::Origin::parse("https://[::ffff:7f00:1]:" + port);
  ASSERT_FALSE(v6) << "a mapped address has another spelling";
  const auto ended = wait_for_all(parallel, milliseconds(5000));
  EXPECT_EQ(ended.at(1).error().code, ErrorCode::unsafe_address);
  EXPECT_EQ(ended.at(2).error().code, ErrorCode::unsafe_address);
  server.stop();
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpParallel, FollowsNoRedirectAndTakesNoLongAnswer) {
  Server inner({reply("200 OK", "")});
  Server server({reply("302 Found", "", "Location: " + inner.origin().str() + "/x\r\n")});
  Server babbling({reply("201 Created", std::string(20'000, 'x'))});
  auto parallel = Parallel::create().value();
  ClientOptions options;
  options.max_body = 16'384;
  ASSERT_TRUE(parallel.start(1, server.origin(), post("a"), options, milliseconds(5000)));
  ASSERT_TRUE(parallel.start(2, babbling.origin(), post("a"), options, milliseconds(5000)));
  const auto ended = wait_for_all(parallel, milliseconds(5000));
  EXPECT_EQ(ended.at(1)->status, 302);
  EXPECT_EQ(ended.at(2).error().code, ErrorCode::too_large);
  inner.stop();
  EXPECT_EQ(inner.connections(), 0);
}

TEST(HttpParallel, IsWokenAndDropsWhatIsUnderWay) {
  Server silent({""});
  auto parallel = Parallel::create().value();
  ASSERT_TRUE(parallel.start(1, silent.origin(), post("a"), {}, milliseconds(60'000)));
  std::thread waker([&parallel] {
    std::this_thread::sleep_for(milliseconds(200));
    parallel.wake();
  });
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < milliseconds(150)) (void)parallel.wait(milliseconds(20));
  EXPECT_TRUE(parallel.wait(milliseconds(30'000)).empty());
  waker.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(10'000));
  EXPECT_EQ(parallel.under_way(), 1U);
}

TEST(HttpParallel, RefusesARequestThatIsNotWellFormed) {
  auto parallel = Parallel::create().value();
  const auto origin = base::Origin::parse("https://push.example.com").value();
  Request request = post("a");
  request.target = "/a b";
  EXPECT_EQ(parallel.start(1, origin, request, {}, milliseconds(100)).error().code, ErrorCode::bad_request);
  request = post("a");
  request.content_type = "a\r\nX: y";
  EXPECT_EQ(parallel.start(1, origin, request, {}, milliseconds(100)).error().code, ErrorCode::bad_request);
  EXPECT_EQ(parallel.under_way(), 0U);
}

}  // namespace
}  // namespace countersign::http
