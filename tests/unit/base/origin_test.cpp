#include "common/base/origin.h"

#include <gtest/gtest.h>

namespace countersign::base {
namespace {

TEST(Origin, TakesWhatTheProtocolAllows) {
  struct Row {
    const char* text;
    const char* host;
    std::uint16_t port;
    bool https;
  };
  for (const Row& row :
       {Row{"https://registry.example.com", "registry.example.com", 443, true},
        Row{"https://registry.example.com:8443", "registry.example.com", 8443, true},
        Row{"https://192.0.2.7:444", "192.0.2.7", 444, true}, Row{"https://[2001:db8::1]", "[2001:db8::1]", 443, true},
        Row{"http://localhost:8080", "localhost", 8080, false}, Row{"http://127.0.0.1:1", "127.0.0.1", 1, false},
        Row{"http://[::1]:65535", "[::1]", 65535, false}}) {
    const auto origin = Origin::parse(row.text);
    ASSERT_TRUE(origin) << row.text << ": " << to_string(origin.error());
    EXPECT_EQ(origin->str(), row.text);
    EXPECT_EQ(origin->host(), row.host) << row.text;
    EXPECT_EQ(origin->port(), row.port) << row.text;
    EXPECT_EQ(origin->is_https(), row.https) << row.text;
  }
}

TEST(Origin, RefusesEverySecondSpelling) {
  for (const char* bad : {"",
                          "https://",
                          "registry.example.com",
                          "HTTPS://a",
                          "https://A",
                          "https://a/",
                          "https://a/x",
                          "https://a:443",
                          "https://a:0",
                          "https://a:080",
                          "https://a:65536",
                          "https://a:",
                          "https://a:x",
                          "https://a:80 ",
                          "https://u@a",
                          "https://a?x",
                          "https://a#x",
                          "https://-a",
                          "https://a.",
                          "https://a..b",
                          "https://a_b",
                          "https://[::1",
                          "https://[]",
                          "https://[0:0::1]",
                          "https://[fe80::1%eth0]",
                          "https://[127.0.0.1]",
                          "https://[::::]",
                          "https://[::1]x",
                          "http://localhost",
                          "http://localhost:80",
                          "http://127.0.0.2:80",
                          "http://registry.example.com:80",
                          "http://localhost.example.com:80",
                          "ftp://localhost:1",
                          "https://a\n"}) {
    const auto origin = Origin::parse(bad);
    ASSERT_FALSE(origin) << bad;
    EXPECT_EQ(origin.error().code, ErrorCode::bad_text) << bad;
  }
}

}  // namespace
}  // namespace countersign::base
