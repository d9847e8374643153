#include "common/files/safe_read.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "tests/support/temp_directory.h"

namespace countersign::files {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;

constexpr uid_t kStranger = 4242;

class SafeRead : public ::testing::Test {
 protected:
  [[nodiscard]] Rules rules() const { return {.owner = ::geteuid(), .trusted_base = directory.path()}; }

  // Makes `path` belong to somebody the rules do not name. Without root nothing can be given away, so there the rules
  // name the stranger instead, and our own files are the foreign ones.
  static Rules with_stranger(const std::string& path, Rules rules) {
    if (::geteuid() == 0) {
      EXPECT_EQ(::chown(path.c_str(), kStranger, kStranger), 0);
    } else {
      rules.owner = kStranger;
    }
    return rules;
  }

  countersign::testing::TempDirectory directory;
};

TEST_F(SafeRead, ReadsAWellKeptFile) {
  const std::string path = directory.write("config", "host: {name: web-01}\n");
  EXPECT_EQ(*read_safely(path, rules()), "host: {name: web-01}\n");
  const auto secret = read_secret(path, rules());
  EXPECT_EQ(base::as_text(*secret), "host: {name: web-01}\n");
}

TEST_F(SafeRead, SaysWhenTheFileWasModified) {
  const std::string path = directory.write("f", "x");
  const base::Time then = *base::parse_time("2026-11-21T09:30:00Z");
  const timespec stamp{then.time_since_epoch().count(), 999'999'999};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), std::array{stamp, stamp}.data(), 0), 0);
  const auto file = open_safely(path, rules());
  EXPECT_EQ(file->modified, then);
  EXPECT_EQ(file->size, 1U);
}

TEST_F(SafeRead, ReadsAnEmptyFile) { EXPECT_EQ(*read_safely(directory.write("empty", ""), rules()), ""); }

TEST_F(SafeRead, NamesWhatIsMissing) {
  const auto result = read_safely(directory.at("none"), rules());
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_THAT(result.error().detail, HasSubstr(directory.at("none")));
  EXPECT_EQ(read_safely(directory.at("none/below"), rules()).error().code, ErrorCode::not_found);
}

TEST_F(SafeRead, RefusesOddPaths) {
  directory.write("f", "x");
  for (const std::string& path :
       {std::string(), std::string("f"), directory.path() + "//f", directory.path() + "/./f", directory.at("f/"),
        directory.path() + "/../" + directory.path().substr(5) + "/f", std::string("/"), directory.at("f") + '\0'}) {
    EXPECT_EQ(read_safely(path, rules()).error().code, ErrorCode::unsafe_file) << path;
  }
}

TEST_F(SafeRead, RefusesSymbolicLinksAnywhere) {
  ASSERT_EQ(::mkdir(directory.at("real").c_str(), 0755), 0);
  directory.write("real/f", "x");
  ASSERT_EQ(::symlink("real/f", directory.at("link").c_str()), 0);
  ASSERT_EQ(::symlink("real", directory.at("dir").c_str()), 0);
  EXPECT_TRUE(read_safely(directory.at("real/f"), rules()));
  EXPECT_EQ(read_safely(directory.at("link"), rules()).error().code, ErrorCode::unsafe_file);
  EXPECT_EQ(read_safely(directory.at("dir/f"), rules()).error().code, ErrorCode::unsafe_file);
}

