#include "helper/authorized_keys/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace countersign::authorized_keys {
namespace {

using Arguments = std::vector<std::string_view>;

TEST(Options, HaveSoundDefaults) {
  const Arguments arguments{"--host", "web-01", "alice"};
  const auto options = parse_options(arguments);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->identity.host.str(), "web-01");
  EXPECT_TRUE(options->identity.groups.empty());
  EXPECT_EQ(options->signers, "/etc/countersign/signers");
  EXPECT_EQ(options->cache, "/var/cache/countersign");
  EXPECT_EQ(options->config, "/etc/countersign/countersign.yaml");
  EXPECT_EQ(options->courier, "/usr/libexec/countersign/countersign-courier");
  EXPECT_EQ(options->fresh, base::Seconds(60));
  EXPECT_EQ(options->max_life, base::Seconds(604'800));
  EXPECT_EQ(options->chain, std::nullopt);
  EXPECT_EQ(options->fingerprint, std::nullopt);
  EXPECT_FALSE(options->explain);
}

TEST(Options, TakeEverythingThatUsageNames) {
  const Arguments arguments{"--group",    "web", "--host",   "web-01", "--group",   "eu.west",   "--signers", "/s",
                            "--cache",    "/c",  "--config", "/y",     "--courier", "/p",        "--fresh",   "5m",
                            "--max-life", "12h", "--chain",  "/x",     "alice",     "SHA256:abc"};
  const auto options = parse_options(arguments);
  ASSERT_TRUE(options) << base::to_string(options.error());
  ASSERT_EQ(options->identity.groups.size(), 2U);
  EXPECT_EQ(options->identity.groups[1].str(), "eu.west");
  EXPECT_EQ(options->signers + options->cache + options->config + options->courier + *options->chain, "/s/c/y/p/x");
  EXPECT_EQ(options->fresh, base::Seconds(300));
  EXPECT_EQ(options->max_life, base::Seconds(43'200));
  EXPECT_EQ(options->user, "alice");
  EXPECT_EQ(options->fingerprint, "SHA256:abc");
  for (const std::string_view argument : arguments) {
    if (argument.starts_with("--")) {
      EXPECT_NE(usage().find(argument), std::string_view::npos) << argument;
    }
  }
}

TEST(Options, Explain) {
  const Arguments arguments{"--explain", "--host", "web-01", "alice"};
  EXPECT_TRUE(parse_options(arguments)->explain);
}

struct BadCase {
  std::string_view name;
  Arguments arguments;
  std::string_view detail;
};
class BadOptions : public testing::TestWithParam<BadCase> {};

TEST_P(BadOptions, AreNamed) {
  const auto options = parse_options(GetParam().arguments);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().code, base::ErrorCode::bad_usage);
  EXPECT_EQ(options.error().detail, GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadOptions,
    testing::Values(
        BadCase{"none", {}, "--host is missing"}, BadCase{"no_host", {"alice"}, "--host is missing"},
        BadCase{"host_without_name", {"alice", "--host"}, "--host needs a value"},
        BadCase{"host", {"--host", "Web_01", "alice"}, "--host: expected this host's name as the registry knows it"},
        BadCase{"host_twice", {"--host", "a", "--host", "b", "alice"}, "--host is given twice"},
        BadCase{"group", {"--host", "a", "--group", "@web", "alice"}, "--group: expected the name of a group of hosts"},
        BadCase{"unknown", {"--host", "a", "--insecure", "yes", "alice"}, "unknown option --insecure"},
        BadCase{"equals", {"--host=a", "--fresh=5x", "alice"}, "--fresh: expected a duration from 0s to 10m"},
        BadCase{"relative", {"--host", "a", "--signers", "signers", "alice"}, "--signers: expected an absolute path"},
        BadCase{"chain", {"--host", "a", "--chain", "sss", "alice"}, "--chain: expected an absolute path"},
        BadCase{"duration", {"--host", "a", "--fresh", "60", "alice"}, "--fresh: expected a duration from 0s to 10m"},
        BadCase{
            "fraction", {"--host", "a", "--fresh", "1500ms", "alice"}, "--fresh: expected a duration from 0s to 10m"},
        BadCase{"too_long",
                {"--host", "a", "--max-life", "31d", "alice"},
                "--max-life: expected a duration from 1m to 30d"},
        BadCase{"no_value", {"--host", "a", "alice", "--fresh"}, "--fresh needs a value"},
        BadCase{"no_user", {"--host", "a"}, "something is missing"},
        BadCase{"three_names", {"--host", "a", "x", "y", "z"}, "\"z\" is one too many"},
        BadCase{"explain_two", {"--host", "a", "--explain", "x", "y"}, "--explain takes a USER only"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace countersign::authorized_keys
