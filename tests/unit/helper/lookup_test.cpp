#include "helper/authorized_keys/lookup.h"

#include "tests/unit/helper/lookup_fixture.h"

namespace countersign::authorized_keys {
namespace {

using base::ErrorCode;
using base::Seconds;
using host::Miss;

TEST_F(LookupTest, FetchesVerifiesAndKeeps) {
  const std::string text = record();
  const Lookup found = look(ok(text));
  EXPECT_EQ(found.source, Source::fetched);
  EXPECT_EQ(text_of(found), text);
  EXPECT_FALSE(found.trouble);
  EXPECT_FALSE(found.not_stored);
  EXPECT_EQ(asked_.at(0), std::nullopt);
  EXPECT_EQ(cache_.read(alice_)->text, text);

  EXPECT_EQ(look(failed()).source, Source::fresh);
  EXPECT_EQ(times_asked(), 1U);
}

TEST_F(LookupTest, AsksAgainWhenNoLongerFresh) {
  const std::string text = record();
  cached(text, Seconds(59));
  EXPECT_EQ(look(failed()).source, Source::fresh);
  EXPECT_EQ(times_asked(), 0U);
  cached(text, Seconds(60));
  const Lookup found = look(unchanged());
  EXPECT_EQ(found.source, Source::confirmed);
  EXPECT_EQ(text_of(found), text);
  EXPECT_EQ(asked_.at(0), statement::Hash32::of(text).str());
  EXPECT_EQ(cache_.read(alice_)->confirmed, clock_.time);
  EXPECT_EQ(look(failed()).source, Source::fresh);
  EXPECT_EQ(times_asked(), 1U);
}

TEST_F(LookupTest, AConfirmationInTheFutureIsNone) {
  cached(record(), Seconds(-6));
  EXPECT_EQ(look(unchanged()).source, Source::confirmed);
  EXPECT_EQ(times_asked(), 1U);
}

TEST_F(LookupTest, TakesANewerRecord) {
  cached(record({.serial = 1000}));
  const std::string newer = record({.serial = 1001});
  EXPECT_EQ(text_of(look(ok(newer))), newer);
  EXPECT_EQ(cache_.read(alice_)->text, newer);
}

TEST_F(LookupTest, ServesStaleUntilTheRecordExpires) {
  const std::string text = record({.issued = Seconds(-80'000)});
  cached(text);
  const Lookup found = look(failed());
  EXPECT_EQ(found.source, Source::stale);
  EXPECT_EQ(text_of(found), text);
  EXPECT_EQ(found.trouble, base::Error(ErrorCode::registry_unreachable));
  EXPECT_EQ(cache_.miss(alice_, clock_.time), Miss::failed);

  clock_.time += Seconds(6'400);  // the record's own expiry
  const Lookup expired = look(failed());
  EXPECT_EQ(expired.source, Source::nothing);
  EXPECT_FALSE(expired.record);
}

TEST_F(LookupTest, RemembersAFailureForFifteenSeconds) {
  cached(record());
  EXPECT_EQ(look(failed()).source, Source::stale);
  clock_.time += Seconds(10);
  const Lookup again = look(ok(record({.serial = 2000})));
  EXPECT_EQ(again.source, Source::stale);
  EXPECT_EQ(again.remembered, Miss::failed);
  EXPECT_EQ(times_asked(), 1U);
  clock_.time += Seconds(6);
  EXPECT_EQ(look(ok(record({.serial = 2000}))).source, Source::fetched);
  EXPECT_EQ(times_asked(), 2U);
}

TEST_F(LookupTest, RemembersAFailureWithoutARecordToo) {
  EXPECT_EQ(look(failed()).source, Source::nothing);
  const Lookup again = look(ok(record()));
  EXPECT_EQ(again.source, Source::nothing);
  EXPECT_EQ(again.trouble, base::Error(ErrorCode::registry_unreachable));
  EXPECT_EQ(times_asked(), 1U);
}

TEST_F(LookupTest, AnUnknownUserIsServedNothing) {
  const std::string text = record();
  cached(text);
  const Lookup found = look(unknown());
  EXPECT_EQ(found.source, Source::nothing);
  EXPECT_EQ(found.trouble, base::Error(ErrorCode::record_unknown));
  EXPECT_EQ(look(ok(text)).remembered, Miss::unknown);
  EXPECT_EQ(times_asked(), 1U);

  // A failure afterwards does not bring the record back.
  clock_.time += Seconds(20);
  EXPECT_EQ(look(failed()).source, Source::nothing);
  clock_.time += Seconds(20);
  EXPECT_EQ(look(failed()).source, Source::nothing);
  EXPECT_EQ(times_asked(), 3U);

  // The registry itself can.
  clock_.time += Seconds(20);
  EXPECT_EQ(look(unchanged()).source, Source::confirmed);
  EXPECT_EQ(look(failed()).source, Source::fresh);
}

TEST_F(LookupTest, AnUnknownUserStillCountsForSerials) {
  cached(record({.serial = 1000}));
  EXPECT_EQ(look(unknown()).source, Source::nothing);
  clock_.time += Seconds(20);
  const Lookup found = look(ok(record({.serial = 999})));
  EXPECT_EQ(found.source, Source::nothing);
  EXPECT_EQ(found.trouble, base::Error(ErrorCode::record_rolled_back));
}

struct Refused {
  std::string_view name;
  RecordOptions options;
  ErrorCode expected;
};
class RefusedRecord : public LookupTest, public ::testing::WithParamInterface<Refused> {};

TEST_P(RefusedRecord, IsNotServedNorKeptAndCountsAsAFailure) {
  const std::string held = record({.serial = 1000, .issued = Seconds(-600)});
  cached(held);
  const Lookup found = look(ok(record(GetParam().options)));
  EXPECT_EQ(found.source, Source::stale);
  EXPECT_EQ(text_of(found), held);
  EXPECT_EQ(found.trouble, base::Error(GetParam().expected));
  EXPECT_EQ(cache_.read(alice_)->text, held);
  EXPECT_EQ(cache_.miss(alice_, clock_.time), Miss::failed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedRecord,
    ::testing::Values(
        Refused{"rolled_back", {.serial = 999}, ErrorCode::record_rolled_back},
        Refused{"equal_serial_with_other_bytes", {.serial = 1000}, ErrorCode::record_serial_reused},
        Refused{"lives_too_long",
                {.serial = 2000, .life = Seconds(7 * 24 * 3600 + 1)},
                ErrorCode::record_lifetime_too_long},
        Refused{"from_the_future", {.serial = 2000, .issued = Seconds(301)}, ErrorCode::record_from_future},
        Refused{"expired", {.serial = 2000, .issued = Seconds(-100), .life = Seconds(100)}, ErrorCode::record_expired},
        Refused{"of_another_user", {.serial = 2000, .user = "mallory"}, ErrorCode::wrong_user},
        Refused{"for_another_host", {.serial = 2000, .hosts = "@db web-02"}, ErrorCode::host_out_of_scope}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(LookupTest, RefusesWhatNobodySigned) {
  const Lookup stranger = look(ok(signed_by(new_key(), {})));
  EXPECT_EQ(stranger.trouble, base::Error(ErrorCode::signer_unknown));
  clock_.time += Seconds(20);
  const Lookup garbage = look(ok("<html>"));
  EXPECT_EQ(garbage.trouble, base::Error(ErrorCode::bad_statement));
  clock_.time += Seconds(20);
  std::string altered = record();
  altered.replace(altered.find("serial: 1000"), 12, "serial: 1001");
  EXPECT_EQ(look(ok(altered)).trouble, base::Error(ErrorCode::signature_mismatch));
}

TEST_F(LookupTest, ServesHostsAndGroupsInScope) {
  EXPECT_EQ(look(ok(record({.hosts = "@web"}))).source, Source::fetched);
}

TEST_F(LookupTest, AClockThatWasSetBackServesNothing) {
  cached(record({.serial = 1000}));
  clock_.time -= Seconds(3600);
  const Lookup found = look(ok(record({.serial = 2000})));
  EXPECT_EQ(found.source, Source::nothing);
  EXPECT_EQ(found.trouble, base::Error(ErrorCode::clock_went_back));
}

TEST_F(LookupTest, AnExpiredRecordStillCountsForSerials) {
  cached(record({.serial = 1000, .issued = Seconds(-5000), .life = Seconds(4000)}));
  const Lookup found = look(ok(record({.serial = 999})));
  EXPECT_EQ(found.source, Source::nothing);
  EXPECT_EQ(found.trouble, base::Error(ErrorCode::record_rolled_back));
  EXPECT_EQ(asked_.at(0), std::nullopt);  // it is not held: "unchanged" would not help
}

TEST_F(LookupTest, ARecordOfASignerWhoIsGoneCountsForNothing) {
  cached(signed_by(new_key(), {.serial = 999'999}));
  const Lookup found = look(ok(record({.serial = 5})));
  EXPECT_EQ(found.source, Source::fetched);
  EXPECT_EQ(asked_.at(0), std::nullopt);
}

TEST_F(LookupTest, UnchangedWithoutARecordIsAFailure) {
  EXPECT_EQ(look(unchanged()).source, Source::nothing);
  EXPECT_EQ(cache_.miss(alice_, clock_.time), Miss::failed);
}

TEST_F(LookupTest, WhatTheCourierCouldNotDoIsAFailure) {
  cached(record());
  const Lookup found = look(base::Error(ErrorCode::courier_failed, "not started"));
  EXPECT_EQ(found.source, Source::stale);
  EXPECT_EQ(found.trouble, base::Error(ErrorCode::courier_failed));
}

TEST_F(LookupTest, DoesNotWaitForEverForAnotherLookUp) {
  const std::string text = record();
  cached(text);
  const auto other = cache_.lock(alice_, std::chrono::steady_clock::now());
  ASSERT_TRUE(other);
  const Lookup found = look(ok(record({.serial = 2000})));
  EXPECT_EQ(found.source, Source::stale);
  EXPECT_EQ(text_of(found), text);
  EXPECT_EQ(times_asked(), 0U);
}

TEST_F(LookupTest, WorksWithoutACache) {
  std::filesystem::remove_all(directory_.path());
  const std::string text = record();
  const Lookup found = look(ok(text));
  EXPECT_EQ(found.source, Source::fetched);
  EXPECT_EQ(text_of(found), text);
  EXPECT_EQ(found.not_stored, base::Error(ErrorCode::not_found));
}

TEST_F(LookupTest, DoesNotServeWhatSomebodyPutIntoTheCache) {
  cached(signed_by(new_key(), {}), Seconds(0));
  EXPECT_EQ(look(failed()).source, Source::nothing);
  clock_.time += Seconds(20);
  cached(record({.user = "bob"}), Seconds(0));
  EXPECT_EQ(look(failed()).source, Source::nothing);
}

}  // namespace
}  // namespace countersign::authorized_keys
