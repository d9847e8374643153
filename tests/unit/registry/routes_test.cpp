#include "registry/routes/reason.h"
#include "site.h"

namespace countersign::registry::routes {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using net::Method;

TEST(Router, HealthIsOk) {
  Site site;
  const auto response = site.call(Method::get, "/healthz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok\n");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

TEST(Router, UnknownPathsMethodsQueriesAndBodies) {
  Site site;
  expect_refused(site.call(Method::get, "/"), 404, "not_found");
  expect_refused(site.call(Method::get, "/v1"), 404, "not_found");
  expect_refused(site.call(Method::get, "/healthz/x"), 404, "not_found");
  expect_refused(site.call(Method::get, "/v2/records/alice"), 404, "not_found");
  const auto wrong_method = site.call(Method::put, "/v1/challenges/x/answer");
  expect_refused(wrong_method, 405, "bad_request");
  EXPECT_EQ(header(wrong_method, "Allow"), "GET, HEAD, POST");
  expect_refused(site.call(Method::get, "/healthz?a=b"), 400, "bad_request");
  expect_refused(site.call(Method::get, "/healthz", kNoToken, "body"), 400, "bad_request");
}

TEST(Router, SpeaksVersionOne) {
  Site site;
  const auto with = [&](const std::string& accept) {
    return site.call(Method::get, "/healthz", kNoToken, {}, {{"countersign-accept", accept}});
  };
  EXPECT_EQ(with("1").status, 200);
  EXPECT_EQ(with("2, 1").status, 200);
  EXPECT_EQ(header(with("1"), "Countersign-Version"), "1");
  for (const char* accept : {"2", "", "01", "1.0", "2,3", "11"})
    expect_refused(with(accept), 406, "unsupported_version");
}

struct ReasonRow {
  ErrorCode code;
  int status;
  const char* body;
};

TEST(Reason, EachCodeHasItsStatus) {
  const std::vector<ReasonRow> rows{
      {ErrorCode::bad_statement, 400, "bad_statement: d\n"},
      {ErrorCode::wrong_kind, 400, "bad_statement: wrong_kind: d\n"},
      {ErrorCode::not_authorized, 401, "not_authorized: d\n"},
      {ErrorCode::not_endorsed, 403, "not_an_approver: not_endorsed: d\n"},
      {ErrorCode::user_verification_missing, 403, "signature_mismatch: user_verification_missing: d\n"},
      {ErrorCode::record_unknown, 404, "record_unknown: d\n"},
      {ErrorCode::already_answered, 409, "already_answered: d\n"},
      {ErrorCode::challenge_expired, 410, "challenge_expired: d\n"},
      {ErrorCode::quota_exceeded, 429, "quota_exceeded: d\n"},
      {ErrorCode::io_error, 500, "internal: the registry's log says more\n"},
      {ErrorCode::internal, 500, "internal: the registry's log says more\n"},
  };
  for (const ReasonRow& row : rows) {
    const auto response = refuse(base::Error(row.code, "d"));
    EXPECT_EQ(response.status, row.status) << row.body;
    EXPECT_EQ(response.body, row.body);
  }
  EXPECT_EQ(refuse(base::Error(ErrorCode::bad_request, "a\nb\x1b[1m")).body, "bad_request: a?b?[1m\n");
}

TEST(Access, TokensThatAreNotAHosts) {
  Site site;
  const std::string session = site.open_session();
  const std::string unknown = make_host_token().text;
  for (const std::string& token : {kNoToken, std::string("x"), unknown, session, site.host_token.text + "A"}) {
    const auto response = site.call(Method::get, "/v1/records/alice", token);
    expect_refused(response, 401, "not_authorized");
    EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer");
  }
  expect_refused(site.call(Method::get, "/v1/cards", site.host_token.text), 401, "not_authorized");
  EXPECT_FALSE(site.log.contains(unknown));
}

TEST(Access, AnExpiredTokenIsNoToken) {
  Site site;
  ASSERT_TRUE(
      site.store->set_host_token(*base::HostName::parse("web-01"), site.host_token.hash, site.clock.now()).has_value());
  expect_refused(site.call(Method::get, "/v1/records/alice", site.host_token.text), 401, "not_authorized");
}

TEST(Access, AHostThatAsksTooOftenIsRefusedAloneAndNotForLong) {
  Site site;
  for (unsigned i = 0; i < kRequestsPerHostMinute; ++i) {
    ASSERT_EQ(site.call(Method::get, "/v1/records/alice", site.host_token.text).status, 200);
  }
  const auto refused = site.call(Method::get, "/v1/records/alice", site.host_token.text);
  expect_refused(refused, 429, "quota_exceeded");
  EXPECT_TRUE(header(refused, "Retry-After").has_value());
  EXPECT_EQ(site.call(Method::get, "/v1/records/alice", site.other_token.text).status, 404);
  site.clock.advance(Milliseconds{1000});
  EXPECT_EQ(site.call(Method::get, "/v1/records/alice", site.host_token.text).status, 200);
}

TEST(Records, AreServedWithAnEtagAndConfirmed) {
  Site site;
  const auto response = site.call(Method::get, "/v1/records/alice", site.host_token.text);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  const auto etag = header(response, "ETag");
  EXPECT_EQ(etag, "\"" + statement::Hash32::of(response.body).str() + "\"");
  const auto same = site.call(Method::get, "/v1/records/alice", site.host_token.text, {}, {{"if-none-match", *etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(header(same, "ETag"), etag);
  site.add_login_key("alice", new_key());
  const auto changed =
      site.call(Method::get, "/v1/records/alice", site.host_token.text, {}, {{"if-none-match", *etag}});
  EXPECT_EQ(changed.status, 200);
}

TEST(Records, OneAnswerForUnknownDisabledAndOutOfScope) {
  Site site;
  const auto unknown = site.call(Method::get, "/v1/records/nobody", site.host_token.text);
  const auto out_of_scope = site.call(Method::get, "/v1/records/alice", site.other_token.text);
  expect_refused(unknown, 404, "record_unknown");
  expect_refused(out_of_scope, 404, "record_unknown");
  EXPECT_EQ(out_of_scope.body, "record_unknown: no record of alice\n");
  EXPECT_EQ(unknown.body, "record_unknown: no record of nobody\n");
  ASSERT_TRUE(site.store->set_user_disabled(Site::user_name("alice"), true).has_value());
  EXPECT_EQ(site.call(Method::get, "/v1/records/alice", site.host_token.text).body, out_of_scope.body);
  expect_refused(site.call(Method::get, "/v1/records/-x", site.host_token.text), 400, "bad_text");
}

TEST(Records, NothingIsSignedForAHostOutsideTheScope) {
  Site site;
  site.add_user("bob", "db-01");
  auto fields = site.challenge_fields();
  fields.user = Site::user_name("bob");
  const auto challenge = *statement::Challenge::make(fields);
  expect_refused(site.call(Method::get, "/v1/records/bob", site.host_token.text), 404, "record_unknown");
  expect_refused(site.post(challenge), 404, "record_unknown");
  EXPECT_EQ(site.records_signed, 0);
  EXPECT_EQ(site.store->record(fields.user).error().code, ErrorCode::not_found);
  const std::int64_t now = site.clock.now_unix_ms();
  EXPECT_EQ(site.store->take_serial(fields.user, now).value(), now) << "the first serial is still to be had";
  EXPECT_EQ(site.call(Method::get, "/v1/records/bob", site.other_token.text).status, 200);
  EXPECT_EQ(site.records_signed, 1);
}

TEST(Journal, RefusalsAreLimitedByReason) {
  Site site;
  for (int i = 0; i < 50; ++i) site.call(Method::get, "/v1/records/alice", "x");
  std::size_t lines = 0;
  for (const std::string& line : site.log.lines())
    lines += line.find("event=request_refused") != std::string::npos ? 1 : 0;
  EXPECT_EQ(lines, 20U);
  site.call(Method::get, "/nothing");
  EXPECT_TRUE(site.log.contains("reason=not_found"));
}

}  // namespace
}  // namespace countersign::registry::routes
