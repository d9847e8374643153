#include "common/files/replace.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/support/temp_directory.h"

namespace countersign::files {
namespace {

using base::as_bytes;
using base::ErrorCode;

class Replace : public ::testing::Test {
 protected:
  [[nodiscard]] Rules rules() const { return {.owner = ::geteuid(), .trusted_base = directory.path()}; }
  [[nodiscard]] std::size_t entries() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) ++count;
    return count;
  }
  countersign::testing::TempDirectory directory;
};

TEST_F(Replace, MakesAPrivateFileAndReplacesIt) {
  const std::string path = directory.at("f");
  ASSERT_TRUE(replace_file(path, as_bytes("one"), rules()));
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_EQ(directory.read("f"), "one");
  ASSERT_TRUE(replace_file(path, as_bytes("two"), rules(), {.mode = 0644, .durability = Durability::unsynced}));
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0644U);
  EXPECT_EQ(directory.read("f"), "two");
  EXPECT_EQ(entries(), 1U);
}

// What a local user may do around a program that runs as root: no signal may end it where it stands.
TEST_F(Replace, AFileSizeLimitIsAnErrorAndLeavesNothing) {
  directory.write("f", "old");
  const pid_t pid = ::fork();  // the limit is for a process of our own
  if (pid == 0) {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_FSIZE, &none) != 0) ::_exit(3);
    const auto replaced = replace_file(directory.at("f"), as_bytes("new"), rules());
    ::_exit(!replaced && replaced.error().code == ErrorCode::io_error ? 0 : 4);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(directory.read("f"), "old");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Replace, AFailureLeavesTheOldContentAndNoTemporaryFile) {
  ASSERT_EQ(::mkdir(directory.at("d").c_str(), 0755), 0);
  directory.write("d/inside", "x");
  EXPECT_EQ(replace_file(directory.at("d"), as_bytes("new"), rules()).error().code, ErrorCode::io_error);
  EXPECT_EQ(directory.read("d/inside"), "x");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Replace, ReplacesALinkInsteadOfFollowingIt) {
  directory.write("target", "old");
  ASSERT_EQ(::symlink("target", directory.at("link").c_str()), 0);
  ASSERT_TRUE(replace_file(directory.at("link"), as_bytes("new"), rules()));
  EXPECT_EQ(directory.read("target"), "old");
  EXPECT_EQ(directory.read("link"), "new");
}

TEST_F(Replace, NeedsASafeDirectory) {
  EXPECT_EQ(replace_file(directory.at("none/f"), as_bytes("x"), rules()).error().code, ErrorCode::not_found);
  ASSERT_EQ(::chmod(directory.path().c_str(), 0777), 0);
  EXPECT_EQ(replace_file(directory.at("f"), as_bytes("x"), rules()).error().code, ErrorCode::unsafe_file);
  EXPECT_EQ(remove_file(directory.at("f"), rules()).error().code, ErrorCode::unsafe_file);
}

TEST_F(Replace, AReaderNeverSeesAPart) {
  const std::string path = directory.at("f");
  const std::string a(20'000, 'a');
  const std::string b(30'000, 'b');
  ASSERT_TRUE(replace_file(path, as_bytes(a), rules()));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(replace_file(path, as_bytes(i % 2 == 0 ? b : a), rules(), {.durability = Durability::unsynced}));
    }
    stop = true;
  });
  while (!stop) {
    const auto seen = read_safely(path, rules());
    ASSERT_TRUE(seen) << base::to_string(seen.error());
    EXPECT_TRUE(*seen == a || *seen == b);
  }
  writer.join();
}

TEST_F(Replace, RemovesAndIsContentWithNothing) {
  directory.write("f", "x");
  EXPECT_TRUE(remove_file(directory.at("f"), rules()));
  EXPECT_TRUE(remove_file(directory.at("f"), rules()));
  EXPECT_EQ(entries(), 0U);
}

}  // namespace
}  // namespace countersign::files
