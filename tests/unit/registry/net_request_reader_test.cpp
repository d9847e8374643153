#include <gtest/gtest.h>

#include "registry/net/request_reader.h"
#include "registry/net/response_text.h"

namespace countersign::registry::net {
namespace {

using Progress = RequestReader::Progress;

struct Refused {
  const char* name;
  std::string text;
  int status;
  const char* begins;
};

class RequestRefused : public ::testing::TestWithParam<Refused> {};

TEST_P(RequestRefused, WithStatusAndReason) {
  RequestReader reader{Limits{}};
  std::string inbox = GetParam().text;
  ASSERT_EQ(reader.feed(inbox), Progress::failed);
  EXPECT_EQ(reader.status(), GetParam().status) << reader.reason();
  EXPECT_EQ(reader.reason().rfind(GetParam().begins, 0), 0U) << reader.reason();
}

std::string get(const std::string& target, const std::string& headers = "Host: h\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Table, RequestRefused,
    ::testing::Values(
        Refused{"not_http", "\x16\x03\x01 hello\r\n\r\n", 400, "bad_request"},
        Refused{"http_2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, "bad_request"},
        Refused{"no_host", get("/", ""), 400, "bad_request"},
        Refused{"two_hosts", get("/", "Host: a\r\nhost: b\r\n"), 400, "bad_request"},
        Refused{"two_authorizations", get("/", "Host: a\r\nAuthorization: a\r\nAuthorization: b\r\n"), 400,
                "bad_request"},
        Refused{"two_lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400,
                "bad_request"},
        Refused{"chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411,
                "bad_request"},
        Refused{"negative_length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400, "bad_request"},
        Refused{"unknown_method", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 501, "bad_request"},
        Refused{"connect", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 501, "bad_request"},
        Refused{"bad_target", get("/a/../b"), 400, "bad_request"},
        Refused{"long_target", get("/" + std::string(3000, 'a')), 414, "too_large"},
        Refused{"long_header", get("/", "Host: h\r\nX: " + std::string(9000, 'a') + "\r\n"), 431, "too_large"},
        Refused{"long_header_without_end", "GET / HTTP/1.1\r\nX: " + std::string(9000, 'a'), 431, "too_large"},
        Refused{"long_body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", 413, "too_large"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RequestReader, TakesARequestByteByByte) {
  const std::string text = "POST /v1/x?wait=3 HTTP/1.1\r\nHost: h\r\nX-Thing: One\r\nContent-Length: 3\r\n\r\nabc";
  RequestReader reader{Limits{}};
  std::string inbox;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    inbox.push_back(text[i]);
    const Progress progress = reader.feed(inbox);
    ASSERT_TRUE(progress == Progress::need_header || progress == Progress::need_body) << i;
  }
  inbox.push_back('c');
  ASSERT_EQ(reader.feed(inbox), Progress::done);
  EXPECT_TRUE(reader.keep_alive());
  const Request request = reader.take();
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.body, "abc");
  EXPECT_EQ(request.target.path(), "/v1/x");
  EXPECT_EQ(request.header("x-thing"), "One");
  EXPECT_EQ(request.header("X-Thing"), std::nullopt);
}

TEST(RequestReader, LeavesTheNextRequestInTheInbox) {
  RequestReader reader{Limits{}};
  std::string inbox = get("/a") + get("/b");
  ASSERT_EQ(reader.feed(inbox), Progress::done);
  EXPECT_EQ(inbox, get("/b"));
}

TEST(RequestReader, LargestBodyIsTaken) {
  RequestReader reader{Limits{}};
  std::string inbox = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + std::string(65536, 'x');
  ASSERT_EQ(reader.feed(inbox), Progress::done);
  EXPECT_EQ(reader.take().body.size(), 65536U);
}

TEST(RequestReader, AsksForTheContinueOnce) {
  RequestReader reader{Limits{}};
  std::string inbox = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
  EXPECT_EQ(reader.feed(inbox), Progress::send_continue);
  EXPECT_EQ(reader.feed(inbox), Progress::need_body);
  inbox = "x";
  EXPECT_EQ(reader.feed(inbox), Progress::done);
}

TEST(RequestReader, EveryTruncationWantsMore) {
  const std::string text = "DELETE /v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  for (std::size_t length = 0; length < text.size(); ++length) {
    RequestReader reader{Limits{}};
    std::string inbox = text.substr(0, length);
    const Progress progress = reader.feed(inbox);
    EXPECT_TRUE(progress == Progress::need_header || progress == Progress::need_body) << length;
  }
}

TEST(ResponseText, SaysLengthAndClose) {
  const std::string text =
      response_text(plain_response(404, "not_found: x"), /*head_only=*/false, /*keep_alive=*/false);
  EXPECT_NE(text.find("HTTP/1.1 404 Not Found\r\n"), std::string::npos);
  EXPECT_NE(text.find("Content-Length: 13\r\n"), std::string::npos);
  EXPECT_NE(text.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(text.substr(text.size() - 17), "\r\n\r\nnot_found: x\n");
}

TEST(ResponseText, HeadHasTheLengthButNoBody) {
  const std::string text = response_text(plain_response(200, "abc"), /*head_only=*/true, /*keep_alive=*/true);
  EXPECT_NE(text.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_EQ(text.substr(text.size() - 4), "\r\n\r\n");
}

TEST(ResponseText, NoBodyWith204And304) {
  for (const int status : {204, 304}) {
    const std::string text = response_text(Response{status, "text/plain", "x", {}}, false, true);
    EXPECT_EQ(text.find("Content-"), std::string::npos);
    EXPECT_EQ(text.substr(text.size() - 4), "\r\n\r\n");
  }
}

TEST(ResponseText, AHeaderThatWouldBreakOutIsAFaultOfOurs) {
  const Response split{200, "text/plain", "x", {{"Location", "/a\r\nSet-Cookie: b"}}};
  EXPECT_EQ(response_text(split, false, true).rfind("HTTP/1.1 500 ", 0), 0U);
  const Response name{200, "text/plain", "x", {{"A: b\r\nC", "d"}}};
  EXPECT_EQ(response_text(name, false, true).rfind("HTTP/1.1 500 ", 0), 0U);
}

}  // namespace
}  // namespace countersign::registry::net
