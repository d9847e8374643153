#include "common/host/record_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/support/temp_directory.h"

namespace countersign::host {
namespace {

using base::ErrorCode;
using base::Seconds;

base::UserName user(std::string_view name) { return base::UserName::parse(name).value(); }
auto soon() { return std::chrono::steady_clock::now() + base::Milliseconds(2000); }
base::Time now() { return base::SystemClock().now(); }

class RecordCacheTest : public ::testing::Test {
 protected:
  void put(std::string_view folder, const std::string& text, std::optional<base::Time> modified = std::nullopt) {
    std::filesystem::create_directories(directory_.at(folder));
    const std::string path = directory_.write(std::string(folder) + "/" + cache_name(alice_), text);
    if (!modified) return;
    const timespec time{.tv_sec = modified->time_since_epoch().count(), .tv_nsec = 0};
    const std::array<timespec, 2> times{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
  }
  std::string record_path() { return directory_.at("records/" + cache_name(alice_)); }

  countersign::testing::TempDirectory directory_;
  base::UserName alice_ = user("alice");
  RecordCache cache_{directory_.path(), ::geteuid(), directory_.path()};
};

TEST_F(RecordCacheTest, NamesFilesByTheHashOfTheUser) {
  // printf alice | sha256sum
  EXPECT_EQ(cache_name(alice_), "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90");
}

TEST_F(RecordCacheTest, KeepsARecord) {
  EXPECT_EQ(cache_.read(alice_).error().code, ErrorCode::not_found);
  {
    auto writer = cache_.lock(alice_, soon());
    ASSERT_TRUE(writer) << base::to_string(writer.error());
    ASSERT_TRUE(writer->note(Miss::failed));
    EXPECT_EQ(cache_.miss(alice_, now()), Miss::failed);
    ASSERT_TRUE(writer->store("one\n"));
    EXPECT_EQ(cache_.miss(alice_, now()), std::nullopt);
    ASSERT_TRUE(writer->store("two\n"));
  }
  const auto record = cache_.read(alice_);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->text, "two\n");
  EXPECT_TRUE(is_fresh(*record, Seconds(60), now()));
  EXPECT_EQ(cache_.read(user("bob")).error().code, ErrorCode::not_found);
  struct stat found {};
  ASSERT_EQ(::stat(record_path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0644U);
  const auto files = std::filesystem::directory_iterator(directory_.at("records"));
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(RecordCacheTest, KnowsWhenItWasConfirmed) {
  const base::Time t = base::parse_time("2026-11-21T09:30:00Z").value();
  put("records", "x", t);
  const CachedRecord record = cache_.read(alice_).value();
  EXPECT_EQ(record.confirmed, t);
  EXPECT_TRUE(is_fresh(record, Seconds(60), t + Seconds(59)));
  EXPECT_FALSE(is_fresh(record, Seconds(60), t + Seconds(60)));
  EXPECT_TRUE(is_fresh(record, Seconds(60), t - Seconds(5)));
  EXPECT_FALSE(is_fresh(record, Seconds(60), t - Seconds(6)));  // a clock that was set back
  EXPECT_FALSE(is_fresh(record, Seconds(0), t));

  auto writer = cache_.lock(alice_, soon());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->confirm(t + Seconds(100)));
  EXPECT_EQ(cache_.read(alice_)->confirmed, t + Seconds(100));
}

TEST_F(RecordCacheTest, RemembersThatTheRegistryKnowsNoSuchUser) {
  put("records", "x");
  auto writer = cache_.lock(alice_, soon());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->withdraw());
  const CachedRecord record = cache_.read(alice_).value();
  EXPECT_TRUE(record.withdrawn);
  EXPECT_EQ(record.text, "x");
  EXPECT_FALSE(is_fresh(record, Seconds(60), base::Time{} + Seconds(10)));
  ASSERT_TRUE(writer->store("y"));
  EXPECT_FALSE(cache_.read(alice_)->withdrawn);
  EXPECT_TRUE(cache_.lock(user("bob"), soon())->withdraw());
  EXPECT_EQ(cache_.lock(user("bob"), soon())->confirm(now()).error().code, ErrorCode::not_found);
}

TEST_F(RecordCacheTest, AMissCountsForAWhile) {
  const base::Time t = base::parse_time("2026-11-21T09:30:00Z").value();
  const auto missed = [&](int seconds) { return cache_.miss(alice_, t + Seconds(seconds)); };
  put("misses", "failed\n", t);
  EXPECT_EQ(missed(0), Miss::failed);
  EXPECT_EQ(missed(14), Miss::failed);
  EXPECT_EQ(missed(15), std::nullopt);
  EXPECT_EQ(missed(-5), Miss::failed);
  EXPECT_EQ(missed(-6), std::nullopt);
  put("misses", "unknown\n", t);
  EXPECT_EQ(missed(9), Miss::unknown);
  EXPECT_EQ(missed(10), std::nullopt);
  for (const char* text : {"", "unknown", "unknown\n\n", "known\n", "UNKNOWN\n"}) {
    put("misses", text, t);
    EXPECT_EQ(missed(0), std::nullopt) << text;
  }
}

TEST_F(RecordCacheTest, ReadsNothingUnsafe) {
  std::filesystem::create_directories(directory_.at("records"));
  const std::string path = record_path();
  const auto code = [&] { return cache_.read(alice_).error().code; };

  directory_.write("elsewhere", "x");
  std::filesystem::create_symlink(directory_.at("elsewhere"), path);
  EXPECT_EQ(code(), ErrorCode::unsafe_file);
  std::filesystem::remove(path);

  ASSERT_EQ(::mkfifo(path.c_str(), 0644), 0);
  EXPECT_EQ(code(), ErrorCode::unsafe_file);  // and does not wait for a writer
  std::filesystem::remove(path);

  std::filesystem::create_directory(path);
  EXPECT_EQ(code(), ErrorCode::unsafe_file);
  std::filesystem::remove(path);

  put("records", std::string(65536, 'x'));
  EXPECT_TRUE(cache_.read(alice_));
  put("records", std::string(65537, 'x'));
  EXPECT_EQ(code(), ErrorCode::too_large);

  put("records", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  EXPECT_EQ(code(), ErrorCode::unsafe_file);
}

TEST_F(RecordCacheTest, OneWriterAtATime) {
  auto first = cache_.lock(alice_, soon());
  ASSERT_TRUE(first);
  EXPECT_EQ(cache_.lock(alice_, std::chrono::steady_clock::now() + base::Milliseconds(50)).error().code,
            ErrorCode::deadline_passed);
  EXPECT_TRUE(cache_.lock(user("bob"), soon()));
  std::atomic<bool> released = false;
  std::thread second([&] {
    EXPECT_TRUE(cache_.lock(alice_, soon()));
    EXPECT_TRUE(released);
  });
  std::this_thread::sleep_for(base::Milliseconds(50));
  released = true;
  { const auto ends_here = std::move(*first); }
  second.join();
}

TEST_F(RecordCacheTest, SaysWhyItCannotWrite) {
  const RecordCache nowhere(directory_.at("missing"), ::geteuid(), directory_.path());
  EXPECT_EQ(nowhere.lock(alice_, soon()).error().code, ErrorCode::not_found);
  directory_.write("file", "x");
  const RecordCache in_a_file(directory_.at("file"), ::geteuid(), directory_.path());
  EXPECT_EQ(in_a_file.lock(alice_, soon()).error().code, ErrorCode::io_error);
}

}  // namespace
}  // namespace countersign::host
