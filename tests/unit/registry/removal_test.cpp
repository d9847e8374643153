// Whom a removed approver takes along, and whom the registry's key endorses in its place.
#include "registry/records/removal.h"

#include "pairing_site.h"

namespace countersign::registry::records {
namespace {

using base::ErrorCode;

// alice's approvers: the first, endorsed by the registry; second by first; third by second; and one of its own.
struct Chain : PairingSite {
  Chain() {
    vouch(second, approver_key);
    vouch(third, second);
    add_approver("alice", apart);
  }
  void vouch(const crypto::PrivateKey& key, const crypto::PrivateKey& endorser) {
    vouch(key.public_key(), statement::Level::ssh_key, endorser);
  }
  void vouch(const crypto::PublicKey& key, statement::Level level, const crypto::PrivateKey& endorser) {
    const statement::EndorsementFields fields{user_name("alice"), {}, key, level, clock.now()};
    const auto row = approver_row(fields, *endorse(fields, endorser), {});
    ASSERT_TRUE(store->add_approver(user_name("alice"), row, accept_all).has_value());
  }
  base::Result<store::Removal> remove(const crypto::PrivateKey& key, bool registry_endorses,
                                      LastApprover last = LastApprover::refuse) {
    const std::string name = key.public_key().fingerprint();
    return store->remove_approver(user_name("alice"), name, removal_plan(name, {registry_endorses, last}, signing_key));
  }
  [[nodiscard]] static std::string name(const crypto::PrivateKey& key) { return key.public_key().fingerprint(); }
  // Does it count for the registry, whose record lists nobody else's keys as endorsers?
  bool opens_a_session(const crypto::PrivateKey& key) {
    return call(net::Method::post, "/v1/sessions", {}, session(key)).status == 201;
  }

  crypto::PrivateKey second = new_key();
  crypto::PrivateKey third = new_key();
  crypto::PrivateKey apart = new_key();
};

TEST(Removal, WhereTheRegistryEndorsesItTakesOver) {
  Chain site;
  const auto removed = site.remove(site.approver_key, true);
  ASSERT_TRUE(removed.has_value());
  EXPECT_TRUE(removed->also.empty());
  ASSERT_EQ(removed->endorsed.size(), 1U);
  EXPECT_EQ(removed->endorsed.front().fingerprint, Chain::name(site.second));
  const auto record = site.record();
  ASSERT_EQ(record.approvers.size(), 3U);
  EXPECT_EQ(record.approvers.at(0).endorsement.public_key, site.signing_key.public_key().blob());
  EXPECT_EQ(record.approvers.at(1).endorsement.public_key, site.second.public_key().blob());
  EXPECT_TRUE(site.opens_a_session(site.second));
  EXPECT_TRUE(site.opens_a_session(site.third));
}

TEST(Removal, WhereAnAdministratorEndorsesTheyGoAlong) {
  Chain site;
  const auto removed = site.remove(site.approver_key, false);
  ASSERT_TRUE(removed.has_value());
  EXPECT_TRUE(removed->endorsed.empty());
  EXPECT_EQ(removed->also.size(), 2U);
  const auto record = site.record();
  ASSERT_EQ(record.approvers.size(), 1U);
  EXPECT_EQ(record.approvers.front().key, site.apart.public_key());
}

// Its endorser's line has left the signers of all hosts, so they no longer follow it. It pairs another and removes
// itself: the registry's key must not vouch for that other.
TEST(Removal, OfOneThatHostsDoNotFollowRaisesNobody) {
  Chain site;
  const auto stranger = new_key();
  const auto thief = new_key();
  const auto accomplice = new_key();
  const auto next = new_key();
  site.vouch(thief, stranger);
  site.vouch(accomplice, thief);
  site.vouch(next, accomplice);
  const auto removed = site.remove(accomplice, true);
  ASSERT_TRUE(removed.has_value());
  EXPECT_TRUE(removed->endorsed.empty());
  EXPECT_EQ(removed->also, std::vector<std::string>{Chain::name(next)});
  site.vouch(accomplice, thief);
  const auto itself = site.remove(thief, true);
  ASSERT_TRUE(itself.has_value());
  EXPECT_TRUE(itself->endorsed.empty());
  EXPECT_EQ(itself->also, std::vector<std::string>{Chain::name(accomplice)});
}

TEST(Removal, OfAnOrdinaryKeyRaisesNoPasskey) {
  Chain site;
  const testing::SoftAuthenticator phone(crypto::KeyType::sk_ecdsa_p256, "phone.example.com");
  site.vouch(phone.public_key(), statement::Level::passkey, site.approver_key);
  const auto removed = site.remove(site.approver_key, true);
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->also, std::vector<std::string>{phone.public_key().fingerprint()});
  ASSERT_EQ(removed->endorsed.size(), 1U);
  EXPECT_EQ(removed->endorsed.front().fingerprint, Chain::name(site.second));
}

TEST(Removal, OfTheLastThatCountsNeedsAWord) {
  Chain site;
  ASSERT_TRUE(site.remove(site.apart, false).has_value());
  const auto refused = site.remove(site.approver_key, false);  // the others count through it alone
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::registry_refused);
  EXPECT_EQ(site.record().approvers.size(), 3U);
  EXPECT_TRUE(site.remove(site.approver_key, false, LastApprover::require).has_value());
  EXPECT_TRUE(site.record().approvers.empty());
}

TEST(Removal, OfOneAmongOthersIsNotTheLast) {
  Chain site;
  const auto refused = site.remove(site.third, true, LastApprover::require);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::registry_refused);
  EXPECT_TRUE(site.remove(site.third, true, LastApprover::allow).has_value());
}

TEST(Removal, OfNobodyIsNotFound) {
  Chain site;
  const auto removed = site.remove(new_key(), true);
  ASSERT_FALSE(removed.has_value());
  EXPECT_EQ(removed.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace countersign::registry::records
