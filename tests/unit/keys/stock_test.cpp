// Agreement with the ssh-keygen that is installed: what a signers file means, and where options end.
#include <gtest/gtest.h>

#include <optional>

#include "common/keys/authorized_keys.h"
#include "common/keys/public_key_line.h"
#include "common/keys/signers.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/keys/test_keys.h"

namespace countersign::keys {
namespace {

using testing::run_program;

constexpr const char* kNamespaces[] = {"record.v1@countersign", "file"};

class StockSigners : public ::testing::Test {
 protected:
  void SetUp() override {
    directory.write("message", "what is signed\n");
    ASSERT_EQ(run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", directory.at("key")}).status,
              0);
    auto parsed = parse_public_key_file(directory.read("key.pub"));
    ASSERT_TRUE(parsed);
    key.emplace(std::move(*parsed));
    for (const char* name_space : kNamespaces) {
      ASSERT_EQ(run_program({"ssh-keygen", "-q", "-Y", "sign", "-f", directory.at("key"), "-n", name_space,
                             directory.at("message")})
                    .status,
                0);
      std::filesystem::rename(directory.at("message.sig"), directory.at(std::string(name_space) + ".sig"));
    }
  }

  [[nodiscard]] bool stock_allows(const std::string& principal, const std::string& name_space, base::Time now,
                                  const std::string& zone) const {
    std::string compact;
    for (const char c : base::format_time(now)) {
      if (c >= '0' && c <= '9') compact.push_back(c);
    }
    return run_program({"ssh-keygen", "-Y", "verify", "-f", directory.at("allowed"), "-I", principal, "-n", name_space,
                        "-s", directory.at(name_space + ".sig"), "-O", "verify-time=" + compact + "Z"},
                       directory.at("message"), {"PATH=/usr/bin:/bin", "TZ=" + zone})
               .status == 0;
  }

  testing::TempDirectory directory;
  std::optional<crypto::PublicKey> key;
};

TEST_F(StockSigners, AgreesOnPatternsNamespacesAndTimes) {
  const std::string line = " " + print_public_key(*key) + " comment\n";
  const std::string other = " " + key_b + "\n";
  const std::string record = "namespaces=\"record.v1@countersign\"";
  const std::vector<std::string> files{
      "alice " + record + line,
      "alice,bob " + record + line,
      "a* " + record + line,
      "?lice " + record + line,
      "*,!bob " + record + line,
      "!alice,* " + record + line,
      "!bob " + record + line,
      "ALICE " + record + line,
      "* namespaces=\"*\"" + line,
      "* namespaces=\"record*,file\"" + line,
      "* namespaces=\"*,!file\"" + line,
      "* namespaces=\"!file\"" + line,
      "* namespaces=\"*@countersign\"" + line,
      "* namespaces=\"record.v?@countersign\"" + line,
      "* " + record + other,
      "* " + record + ",valid-before=\"20261121Z\"" + line,
      "* " + record + ",valid-after=\"20261121Z\"" + line,
      "* " + record + ",valid-after=\"202611202300Z\",valid-before=\"20261121010000Z\"" + line,
      "alice " + record + other + "bob " + record + line,
      "alice namespaces=\"file\"" + line + "alice " + record + line,
      "alice " + record + ",valid-before=\"20250101Z\"" + line + "alice " + record + line,
      "# comment\n\n \t\nalice\t" + record + " \t" + line,
  };
  int allowed = 0;
  int refused = 0;
  for (const std::string& file : files) {
    directory.write("allowed", file);
    const auto signers = Signers::parse(file);
    ASSERT_TRUE(signers) << file << base::to_string(signers.error());
    for (const char* principal : {"alice", "bob"}) {
      for (const char* name_space : kNamespaces) {
        for (const char* time : {"2026-11-20T23:00:00Z", "2026-11-21T00:00:00Z", "2026-11-21T01:00:01Z"}) {
          const base::Time now = *base::parse_time(time);
          const bool ours = signers->find(principal, name_space, key->blob(), now).has_value();
          EXPECT_EQ(stock_allows(principal, name_space, now, "UTC0"), ours)
              << file << principal << " " << name_space << " " << time;
          ++(ours ? allowed : refused);
        }
      }
    }
  }
  EXPECT_GT(allowed, 40);
  EXPECT_GT(refused, 40);
}

TEST_F(StockSigners, TimesDoNotDependOnTheMachine) {
  directory.write("allowed", "* namespaces=\"file\",valid-before=\"202611210930Z\" " + print_public_key(*key) + "\n");
  const auto signers = Signers::parse(directory.read("allowed"));
  ASSERT_TRUE(signers);
  for (const char* zone : {"UTC0", "EST5", "AEST-10"}) {
    for (const char* time : {"2026-11-21T09:30:00Z", "2026-11-21T09:30:01Z"}) {
      const base::Time now = *base::parse_time(time);
      EXPECT_EQ(stock_allows("alice", "file", now, zone), signers->find("alice", "file", key->blob(), now).has_value())
          << zone << " " << time;
    }
  }
}

TEST_F(StockSigners, FindPrincipalsNamesTheLinesWeRead) {
  directory.write("allowed", "alice,b* namespaces=\"file\" " + print_public_key(*key) + "\n");
  const auto found = run_program(
      {"ssh-keygen", "-Y", "find-principals", "-f", directory.at("allowed"), "-s", directory.at("file.sig")},
      "/dev/null", {"PATH=/usr/bin:/bin"});
  EXPECT_EQ(found.status, 0);
  EXPECT_EQ(Signers::parse(directory.read("allowed"))->lines().at(0).principals, "alice,b*");
  EXPECT_EQ(found.output, "alice\nb*\n");
}

TEST(StockAuthorizedKeys, AgreesWhereOptionsEnd) {
  const testing::TempDirectory directory;
  for (const char* options :
       {"restrict", "command=\"a b\"", "command=\"a \\\" b\",restrict", "command=\"\\\\\\\" c\"", "from=\"a,b\",no-pty",
        "command=\"x \\n y\"", "permitopen=\"[::1]:80\",expiry-time=\"20270101Z\""}) {
    const std::string line = std::string(options) + " " + key_a;
    directory.write("authorized_keys", line + "\n");
    const auto listed = run_program({"ssh-keygen", "-l", "-f", directory.at("authorized_keys")});
    const auto key = parse_record_key(line);
    ASSERT_TRUE(key) << line;
    EXPECT_EQ(listed.status, 0) << line;
    EXPECT_NE(listed.output.find(key->key.fingerprint()), std::string::npos) << line << listed.output;
  }
}

}  // namespace
}  // namespace countersign::keys
