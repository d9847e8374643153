#include "helper/authorized_keys/lines.h"

#include "common/keys/public_key_line.h"
#include "tests/unit/helper/lookup_fixture.h"

namespace countersign::authorized_keys {
namespace {

class LinesTest : public LookupTest {
 protected:
  std::string key_ = keys::print_public_key(login_key_.public_key());
};

TEST_F(LinesTest, AreBuiltFromTheRecord) {
  const Lookup found = look(ok(record({.option = "10.0.0.0/8,!10.1.2.3"})));
  ASSERT_TRUE(found.record);
  const Lines lines = lines_of(*found.record, KeyFilter(std::nullopt));
  EXPECT_EQ(lines.text, "from=\"10.0.0.0/8,!10.1.2.3\" " + key_ + "\n");
  EXPECT_EQ(lines.count, 1U);
}

TEST_F(LinesTest, AreFilteredByASha256FingerprintOnly) {
  const Lookup found = look(ok(record()));
  const auto count = [&](const std::string& fingerprint) {
    return lines_of(*found.record, KeyFilter(fingerprint)).count;
  };
  EXPECT_EQ(count(login_key_.public_key().fingerprint()), 1U);
  EXPECT_EQ(count(signer_.public_key().fingerprint()), 0U);
  EXPECT_EQ(count("SHA256:"), 0U);
  EXPECT_EQ(count("MD5:ba:91:87:8a:bd:d1:08:33:c4:b9:8d:f2:07:b7:8f:63"), 1U);
  EXPECT_EQ(count(""), 1U);
}

TEST_F(LinesTest, OfTheChainGoThroughTheSameParser) {
  const std::string other = keys::print_public_key(signer_.public_key());
  const Lines lines = lines_of_chain("# a comment\n\n  \t\n" + key_ + " alice@laptop\n" + "command=\"/bin/backup\" " +
                                         other + "\n" +                                    //
                                         "cert-authority " + other + "\n" +                // refused
                                         "environment=\"LD_PRELOAD=x\" " + other + "\n" +  // refused
                                         "ssh-dss AAAAB3NzaC1kc3MAAACB\n" +                // refused
                                         "<html>\n" +                                      // refused
                                         "restrict " + other,                              // no line end
                                     KeyFilter(std::nullopt));
  EXPECT_EQ(lines.text, key_ + "\ncommand=\"/bin/backup\" " + other + "\nrestrict " + other + "\n");
  EXPECT_EQ(lines.count, 3U);
  EXPECT_EQ(lines.dropped, 4U);
  ASSERT_TRUE(lines.fault);
  EXPECT_EQ(lines.fault->code, base::ErrorCode::bad_key_option);
  EXPECT_TRUE(lines.fault->detail.starts_with("line 6: ")) << lines.fault->detail;
}

TEST_F(LinesTest, OfTheChainAreFilteredToo) {
  const std::string other = keys::print_public_key(signer_.public_key());
  const Lines lines = lines_of_chain(key_ + "\n" + other + "\n", KeyFilter(signer_.public_key().fingerprint()));
  EXPECT_EQ(lines.text, other + "\n");
  EXPECT_EQ(lines.dropped, 0U);
}

TEST_F(LinesTest, OfTheChainHoldNothingThatATerminalOrSshdCouldMistake) {
  for (const std::string& bad : {"\x1b[2J" + key_, key_ + std::string(1, '\0') + "x", key_.substr(0, key_.size() - 4),
                                 std::string(20'000, 'x'), "command=\"a\rb\" " + key_}) {
    const Lines lines = lines_of_chain(bad + "\n", KeyFilter(std::nullopt));
    EXPECT_EQ(lines.text, "") << bad;
    EXPECT_EQ(lines.dropped, 1U) << bad;
  }
}

}  // namespace
}  // namespace countersign::authorized_keys
