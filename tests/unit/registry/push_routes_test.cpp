// PUT and DELETE /v1/push (PROTOCOL.md section 9.5): what a browser may have the registry send to.
#include "common/encoding/base64.h"
#include "site.h"

namespace countersign::registry::routes {
namespace {

using net::Method;

const std::string kPoint = encoding::base64url_encode(crypto::P256Key::generate().point().bytes());
const std::string kAuth = encoding::base64url_encode(base::Bytes(16, 0x5a));

std::string fields(const std::string& endpoint, const std::string& p256dh = kPoint, const std::string& auth = kAuth) {
  return "endpoint: " + endpoint + "\np256dh: " + p256dh + "\nauth: " + auth + "\n";
}

Settings with_services() {
  Settings settings = Site::default_settings();
  settings.push_services.hosts = {*base::HostPattern::parse("push.example.com"),
                                  *base::HostPattern::parse("*.push.example.net")};
  settings.push_services.private_hosts = {*base::HostPattern::parse("unified.internal:8443")};
  return settings;
}

class PushRoutes : public ::testing::Test {
 protected:
  net::Response put(const std::string& body) { return site_.call(Method::put, "/v1/push", token_, body); }
  std::string put_reason(const std::string& body) {
    const net::Response response = put(body);
    return std::to_string(response.status) + " " + (response.status == 204 ? "" : reason(response));
  }
  std::vector<store::PushSubscription> stored() { return *site_.store->pushes(Site::user_name("alice")); }

  Site site_{with_services()};
  std::string token_ = site_.open_session();
};

TEST_F(PushRoutes, ASubscriptionIsKeptAsItCameAndReplacedByTheNext) {
  EXPECT_EQ(put_reason(fields("https://push.example.com/send/a:b_c?x=%20")), "204 ");
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_EQ(stored()[0].fingerprint, site_.approver_key.public_key().fingerprint());
  EXPECT_EQ(stored()[0].endpoint, "https://push.example.com/send/a:b_c?x=%20");
  EXPECT_EQ(stored()[0].p256dh, kPoint);
  EXPECT_EQ(stored()[0].auth, kAuth);
  EXPECT_EQ(put_reason(fields("https://a.push.example.net/2")), "204 ");
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_EQ(stored()[0].endpoint, "https://a.push.example.net/2");
  EXPECT_EQ(put_reason(fields("https://unified.internal:8443/3")), "204 ");
  EXPECT_FALSE(site_.log.contains(kAuth));
  EXPECT_FALSE(site_.log.contains("/send/a")) << "who knows the address can ring";
}

TEST_F(PushRoutes, IsDeletedByItsOwnSession) {
  ASSERT_EQ(put_reason(fields("https://push.example.com/1")), "204 ");
  EXPECT_EQ(site_.call(Method::del, "/v1/push", token_).status, 204);
  EXPECT_TRUE(stored().empty());
  EXPECT_EQ(site_.call(Method::del, "/v1/push", token_).status, 204);
}

TEST_F(PushRoutes, TakesASession) {
  const std::string body = fields("https://push.example.com/1");
  EXPECT_EQ(site_.call(Method::put, "/v1/push", {}, body).status, 401);
  EXPECT_EQ(site_.call(Method::put, "/v1/push", site_.host_token.text, body).status, 401);
  EXPECT_EQ(site_.call(Method::del, "/v1/push", site_.host_token.text).status, 401);
  EXPECT_EQ(site_.call(Method::get, "/v1/push", token_).status, 405);
  EXPECT_TRUE(stored().empty());
}

TEST_F(PushRoutes, EndpointsThatNoListAllows) {
  for (const char* endpoint :
       {"https://evil.example/1", "https://push.example.com.evil.example/1", "https://push.example.com:8443/1",
        "https://push.example.net/1", "https://evilpush.example.net/1", "https://unified.internal/1",
        "https://127.0.0.1/1", "https://[::1]/1", "https://169.254.169.254/latest", "https://localhost/1"}) {
    EXPECT_EQ(put_reason(fields(endpoint)), "403 registry_refused") << endpoint;
  }
  EXPECT_TRUE(stored().empty());
}

TEST_F(PushRoutes, EndpointsThatAreNone) {
  for (const std::string endpoint :
       {"http://push.example.com/1", "https://push.example.com", "https://PUSH.example.com/1",
        "https://push.example.com:443/1", "https://user@push.example.com/1", "https://user:pw@push.example.com/1",
        "https://push.example.com\\@evil.example/1", "https://push.example.com/1#x", "https://push.example.com/a b",
        "https://push.example.com/\xc3\xa9", "https://push.example.com/\"", "https:///1", "https://",
        "ftp://push.example.com/1", "//push.example.com/1", "https://push.example.com./1", "javascript:alert(1)",
        "https://push.example.com?/1"}) {
    EXPECT_EQ(put_reason(fields(endpoint)), "400 bad_request") << endpoint;
  }
  const std::string start = "https://push.example.com/";
  EXPECT_EQ(put_reason(fields(start + std::string(1024 - start.size(), 'a'))), "204 ");
  EXPECT_EQ(put_reason(fields(start + std::string(1025 - start.size(), 'a'))), "400 bad_request");
}

TEST_F(PushRoutes, KeysThatAreNone) {
  const std::string endpoint = "https://push.example.com/1";
  base::Bytes off = *encoding::base64url_decode(kPoint);
  off.back() ^= 1;
  for (const std::string& point : {encoding::base64url_encode(off), kPoint + "=", kPoint.substr(1), std::string("AAAA"),
                                   encoding::base64url_encode(base::Bytes(65))}) {
    EXPECT_EQ(put_reason(fields(endpoint, point)), "400 bad_request") << point;
  }
  for (const std::string& auth : {kAuth + "==", kAuth.substr(1), encoding::base64url_encode(base::Bytes(17)),
                                  std::string("!!!!!!!!!!!!!!!!!!!!!!")}) {
    EXPECT_EQ(put_reason(fields(endpoint, kPoint, auth)), "400 bad_request") << auth;
  }
}

TEST_F(PushRoutes, FieldsAreExactly) {
  const std::string good = fields("https://push.example.com/1");
  for (const std::string& body :
       {std::string(), good + "x: y\n", good.substr(0, good.size() - 1), "\n" + good, good + good,
        "p256dh: " + kPoint + "\nendpoint: https://push.example.com/1\nauth: " + kAuth + "\n",
        std::string("{\"endpoint\":\"https://push.example.com/1\"}")}) {
    EXPECT_EQ(put_reason(body), "400 bad_request") << body;
  }
  net::Request request{
      Method::put, *net::parse_target("/v1/push"), {{"authorization", "Bearer " + token_}}, good, "::1"};
  net::CancelSource cancel;
  int status = 0;
  routes::handle(
      request, [&](const net::Response& response) { status = response.status; }, cancel.token(), site_.context);
  EXPECT_EQ(status, 400) << "no Content-Type";
}

TEST_F(PushRoutes, AreLimitedByApprover) {
  for (unsigned i = 0; i < kSubscriptionsPerKeyMinute; ++i) {
    ASSERT_EQ(put_reason(fields("https://push.example.com/1")), "204 ");
  }
  EXPECT_EQ(put_reason(fields("https://push.example.com/1")), "429 quota_exceeded");
}

}  // namespace
}  // namespace countersign::registry::routes
