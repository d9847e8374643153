#include "pam/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "common/base/handle.h"
#include "common/files/replace.h"
#include "common/host/record_cache.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

constexpr int kLockAttempts = 50;  // of 20 ms: one second, within every login's deadline

base::Error system_error(const std::string& what) { return {ErrorCode::io_error, what + ": " + ::strerror(errno)}; }

// Held until the descriptor closes.
Result<base::Fd> lock(const std::string& directory) {
  base::Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));  // NOLINT: variadic by POSIX
  if (!fd) return system_error(directory);
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno != EWOULDBLOCK && errno != EINTR) return system_error(directory);
    const timespec pause{0, 20'000'000};
    ::nanosleep(&pause, nullptr);
  }
  return {ErrorCode::io_error, directory + ": locked by another login for a second"};
}

Result<std::optional<policy::Floor>> load_floor(const std::string& path, const files::Rules& rules) {
  const auto text = files::read_safely(path, rules);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return std::optional<policy::Floor>();
    return text.error();
  }
  auto floor = policy::Floor::parse(*text);
  if (!floor) return {ErrorCode::io_error, path + ": " + floor.error().detail};
  return std::optional(std::move(*floor));
}

}  // namespace

StateDirectory::StateDirectory(std::string path, std::string trusted_base) : path_(std::move(path)) {
  rules_.readers = files::Readers::owner_only;
  rules_.owner = ::geteuid();
  rules_.trusted_base = std::move(trusted_base);
}

Result<void> StateDirectory::make_directory(const std::string& path) const {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return system_error(path);
}

Result<StateDirectory::Held> StateDirectory::hold_against_floor(const policy::VerifiedRecord& record,
                                                                base::Time now) const {
  const std::string folder = path_ + "/floors";
  const std::string file = folder + "/" + host::cache_name(record->user);
  // Nearly every login finds the floor where it is. It needs no lock, so nobody can make it wait for one: who started
  // su can stop it at any point, also where it holds the lock.
  if (const auto floor = load_floor(file, rules_); floor && *floor) {
    const auto same = policy::advance_floor(*floor, record, now);
    if (!same) return same.error();
    if (**floor == *same) return Held{};
  }
  auto made = make_directory(path_);
  if (made) made = make_directory(folder);
  // Without a directory there is no floor either; a directory that is there but cannot be locked is still read.
  auto held = made ? lock(folder) : Result<base::Fd>(made.error());

  const auto floor = load_floor(file, rules_);
  if (!floor) return floor.error();
  auto raised = policy::advance_floor(*floor, record, now);
  if (!raised) return raised.error();
  if (*floor == *raised) return Held{};
  if (!held) return Held{held.error()};
  const auto text = raised->print();
  if (auto written = files::replace_file(file, base::as_bytes(text), rules_); !written) return Held{written.error()};
  return Held{};
}

Result<void> StateDirectory::keep_receipt(const base::ChallengeId& id, std::string_view answer, base::Time now) const {
  std::string day = base::format_time(now).substr(0, 10);
  day.erase(std::remove(day.begin(), day.end(), '-'), day.end());
  const std::string receipts = path_ + "/receipts";
  for (const auto& folder : {path_, receipts, receipts + "/" + day}) {
    if (auto made = make_directory(folder); !made) return made;
  }
  // Not synced: the login does not wait for the disk, and a power cut may cost a receipt, as a full disk may.
  return files::replace_file(receipts + "/" + day + "/" + id.str(), base::as_bytes(answer), rules_,
                             {0600, files::Durability::unsynced});
}

}  // namespace countersign::pam
