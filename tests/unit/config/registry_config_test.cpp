#include "common/config/registry_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "tests/support/temp_directory.h"

namespace countersign::config {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using ::testing::HasSubstr;

constexpr std::string_view kLeast =
    "url: https://registry.example.com\n"
    "database: /var/lib/r/registry.db\n"
    "signing_key: /var/lib/r/signing_key\n";

std::string faults_of_least_and(const std::string& more) {
  const auto config = parse_registry_config(std::string(kLeast) + more, "r.yaml");
  if (config) return "";
  EXPECT_EQ(config.error().code, ErrorCode::bad_config);
  return config.error().detail;
}

TEST(RegistryConfig, HasTheDocumentedDefaults) {
  const auto config = parse_registry_config(kLeast, "r.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->listen.address, "127.0.0.1");
  EXPECT_EQ(config->listen.port, 8080);
  EXPECT_EQ(config->url.str(), "https://registry.example.com");
  EXPECT_FALSE(config->behind_proxy);
  EXPECT_EQ(config->database, "/var/lib/r/registry.db");
  EXPECT_EQ(config->signing_key, "/var/lib/r/signing_key");
  EXPECT_FALSE(config->tls);
  EXPECT_FALSE(config->phone);
  EXPECT_EQ(config->records.life, Milliseconds{7 * 86'400'000});
  EXPECT_EQ(config->records.resign_after, Milliseconds{86'400'000});
  EXPECT_EQ(config->challenge_max_life, Milliseconds{120'000});
  EXPECT_EQ(config->push.contact, "https://registry.example.com");
  EXPECT_EQ(config->push.hosts.size(), 5U);
  EXPECT_TRUE(config->push.private_hosts.empty());
  EXPECT_FALSE(config->push.ca);
  EXPECT_EQ(config->push.vapid_key, "/var/lib/r/vapid_key");
  EXPECT_EQ(config->limits.connections, 4000);
  EXPECT_EQ(config->limits.body, 131072);
  EXPECT_EQ(config->limits.pending_per_user, 8);
  EXPECT_EQ(config->limits.challenges_per_minute, 10);
}

TEST(RegistryConfig, NamesWhatIsMissing) {
  const std::string faults = parse_registry_config("", "r.yaml").error().detail;
  for (const char* key : {"url", "database", "signing_key"}) {
    EXPECT_THAT(faults, HasSubstr(std::string("r.yaml:1:1: ") + key + ": missing"));
  }
}

TEST(RegistryConfig, PlainHttpStaysOnThisMachine) {
  EXPECT_EQ(faults_of_least_and("listen: 0.0.0.0:8080\n"),
            "r.yaml:4:9: listen: found \"0.0.0.0:8080\" with plain HTTP, allowed is a loopback address, or tls, or "
            "behind_proxy: true");
  EXPECT_THAT(faults_of_least_and("listen: \"[::]:8080\"\n"), HasSubstr("with plain HTTP"));
  EXPECT_EQ(faults_of_least_and("listen: \"[::1]:8080\"\n"), "");
  EXPECT_EQ(faults_of_least_and("listen: 0.0.0.0:8080\nbehind_proxy: true\n"), "");
  EXPECT_EQ(faults_of_least_and("listen: 0.0.0.0:443\ntls: {certificate: /c, key: /k}\n"), "");
}

TEST(RegistryConfig, CertificateAndKeyBelongTogether) {
  EXPECT_EQ(faults_of_least_and("tls: {certificate: /c}\n"), "r.yaml:4:20: tls.certificate: given without tls.key");
  EXPECT_EQ(faults_of_least_and("tls: {key: /k}\n"), "r.yaml:4:12: tls.key: given without tls.certificate");
  const auto config = parse_registry_config(std::string(kLeast) + "tls: {certificate: /c, key: /k}\n", "r.yaml");
  EXPECT_EQ(config->tls->certificate, "/c");
  EXPECT_EQ(config->tls->key, "/k");
}

TEST(RegistryConfig, RecordsAreSignedAnewBeforeTheyExpire) {
  EXPECT_EQ(faults_of_least_and("records: {life: 1h, resign_after: 1h}\n"),
            "r.yaml:4:35: records.resign_after: found 1h, allowed is less than records.life, 1h");
  EXPECT_EQ(faults_of_least_and("records: {life: 1h, resign_after: 59m}\n"), "");
  EXPECT_THAT(faults_of_least_and("records: {life: 1h}\n"), HasSubstr("records.resign_after: found 1d"));
}

TEST(RegistryConfig, NumbersAreDecimalAndInRange) {
  for (const char* bad : {"connections: 0x100", "connections: 010000", "connections: 15", "body: 1e6", "body: 2097152",
                          "pending_per_user: 0", "challenges_per_minute: -1"}) {
    EXPECT_THAT(faults_of_least_and(std::string("limits: {") + bad + "}\n"),
                HasSubstr("allowed is a whole number from"))
        << bad;
  }
}

bool allows(const std::vector<base::HostPattern>& patterns, std::string_view origin) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const base::HostPattern& pattern) { return pattern.matches(*base::Origin::parse(origin)); });
}

TEST(RegistryConfig, KnowsThePushServicesOfTheBrowsers) {
  const auto hosts = parse_registry_config(kLeast, "r.yaml")->push.hosts;
  // jmt17.google.com: what Chromium names where it was not built by Google, Debian's for one.
  for (const char* known :
       {"https://fcm.googleapis.com", "https://jmt17.google.com", "https://updates.push.services.mozilla.com",
        "https://web.push.apple.com", "https://wns2-by3p.notify.windows.com"}) {
    EXPECT_TRUE(allows(hosts, known)) << known;
  }
  EXPECT_FALSE(allows(hosts, "https://push.example.com"));
}

TEST(RegistryConfig, PushServicesOfOnesOwn) {
  const auto config = parse_registry_config(std::string(kLeast) +
                                                "push: {contact: 'mailto:ops@example.com', hosts: [], private_hosts: "
                                                "['localhost:8443'], ca: /c, vapid_key: /v}\n",
                                            "r.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->push.contact, "mailto:ops@example.com");
  EXPECT_TRUE(config->push.hosts.empty());
  EXPECT_TRUE(allows(config->push.private_hosts, "https://localhost:8443"));
  EXPECT_EQ(config->push.ca, "/c");
  EXPECT_EQ(config->push.vapid_key, "/v");
  EXPECT_EQ(
      faults_of_least_and("push: {hosts: ['https://a.example']}\n"),
      "r.yaml:4:16: push.hosts: found \"https://a.example\", allowed is a list of HOST, '*.HOST' and HOST:PORT, lower "
      "case");
}

TEST(RegistryConfig, PlainHttpNamesNoContact) {
  const auto config = parse_registry_config("url: http://localhost:8080\ndatabase: /d\nsigning_key: /k\n", "r.yaml");
  EXPECT_EQ(config->push.contact, "");
  EXPECT_EQ(config->push.vapid_key, "/vapid_key");
}

TEST(RegistryConfig, IsLoadedFromASafeFileOnly) {
  const countersign::testing::TempDirectory directory;
  const std::string path = directory.write("registry.yaml", kLeast);
  EXPECT_TRUE(load_registry_config(path, {.owner = ::geteuid(), .trusted_base = directory.path()}));
  EXPECT_EQ(load_registry_config("registry.yaml").error().code, ErrorCode::unsafe_file);
}

}  // namespace
}  // namespace countersign::config
