#include "common/host/record_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <array>
#include <thread>

#include "common/crypto/digest.h"
#include "common/encoding/base64.h"
#include "common/files/replace.h"

namespace countersign::host {
namespace {

using base::ErrorCode;
using base::Result;

constexpr base::Time kWithdrawn{};  // 1970: no registry confirmed anything then
constexpr std::string_view kRecords = "records";
constexpr std::string_view kMisses = "misses";
constexpr std::string_view kLocks = "locks";
constexpr mode_t kReadable = 0644;

base::Error system_error(const std::string& path, int error) {
  return {error == ENOENT ? ErrorCode::not_found : ErrorCode::io_error, path + ": " + ::strerror(error)};
}

bool counts(base::Time since, base::Seconds how_long, base::Time now) {
  return since <= now + kClockSlack && now - since < how_long;
}

}  // namespace

bool is_fresh(const CachedRecord& record, base::Seconds fresh, base::Time now) {
  return !record.withdrawn && counts(record.confirmed, fresh, now);
}

std::string_view to_string(Miss miss) {
  switch (miss) {
    case Miss::unknown: return "unknown";
    case Miss::failed: return "failed";
  }
  return "failed";
}

std::string cache_name(const base::UserName& user) {
  return encoding::hex_encode(crypto::sha256(base::as_bytes(user.str())));
}

RecordCache::RecordCache(std::string directory, uid_t owner, std::string trusted_base)
    : directory_(std::move(directory)) {
  rules_.owner = owner;
  rules_.trusted_base = std::move(trusted_base);
}

std::string RecordCache::path(std::string_view folder, const std::string& name) const {
  return std::string(directory_).append("/").append(folder).append("/").append(name);
}

Result<CachedRecord> RecordCache::read(const base::UserName& user) const {
  const std::string file_path = path(kRecords, cache_name(user));
  Result<files::Content> file = files::read_with_time(file_path, rules_);
  if (!file) return file.error();
  return CachedRecord{
      .text = std::move(file->text), .confirmed = file->modified, .withdrawn = file->modified == kWithdrawn};
}

std::optional<Miss> RecordCache::miss(const base::UserName& user, base::Time now) const {
  const std::string file_path = path(kMisses, cache_name(user));
  const Result<files::Content> file = files::read_with_time(file_path, rules_);
  if (!file) return std::nullopt;
  if (file->text == "unknown\n" && counts(file->modified, kUnknownFor, now)) return Miss::unknown;
  if (file->text == "failed\n" && counts(file->modified, kFailedFor, now)) return Miss::failed;
  return std::nullopt;
}

Result<RecordCache::Writer> RecordCache::lock(const base::UserName& user, base::MonotonicTime deadline) const {
  const std::string name = cache_name(user);
  const std::string lock_path = path(kLocks, name);
  for (const std::string_view folder : {kRecords, kMisses, kLocks}) {
    const std::string folder_path = std::string(directory_).append("/").append(folder);
    if (::mkdir(folder_path.c_str(), 0755) != 0 && errno != EEXIST) return system_error(folder_path, errno);
  }
  const auto place = files::open_parent(lock_path, rules_);
  if (!place) return place.error();
  base::Fd fd(
      ::openat(place->directory.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!fd) return system_error(lock_path, errno);
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_error(lock_path, errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      return {ErrorCode::deadline_passed, lock_path + ": another look-up of this user has not ended"};
    }
    std::this_thread::sleep_for(base::Milliseconds(5));
  }
  return Writer(*this, name, std::move(fd));
}

Result<void> RecordCache::Writer::store(std::string_view text) {
  const files::Replacement how{.mode = kReadable, .durability = files::Durability::synced};
  auto stored = files::replace_file(cache_.path(kRecords, name_), base::as_bytes(text), cache_.rules_, how);
  if (!stored) return stored;
  return files::remove_file(cache_.path(kMisses, name_), cache_.rules_);
}

Result<void> RecordCache::Writer::set_time(base::Time time) {
  const std::string file_path = cache_.path(kRecords, name_);
  const auto place = files::open_parent(file_path, cache_.rules_);
  if (!place) return place.error();
  const timespec modified{.tv_sec = time.time_since_epoch().count(), .tv_nsec = 0};
  const std::array<timespec, 2> times{modified, modified};
  if (::utimensat(place->directory.get(), name_.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
    return system_error(file_path, errno);
  }
  return {};
}

Result<void> RecordCache::Writer::confirm(base::Time now) { return set_time(now); }

Result<void> RecordCache::Writer::withdraw() {
  const Result<void> marked = set_time(kWithdrawn);
  if (!marked && marked.error().code == ErrorCode::not_found) return {};
  return marked;
}

Result<void> RecordCache::Writer::note(Miss miss) {
  const files::Replacement how{.mode = kReadable, .durability = files::Durability::unsynced};
  const std::string line = std::string(to_string(miss)) + "\n";
  return files::replace_file(cache_.path(kMisses, name_), base::as_bytes(line), cache_.rules_, how);
}

}  // namespace countersign::host
