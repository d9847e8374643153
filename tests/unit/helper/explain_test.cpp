// What a person is told agrees with what a look-up then does, and nothing is changed by telling.
#include "helper/authorized_keys/explain.h"

#include <gmock/gmock.h>

#include "tests/unit/helper/lookup_fixture.h"

namespace countersign::authorized_keys {
namespace {

using base::ErrorCode;
using base::Seconds;
using ::testing::HasSubstr;
using ::testing::Not;

class ExplainTest : public LookupTest {
 protected:
  std::string told(Reply reply) {
    reply_ = std::move(reply);
    return explain(around(), alice_);
  }
};

TEST_F(ExplainTest, AFreshRecord) {
  cached(record({.option = "10.0.0.0/8"}), Seconds(12));
  const std::string text = told(unchanged());
  EXPECT_THAT(text, HasSubstr("user      alice on web-01, which is in @web\n"));
  EXPECT_THAT(text, HasSubstr("cache     serial 1000, issued " + base::format_time(clock_.time - Seconds(60))));
  EXPECT_THAT(text, HasSubstr("signed by " + signer_.public_key().fingerprint() + " (line 1 of the signers)\n"));
  EXPECT_THAT(text, HasSubstr("12s ago: fresh, so nobody is asked\n"));
  EXPECT_THAT(text, HasSubstr("registry  says that the record in the cache is current\n"));
  EXPECT_THAT(text, HasSubstr("keys      " + login_key_.public_key().fingerprint() +
                              " ssh-ed25519, options from=\"10.0.0.0/8\"\n"));
  EXPECT_THAT(text, HasSubstr("result    a login now gets these keys, from the cache, without asking\n"));
}

TEST_F(ExplainTest, ARecordThatIsRefused) {
  cached(record({.serial = 1000}));
  const std::string text = told(ok(record({.serial = 999})));
  EXPECT_THAT(text, HasSubstr("sends a record that is refused:\n          record_rolled_back: serial 999"));
  EXPECT_THAT(text, HasSubstr("from the cache, because asking fails; until the record expires\n"));
}

TEST_F(ExplainTest, NothingAnywhere) {
  const std::string text = told(failed(ErrorCode::registry_unreachable));
  EXPECT_THAT(text, HasSubstr("cache     holds no record of this user\n"));
  EXPECT_THAT(text, HasSubstr("registry  could not be asked: registry_unreachable (as the test says)\n"));
  EXPECT_THAT(text, HasSubstr("result    a login now gets no keys\n"));
  EXPECT_THAT(text, Not(HasSubstr("keys      ")));
}

TEST_F(ExplainTest, AnInvalidCacheAndAnUnknownUser) {
  cached(record({.hosts = "db-01"}));
  const std::string text = told(unknown());
  EXPECT_THAT(text,
              HasSubstr("holds a record that is not valid here and now:\n          host_out_of_scope: hosts: db-01\n"));
  EXPECT_THAT(text, HasSubstr("registry  knows no such user on this host (HTTP 404)\n"));
  EXPECT_THAT(text, HasSubstr("gets no keys\n"));
}

TEST_F(ExplainTest, WhatWasRemembered) {
  cached(record());
  EXPECT_EQ(look(failed()).source, Source::stale);
  EXPECT_THAT(told(unchanged()), HasSubstr("memory    asking the registry failed within the last 15 s"));
  clock_.time += Seconds(20);
  EXPECT_EQ(look(unknown()).source, Source::nothing);
  clock_.time -= Seconds(20);  // files have the system's own time
  const std::string text = told(failed());
  EXPECT_THAT(text, HasSubstr("the registry has said since that it knows no such user: it is not served\n"));
  EXPECT_THAT(text, HasSubstr("memory    the registry knew no such user within the last 10 s"));
  EXPECT_THAT(text, HasSubstr("gets no keys\n"));
}

// Every combination of cache, memory and reply: the foretold source is the one that a look-up then finds.
TEST_F(ExplainTest, ForetellsWhatALookUpDoes) {
  struct Verdict {
    Source source;
    std::string_view words;
  };
  const std::vector<Verdict> verdicts{{Source::nothing, "gets no keys"},
                                      {Source::fresh, "from the cache, without asking"},
                                      {Source::confirmed, "from the cache, after asking"},
                                      {Source::fetched, "from the registry"},
                                      {Source::stale, "because asking fails"}};
  const std::vector<Reply> replies{
      ok(record({.serial = 2000})),           ok(record({.serial = 1})), unchanged(), unknown(), failed(),
      base::Error(ErrorCode::deadline_passed)};
  const auto set_up = [&](int cache_state, int memory) {
    std::filesystem::remove_all(directory_.at("records"));
    std::filesystem::remove_all(directory_.at("misses"));
    if (cache_state == 1) cached(record(), Seconds(5));
    if (cache_state == 2) cached(record(), Seconds(500));
    if (cache_state == 3) cached(record({.issued = Seconds(-5000), .life = Seconds(4000)}), Seconds(500));
    auto writer = cache_.lock(alice_, std::chrono::steady_clock::now()).value();
    if (cache_state == 4) {
      ASSERT_TRUE(writer.store(record()));
      ASSERT_TRUE(writer.withdraw());
    }
    if (memory > 0) {
      ASSERT_TRUE(writer.note(memory == 1 ? host::Miss::failed : host::Miss::unknown));
    }
  };
  for (int cache_state = 0; cache_state < 5; ++cache_state) {
    for (int memory = 0; memory < 3; ++memory) {
      for (std::size_t reply = 0; reply < replies.size(); ++reply) {
        SCOPED_TRACE(std::to_string(cache_state) + " " + std::to_string(memory) + " " + std::to_string(reply));
        set_up(cache_state, memory);
        const std::string text = told(replies[reply]);
        const Source found = look(replies[reply]).source;
        for (const auto& [source, words] : verdicts) {
          if (source == found) {
            EXPECT_THAT(text, HasSubstr(words));
          }
        }
      }
    }
  }
}

TEST_F(ExplainTest, ChangesNothing) {
  cached(record());
  const auto state = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      names.push_back(entry.path().string() + std::to_string(entry.last_write_time().time_since_epoch().count()));
    }
    std::sort(names.begin(), names.end());
    return names;
  };
  const auto before = state();
  for (const Reply& reply : {ok(record({.serial = 2000})), unchanged(), unknown(), failed()}) (void)told(reply);
  EXPECT_EQ(state(), before);
}

}  // namespace
}  // namespace countersign::authorized_keys
