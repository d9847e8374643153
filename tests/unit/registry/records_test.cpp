#include <atomic>
#include <thread>

#include "site.h"

namespace countersign::registry::records {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using base::Seconds;

const auto kAlice = Site::user_name("alice");

TEST(RecordService, SignsOnceAndServesTheSameUntilSomethingChanges) {
  Site site;
  const auto first = site.records.current(kAlice);
  ASSERT_TRUE(first.has_value()) << to_string(first.error());
  EXPECT_EQ((*first)->serial, site.clock.now_unix_ms());
  EXPECT_EQ((*first)->record->login_keys.size(), 1U);
  EXPECT_EQ((*first)->record->approvers.size(), 1U);
  EXPECT_EQ((*first)->record->expires - (*first)->record->issued, Seconds{7 * 24 * 3600});
  site.clock.advance(Milliseconds{3600'000});
  EXPECT_EQ((*site.records.current(kAlice))->text(), (*first)->text());
  EXPECT_EQ(site.records_signed, 1);
  site.add_login_key("alice", new_key());
  const auto second = site.records.current(kAlice);
  EXPECT_EQ((*second)->record->login_keys.size(), 2U);
  EXPECT_GT((*second)->serial, (*first)->serial);
  EXPECT_NE((*second)->etag, (*first)->etag);
  EXPECT_EQ(site.records_signed, 2);
}

TEST(RecordService, SignsAnewAfterADay) {
  Site site;
  const auto first = *site.records.current(kAlice);
  site.clock.advance(Milliseconds{24 * 3600'000 - 1000});
  EXPECT_EQ((*site.records.current(kAlice))->serial, first->serial);
  site.clock.advance(Milliseconds{1000});
  const auto second = *site.records.current(kAlice);
  EXPECT_GT(second->serial, first->serial);
  EXPECT_EQ(second->record->issued, site.clock.now());
}

// A restored backup holds older records than hosts have seen.
TEST(RecordService, AServerSignsAnewWhatWasSignedBeforeItsStart) {
  Site site;
  const auto before = *site.records.current(kAlice);
  site.clock.advance(Milliseconds{60'000});
  RecordService restarted(*site.store, site.clock, site.signing_key,
                          {Seconds{7 * 24 * 3600}, Seconds{24 * 3600}, site.clock.now()},
                          [](const base::UserName&, std::int64_t) {});
  const auto first = *restarted.current(kAlice);
  EXPECT_GT(first->serial, before->serial);
  EXPECT_EQ(first->record->issued, site.clock.now());
  site.clock.advance(Milliseconds{60'000});
  EXPECT_EQ((*restarted.current(kAlice))->serial, first->serial) << "once";
}

// A start and the backup that it finds may fall into one second.
TEST(RecordService, AServerSignsAnewWhatSomebodyElseSignedInTheSecondOfItsStart) {
  Site site;
  const auto before = *site.records.current(kAlice);
  RecordService restarted(*site.store, site.clock, site.signing_key,
                          {Seconds{7 * 24 * 3600}, Seconds{24 * 3600}, site.clock.now()},
                          [](const base::UserName&, std::int64_t) {});
  const auto first = *restarted.current(kAlice);
  EXPECT_GT(first->serial, before->serial);
  EXPECT_EQ((*restarted.current(kAlice))->serial, first->serial) << "once";
}

TEST(RecordService, TheSerialMovesOnWhenTheClockDoesNot) {
  Site site;
  const auto first = *site.records.current(kAlice);
  site.add_login_key("alice", new_key());
  EXPECT_EQ((*site.records.current(kAlice))->serial, first->serial + 1);
}

TEST(RecordService, AnotherSigningKeySignsAnew) {
  Site site;
  const auto first = *site.records.current(kAlice);
  RecordService other(*site.store, site.clock, new_key(), {Seconds{3600}, Seconds{60}}, [](const auto&, auto) {});
  const auto second = *other.current(kAlice);
  EXPECT_GT(second->serial, first->serial);
  EXPECT_EQ(second->record.record().signature().public_key, other.key().public_key().blob());
}

TEST(RecordService, UnknownAndDisabledUsersHaveNoRecord) {
  Site site;
  const auto nobody = site.records.current(Site::user_name("nobody"));
  ASSERT_FALSE(nobody.has_value());
  EXPECT_EQ(nobody.error().code, ErrorCode::record_unknown);
  ASSERT_TRUE(site.store->set_user_disabled(kAlice, true).has_value());
  const auto disabled = site.records.current(kAlice);
  ASSERT_FALSE(disabled.has_value());
  EXPECT_EQ(disabled.error().code, ErrorCode::record_unknown);
}

TEST(RecordService, AReportedKeyIsLeftOut) {
  Site site;
  ASSERT_TRUE(site.store->set_login_key_reported(kAlice, site.login_key.public_key().fingerprint(), site.clock.now())
                  .has_value());
  EXPECT_TRUE((*site.records.current(kAlice))->record->login_keys.empty());
}

TEST(RecordService, ManyAtOnceGetOneRecord) {
  Site site;
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  const std::int64_t serial = site.clock.now_unix_ms();
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto current = site.records.current(kAlice);
      if (current && (*current)->serial == serial) ++same;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, 8);
  EXPECT_EQ(site.records_signed, 1);
}

TEST(RecordService, AnImportedRecordIsServedAsItIsUntilItExpires) {
  Site site;
  const auto administrator = new_key();
  auto fields = *record_fields(*site.store->contents(kAlice),
                               RecordStamp{7, site.clock.now(), site.clock.now() + Seconds{3 * 24 * 3600}});
  const auto record = *statement::Record::sign(fields, administrator);
  const auto read = read_foreign_record(record.text(), site.clock);
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  const store::Record row{7, 0, fields.issued, fields.expires, record.text()};
  ASSERT_TRUE(site.store->import_record(kAlice, fields.hosts.str(), row).has_value());
  site.clock.advance(Milliseconds{2 * 24 * 3600'000});
  EXPECT_EQ((*site.records.current(kAlice))->text(), record.text());
  site.clock.advance(Milliseconds{24 * 3600'000});
  const auto expired = site.records.current(kAlice);
  ASSERT_FALSE(expired.has_value());
  EXPECT_EQ(expired.error().code, ErrorCode::record_unknown);
  EXPECT_EQ(site.records_signed, 0);
}

TEST(RecordService, AForeignRecordMustHoldUnderItsOwnKey) {
  Site site;
  std::string text = (*site.records.current(kAlice))->text();
  text.replace(text.find("hosts: @web"), 11, "hosts: @dbs");
  const auto read = read_foreign_record(text, site.clock);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::signature_mismatch);
}

TEST(RecordBuilder, RefusesWhatWouldNotFit) {
  const auto key = new_key();
  store::UserContents contents{{Site::user_name("alice"), "*", false, false, 1, {}}, {}, {}};
  for (int i = 0; i < 257; ++i) {
    const std::string line = keys::print_public_key(new_key().public_key());
    contents.login_keys.push_back(store::LoginKey{"SHA256:x", line, line, {}, "", {}, {}});
  }
  const auto too_many = check_contents(contents, key);
  ASSERT_FALSE(too_many.has_value());
  EXPECT_EQ(too_many.error().code, ErrorCode::bad_statement);
  contents.login_keys.resize(40);
  for (store::LoginKey& row : contents.login_keys) row.line = "command=\"" + std::string(2000, 'x') + "\" " + row.line;
  const auto too_large = check_contents(contents, key);
  ASSERT_FALSE(too_large.has_value());
  EXPECT_EQ(too_large.error().code, ErrorCode::too_large);
  contents.login_keys.resize(20);
  EXPECT_TRUE(check_contents(contents, key).has_value());
}

TEST(RecordBuilder, RefusesAKeyInBothRoles) {
  const auto key = new_key();
  const statement::EndorsementFields fields{kAlice, {}, key.public_key(), statement::Level::ssh_key, base::Time{}};
  const std::string line = keys::print_public_key(key.public_key());
  const store::UserContents contents{{kAlice, "*", false, false, 1, {}},
                                     {store::LoginKey{"SHA256:x", line, line, {}, "", {}, {}}},
                                     {store::Approver{"SHA256:x", line, "ssh-key", {}, "", {}, *endorse(fields, key)}}};
  const auto checked = check_contents(contents, new_key());
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, ErrorCode::key_has_both_roles);
}

TEST(RecordBuilder, ReadsAnEndorsementThatSomebodySigned) {
  const auto endorser = new_key();
  const auto key = new_key();
  const statement::EndorsementFields fields{kAlice, {}, key.public_key(), statement::Level::ssh_key, base::Time{}};
  const auto signed_by_hand = *statement::Endorsement::sign(fields, endorser);
  const auto read = read_endorsement(signed_by_hand.text());
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  EXPECT_EQ(read->endorser, endorser.public_key().fingerprint());
  EXPECT_EQ(read->fields.key, key.public_key());
  std::string forged = signed_by_hand.text();
  forged.replace(forged.find("user: alice"), 11, "user: alicf");
  const auto refused = read_endorsement(forged);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::signature_mismatch);
}

}  // namespace
}  // namespace countersign::registry::records