TEST_F(SafeRead, RefusesWhatIsNoRegularFileWithoutBlocking) {
  ASSERT_EQ(::mkfifo(directory.at("fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mkdir(directory.at("dir").c_str(), 0755), 0);
  const base::Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = directory.at("socket");
  std::memcpy(static_cast<char*>(address.sun_path), name.c_str(), name.size() + 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  for (const char* odd : {"fifo", "dir", "socket"}) {
    EXPECT_EQ(read_safely(directory.at(odd), rules()).error().code, ErrorCode::unsafe_file) << odd;
  }
}

TEST_F(SafeRead, RefusesAFileThatOthersCouldWrite) {
  const std::string path = directory.write("f", "x");
  for (const mode_t mode : {0664U, 0646U, 0620U, 0602U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto result = read_safely(path, rules());
    EXPECT_EQ(result.error().code, ErrorCode::unsafe_file) << std::oct << mode;
    EXPECT_THAT(result.error().detail, HasSubstr("not writable by group or others"));
  }
}

TEST_F(SafeRead, RefusesAFileOfAStranger) {
  const std::string path = directory.write("f", "x");
  const auto result = read_safely(path, with_stranger(path, rules()));
  EXPECT_EQ(result.error().code, ErrorCode::unsafe_file);
  EXPECT_THAT(result.error().detail, HasSubstr("owned by uid"));
}

TEST_F(SafeRead, ChecksEveryParentFromTheBaseOn) {
  ASSERT_EQ(::mkdir(directory.at("a").c_str(), 0755), 0);
  ASSERT_EQ(::mkdir(directory.at("a/b").c_str(), 0755), 0);
  const std::string path = directory.write("a/b/f", "x");
  EXPECT_TRUE(read_safely(path, rules()));
  for (const mode_t mode : {0775U, 0757U, 01777U}) {
    ASSERT_EQ(::chmod(directory.at("a").c_str(), mode), 0);
    const auto result = read_safely(path, rules());
    EXPECT_EQ(result.error().code, ErrorCode::unsafe_file) << std::oct << mode;
    EXPECT_THAT(result.error().detail, HasSubstr(directory.at("a") + ": mode"));
  }
  Rules below = rules();
  below.trusted_base = directory.at("a/b");
  EXPECT_TRUE(read_safely(path, below));
  ASSERT_EQ(::chmod(directory.at("a").c_str(), 0755), 0);
  EXPECT_EQ(read_safely(path, with_stranger(directory.at("a"), rules())).error().code, ErrorCode::unsafe_file);
}

TEST_F(SafeRead, ThePathLiesBelowTheBase) {
  ASSERT_EQ(::mkdir(directory.at("a").c_str(), 0755), 0);
  const std::string path = directory.write("f", "x");
  Rules elsewhere = rules();
  elsewhere.trusted_base = directory.at("a");
  EXPECT_EQ(read_safely(path, elsewhere).error().code, ErrorCode::unsafe_file);
  EXPECT_EQ(read_safely(directory.at("ab"), elsewhere).error().code, ErrorCode::unsafe_file);
}

TEST_F(SafeRead, FromTheRootAWorldWritableDirectoryIsNotSafe) {
  Rules strict = rules();
  strict.trusted_base = "/";
  EXPECT_TRUE(read_safely("/etc/passwd", strict));
  ASSERT_EQ(::chmod(directory.path().c_str(), 01777), 0);
  EXPECT_EQ(read_safely(directory.write("f", "x"), strict).error().code, ErrorCode::unsafe_file);
}

TEST_F(SafeRead, CapsTheSize) {
  Rules small = rules();
  small.max_bytes = 4;
  EXPECT_EQ(*read_safely(directory.write("four", "1234"), small), "1234");
  const auto result = read_safely(directory.write("five", "12345"), small);
  EXPECT_EQ(result.error().code, ErrorCode::too_large);
  EXPECT_THAT(result.error().detail, HasSubstr("5 bytes (at most 4)"));
}

TEST_F(SafeRead, ASecretIsNotForEverybody) {
  const std::string path = directory.write("token", "secret");
  Rules group = rules();
  group.readers = Readers::owner_and_group;
  Rules owner = rules();
  owner.readers = Readers::owner_only;
  EXPECT_EQ(read_secret(path, group).error().code, ErrorCode::unsafe_file);
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_TRUE(read_secret(path, group));
  EXPECT_EQ(read_secret(path, owner).error().code, ErrorCode::unsafe_file);
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(read_secret(path, owner));
}

}  // namespace
}  // namespace countersign::files
