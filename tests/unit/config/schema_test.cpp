#include "common/config/schema.h"

#include <gtest/gtest.h>

#include <set>

#include "common/config/reader.h"

namespace countersign::config {
namespace {

class EachSchema : public ::testing::TestWithParam<const Schema*> {};

TEST_P(EachSchema, KeysAreUniqueAndGroupedBySection) {
  std::set<std::string_view> keys;
  std::set<std::string_view> closed_sections;
  std::string_view section;
  for (const Setting& setting : GetParam()->settings) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    const std::size_t dot = setting.key.find('.');
    const std::string_view own = dot == std::string_view::npos ? std::string_view() : setting.key.substr(0, dot);
    if (own != section) {
      EXPECT_TRUE(closed_sections.insert(own).second) << setting.key;
    }
    section = own;
    EXPECT_FALSE(setting.help.empty()) << setting.key;
    EXPECT_EQ(setting.help.back(), '.') << setting.key;
    EXPECT_FALSE(allowed_text(setting).empty());
  }
}

TEST_P(EachSchema, EachValueInTheTableIsAllowedByIt) {
  for (const Setting& setting : GetParam()->settings) {
    if (is_list(setting.type)) continue;  // defaults of lists are read below
    EXPECT_TRUE(check_value(setting, setting.value)) << setting.key;
    const bool ranged = setting.type == Type::duration || setting.type == Type::integer;
    EXPECT_EQ(!setting.least.empty(), ranged) << setting.key;
    if (ranged) {
      EXPECT_TRUE(check_value(setting, setting.least)) << setting.key;
      EXPECT_TRUE(check_value(setting, setting.most)) << setting.key;
    }
  }
}

TEST_P(EachSchema, EveryDefaultIsThereWhenTheFileIsSilent) {
  Diagnostics diagnostics("f");
  const Values values = read_values("", *GetParam(), diagnostics);
  for (const Setting& setting : GetParam()->settings) {
    EXPECT_EQ(values.has(setting.key), setting.need == Need::defaulted) << setting.key;
    const std::string missing = "f:1:1: " + std::string(setting.key) + ": missing";
    EXPECT_EQ(diagnostics.error().detail.find(missing) != std::string::npos, setting.need == Need::required);
  }
}

std::string name_of(const ::testing::TestParamInfo<const Schema*>& info) {
  return info.param == &host_schema() ? "Host" : "Registry";
}
INSTANTIATE_TEST_SUITE_P(Schemas, EachSchema, ::testing::Values(&host_schema(), &registry_schema()), name_of);

struct Sample {
  Type type;
  const char* text;
  bool allowed;
};

TEST(CheckValue, IsLiteral) {
  const std::vector<Sample> samples{
      {Type::boolean, "true", true},
      {Type::boolean, "false", true},
      {Type::boolean, "yes", false},
      {Type::boolean, "True", false},
      {Type::boolean, "1", false},
      {Type::integer, "10", true},
      {Type::integer, "20", true},
      {Type::integer, "9", false},
      {Type::integer, "21", false},
      {Type::integer, "010", false},
      {Type::integer, "0x10", false},
      {Type::integer, "+10", false},
      {Type::integer, "-10", false},
      {Type::integer, "1_0", false},
      {Type::integer, "10 ", false},
      {Type::integer, "99999999999999999999", false},
      {Type::path, "/a/b", true},
      {Type::path, "a/b", false},
      {Type::path, "/", false},
      {Type::path, "/a/", false},
      {Type::path, "//a", false},
      {Type::path, "/a/../b", false},
      {Type::path, "/a/.", false},
      {Type::path, "/a\nb", false},
      {Type::path, "/.hidden", true},
      {Type::origin, "https://r.example.com", true},
      {Type::origin, "https://r.example.com/", false},
      {Type::origin, "http://r.example.com", false},
      {Type::origin, "http://127.0.0.1:8080", true},
      {Type::origin, "https://r.example.com/path", false},
      {Type::phone_origin, "http://localhost:8080", true},
      {Type::phone_origin, "http://127.0.0.1:8080", false},
      {Type::listen_address, "127.0.0.1:8080", true},
      {Type::listen_address, "[::1]:8080", true},
      {Type::listen_address, "0.0.0.0:443", true},
      {Type::listen_address, "::1:8080", false},
      {Type::listen_address, "[127.0.0.1]:80", false},
      {Type::listen_address, "localhost:80", false},
      {Type::listen_address, "127.0.0.1", false},
      {Type::listen_address, ":80", false},
      {Type::listen_address, "127.0.0.1:0", false},
      {Type::listen_address, "127.0.0.1:65536", false},
      {Type::listen_address, "[fe80::1%eth0]:80", false},
      {Type::push_host_list, "push.example.com", true},
      {Type::push_host_list, "*.push.example.com:8443", true},
      {Type::push_host_list, "*", false},
      {Type::push_host_list, "https://push.example.com", false},
      {Type::contact, "mailto:ops@example.com", true},
      {Type::contact, "mailto:a+b@example.com", true},
      {Type::contact, "https://example.com", true},
      {Type::contact, "https://example.com/contact", true},
      {Type::contact, "http://example.com", false},
      {Type::contact, "http://localhost:8080", false},
      {Type::contact, "mailto:ops", false},
      {Type::contact, "mailto:@example.com", false},
      {Type::contact, "mailto:ops@", false},
      {Type::contact, "mailto:a\"b@example.com", false},
      {Type::contact, "ops@example.com", false},
      {Type::contact, "", false},
      {Type::level_list, "passkey", true},
      {Type::level_list, "ssh-key", true},
      {Type::level_list, "Passkey", false},
      {Type::level_list, "ssh_key", false},
  };
  for (const Sample& sample : samples) {
    const Setting setting{"k", sample.type, Need::required, "", "10", "20", ""};
    EXPECT_EQ(check_value(setting, sample.text).has_value(), sample.allowed) << sample.text;
  }
}

TEST(ListenAddress, KnowsLoopback) {
  EXPECT_TRUE(ListenAddress::parse("127.1.2.3:80")->loopback);
  EXPECT_TRUE(ListenAddress::parse("[::1]:80")->loopback);
  for (const char* open : {"0.0.0.0:80", "[::]:80", "10.0.0.1:80", "[2001:db8::1]:80", "128.0.0.1:80"}) {
    EXPECT_FALSE(ListenAddress::parse(open)->loopback) << open;
  }
  EXPECT_EQ(ListenAddress::parse("[::1]:8080")->address, "::1");
  EXPECT_EQ(ListenAddress::parse("[::1]:8080")->port, 8080);
}

}  // namespace
}  // namespace countersign::config
