#include "common/config/host_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_directory.h"

namespace countersign::config {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kLeast = "host: {name: web-01}\nregistry: {url: \"https://registry.example.com\"}\n";

std::string faults_of(const std::string& text) {
  const auto config = parse_host_config(text, "c.yaml");
  if (config) return "";
  EXPECT_EQ(config.error().code, ErrorCode::bad_config);
  return config.error().detail;
}
std::string faults_of_least_and(const std::string& more) { return faults_of(std::string(kLeast) + more); }

TEST(HostConfig, HasTheDocumentedDefaults) {
  const auto config = parse_host_config(kLeast, "c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->host.name.str(), "web-01");
  EXPECT_TRUE(config->host.groups.empty());
  EXPECT_EQ(config->registry.url.str(), "https://registry.example.com");
  EXPECT_EQ(config->registry.token, "/etc/countersign/token");
  EXPECT_EQ(config->registry.ca, std::nullopt);
  EXPECT_FALSE(config->phone);
  EXPECT_EQ(config->challenge.timeout, Milliseconds{90'000});
  EXPECT_TRUE(config->challenge.number);
  EXPECT_TRUE(config->challenge.link);
  EXPECT_EQ(config->challenge.max_trust, Milliseconds{0});
  EXPECT_THAT(config->challenge.levels, ElementsAre(statement::Level::passkey, statement::Level::hardware));
  EXPECT_EQ(config->records.fresh, Milliseconds{60'000});
  EXPECT_EQ(config->records.max_life, Milliseconds{7 * 86'400'000});
  EXPECT_EQ(config->paths.signers, "/etc/countersign/signers");
  EXPECT_EQ(config->paths.cache, "/var/cache/countersign");
  EXPECT_EQ(config->paths.state, "/var/lib/countersign");
  EXPECT_EQ(config->paths.courier, "/usr/libexec/countersign/countersign-courier");
  EXPECT_EQ(config->courier_user.str(), "countersign");
}

TEST(HostConfig, TakesEverySetting) {
  const auto config = parse_host_config(R"(
host:
  name: db-02.example.com
  groups: [web, db_eu]
registry: { url: "http://127.0.0.1:8080", token: /t, ca: /ca.pem }
phone: { origin: "https://phone.example.com:8443", rp_id: phone.example.com, synced: refuse }
challenge: { timeout: 10s, number: false, link: false, max_trust: 8h, levels: [ssh-key] }
records: { fresh: 1s, max_life: 30d }
paths: { signers: /s, cache: /c, state: /v, courier: /x }
courier: { user: courier }
)",
                                        "c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->host.groups.at(1).str(), "db_eu");
  EXPECT_EQ(config->registry.url.port(), 8080);
  EXPECT_EQ(config->registry.token, "/t");
  EXPECT_EQ(config->registry.ca, "/ca.pem");
  EXPECT_EQ(config->phone->origin.str(), "https://phone.example.com:8443");
  EXPECT_EQ(config->phone->rp_id, "phone.example.com");
  EXPECT_EQ(config->challenge.timeout, Milliseconds{10'000});
  EXPECT_FALSE(config->phone->synced);
  EXPECT_FALSE(config->challenge.number);
  EXPECT_FALSE(config->challenge.link);
  EXPECT_EQ(config->challenge.max_trust, Milliseconds{8 * 3'600'000});
  EXPECT_THAT(config->challenge.levels, ElementsAre(statement::Level::ssh_key));
  EXPECT_EQ(config->records.fresh, Milliseconds{1'000});
  EXPECT_EQ(config->paths.courier, "/x");
  EXPECT_EQ(config->courier_user.str(), "courier");
}

TEST(HostConfig, AnEmptyListOfLevelsMeansNobody) {
  const auto config = parse_host_config(std::string(kLeast) + "challenge: {levels: []}\n", "c.yaml");
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->challenge.levels.empty());
  EXPECT_THAT(faults_of_least_and("challenge: {levels: }\n"),
              HasSubstr("challenge.levels: found nothing, allowed is a list of passkey, hardware and ssh-key"));
}

TEST(HostConfig, ReportsEveryFaultWithItsPlace) {
  EXPECT_EQ(faults_of("host:\n"
                      "  nmae: web-01\n"
                      "registry:\n"
                      "  url: https://registry.example.com/\n"
                      "challenge:\n"
                      "  timeout: soon\n"
                      "  number: yes\n"
                      "  levels: [passkey, psk, passkey]\n"
                      "token: /t\n"
                      "records: 7d\n"),
            "c.yaml:1:1: host.name: missing, needed is a host name of a-z, 0-9, \".\" and \"-\"\n"
            "c.yaml:2:3: host.nmae: unknown key, did you mean \"name\"?\n"
            "c.yaml:4:8: registry.url: found \"https://registry.example.com/\", allowed is https://HOST or "
            "https://HOST:PORT, lower case, no path (http only for this machine)\n"
            "c.yaml:6:12: challenge.timeout: found \"soon\", allowed is a duration from 10s to 115s\n"
            "c.yaml:7:11: challenge.number: found \"yes\", allowed is true or false\n"
            "c.yaml:8:21: challenge.levels: found \"psk\", allowed is a list of passkey, hardware and ssh-key\n"
            "c.yaml:8:26: challenge.levels: \"passkey\" given twice\n"
            "c.yaml:9:1: token: unknown key, did you mean \"registry.token\"?\n"
            "c.yaml:10:10: records: found \"7d\", allowed is a mapping of settings");
}

TEST(HostConfig, RefusesTheWrongShape) {
  EXPECT_THAT(faults_of("- host\n"), HasSubstr("c.yaml:1:1: found a list, allowed is a mapping of settings"));
  EXPECT_THAT(faults_of("just text\n"), HasSubstr("found \"just text\""));
  EXPECT_THAT(faults_of_least_and("challenge: {timeout: [90s]}\n"), HasSubstr("challenge.timeout: found a list"));
  EXPECT_THAT(faults_of_least_and("challenge: {levels: passkey}\n"), HasSubstr("challenge.levels: found \"passkey\""));
  EXPECT_THAT(faults_of_least_and("challenge: {levels: [[passkey]]}\n"), HasSubstr("challenge.levels: found a list"));
  EXPECT_THAT(faults_of_least_and("challenge: {timeout: }\n"), HasSubstr("challenge.timeout: found nothing"));
  EXPECT_THAT(faults_of_least_and("paths:\n"), HasSubstr("paths: found nothing"));
  EXPECT_THAT(faults_of_least_and("host.name: web-02\n"), HasSubstr(":3:1: host.name: unknown key"));
}

TEST(HostConfig, KeepsDurationsInTheirRange) {
  for (const char* bad : {"timeout: 9s", "timeout: 116s", "timeout: 2m", "timeout: 90", "timeout: 1.5m",
                          "timeout: -90s", "max_trust: 8d", "max_trust: never", "timeout: 090s"}) {
    EXPECT_THAT(faults_of_least_and(std::string("challenge: {") + bad + "}\n"), HasSubstr("allowed is a duration from"))
        << bad;
  }
}

TEST(HostConfig, PhoneOriginAndRpIdBelongTogether) {
  const auto config = parse_host_config(std::string(kLeast) + "phone: {origin: \"http://localhost:8080\"}\n", "c.yaml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->phone->rp_id, "localhost");
  EXPECT_TRUE(config->phone->synced);
  EXPECT_THAT(faults_of_least_and("phone: {synced: no}\n"),
              HasSubstr("phone.synced: found \"no\", allowed is allow or refuse"));
  EXPECT_EQ(faults_of_least_and("phone: {rp_id: phone.example.com}\n"),
            "c.yaml:3:16: phone.rp_id: given without phone.origin");
  EXPECT_EQ(faults_of_least_and("phone: {origin: \"https://phone.example.com\", rp_id: example.com}\n"),
            "c.yaml:3:53: phone.rp_id: found \"example.com\", allowed is the host of phone.origin, "
            "\"phone.example.com\"");
  EXPECT_THAT(faults_of_least_and("phone: {origin: \"http://127.0.0.1:8080\"}\n"), HasSubstr("phone.origin: found"));
}

TEST(HostConfig, AFaultElsewhereDoesNotHideOneAcrossSettings) {
  const std::string faults = faults_of_least_and("challenge: {number: 1}\nphone: {rp_id: phone.example.com}\n");
  EXPECT_THAT(faults, HasSubstr("challenge.number: found \"1\""));
  EXPECT_THAT(faults, HasSubstr("phone.rp_id: given without phone.origin"));
}

TEST(HostConfig, IsLoadedFromASafeFileOnly) {
  const countersign::testing::TempDirectory directory;
  const files::Rules rules{.owner = ::geteuid(), .trusted_base = directory.path()};
  const std::string path = directory.write("countersign.yaml", kLeast);
  EXPECT_TRUE(load_host_config(path, rules));
  EXPECT_EQ(load_host_config(directory.at("none"), rules).error().code, ErrorCode::not_found);
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  EXPECT_EQ(load_host_config(path, rules).error().code, ErrorCode::unsafe_file);
  directory.write("bad.yaml", "x: y\n");
  const auto bad = load_host_config(directory.at("bad.yaml"), rules);
  EXPECT_EQ(bad.error().code, ErrorCode::bad_config);
  EXPECT_THAT(bad.error().detail, HasSubstr(directory.at("bad.yaml") + ":1:1: x: unknown key"));
}

}  // namespace
}  // namespace countersign::config
