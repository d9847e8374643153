#include "registry/pages/pages.h"

#include <gmock/gmock.h>

#include "registry/pages/table.h"
#include "site.h"

namespace countersign::registry {
namespace {

using net::Method;
using ::testing::HasSubstr;
using ::testing::Not;

routes::Settings with_phone() {
  routes::Settings settings = Site::default_settings();
  settings.phone = sshsig::WebauthnExpectation{"https://phone.example.com", "phone.example.com"};
  return settings;
}

TEST(Pages, EveryFileIsServedWithItsTypeAndThePolicy) {
  Site site(with_phone());
  ASSERT_GT(pages::all_pages().size(), 3U);
  for (const pages::Page& page : pages::all_pages()) {
    const auto response = site.call(Method::get, std::string(page.path));
    EXPECT_EQ(response.status, 200) << page.path;
    EXPECT_EQ(response.body, page.body) << page.path;
    EXPECT_NE(response.content_type, "application/octet-stream") << page.path;
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache") << page.path;
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << page.path;
    EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer") << page.path;
    EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin") << page.path;
    const std::string policy = header(response, "Content-Security-Policy").value_or("");
    for (const char* part : {"default-src 'none';", "script-src 'self';", "frame-ancestors 'none';", "base-uri 'none';",
                             "form-action 'none';", "require-trusted-types-for 'script'"})
      EXPECT_THAT(policy, HasSubstr(part)) << page.path;
    EXPECT_THAT(policy, Not(HasSubstr("unsafe"))) << page.path;
    EXPECT_THAT(header(response, "Permissions-Policy").value_or(""), HasSubstr("camera=()")) << page.path;
  }
}

TEST(Pages, TypesAreExact) {
  Site site(with_phone());
  const auto type = [&](const char* path) { return site.call(Method::get, path).content_type; };
  EXPECT_EQ(type("/"), "text/html; charset=utf-8");
  EXPECT_EQ(type("/app.css"), "text/css; charset=utf-8");
  EXPECT_EQ(type("/icon.svg"), "image/svg+xml");
  EXPECT_EQ(type("/icon-192.png"), "image/png");
  EXPECT_EQ(type("/countersign.webmanifest"), "application/manifest+json");
}

TEST(Pages, HtmlHoldsNothingInline) {
  Site site(with_phone());
  const std::string html = site.call(Method::get, "/").body;
  for (const char* part : {"<style", "style=", "onclick", "javascript:", "http:", "https:"})
    EXPECT_THAT(html, Not(HasSubstr(part)));
}

TEST(Pages, UnchangedIs304WithThePolicy) {
  Site site(with_phone());
  const auto first = site.call(Method::get, "/");
  const std::string etag = header(first, "ETag").value_or("");
  for (const std::string& known : {etag, "W/" + etag, "\"other\", " + etag}) {
    const auto again = site.call(Method::get, "/", {}, {}, {{"if-none-match", known}});
    EXPECT_EQ(again.status, 304) << known;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header(again, "ETag"), etag);
    EXPECT_TRUE(header(again, "Content-Security-Policy").has_value());
  }
  EXPECT_EQ(site.call(Method::get, "/", {}, {}, {{"if-none-match", "\"other\""}}).status, 200);
}

TEST(Pages, OtherMethodsPathsAndQueriesAreRefused) {
  Site site(with_phone());
  const auto posted = site.call(Method::post, "/");
  EXPECT_EQ(posted.status, 405);
  EXPECT_EQ(header(posted, "Allow"), "GET, HEAD");
  EXPECT_EQ(site.call(Method::head, "/").status, 200);
  EXPECT_EQ(site.call(Method::get, "/index.html").status, 404);
  EXPECT_EQ(site.call(Method::get, "/phone/app.css").status, 404);
  EXPECT_EQ(site.call(Method::get, "/?a=b").status, 400);
  EXPECT_EQ(site.call(Method::get, "/", {}, "body").status, 400);
}

TEST(Pages, NoneWherePasskeysCouldNotCount) {
  Site site;
  for (const pages::Page& page : pages::all_pages())
    EXPECT_EQ(site.call(Method::get, std::string(page.path)).status, 404) << page.path;
}

}  // namespace
}  // namespace countersign::registry
