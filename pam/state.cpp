#include "pam/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <map>
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

// A trust's file is `UNTIL-ID`, UNTIL in Unix seconds, so that nobody has to parse it to see that its time is over.
std::optional<std::int64_t> until_of(const std::string& file) {
  std::int64_t until = 0;
  const char* const end = file.data() + file.size();
  const auto [rest, fault] = std::from_chars(file.data(), end, until);
  if (fault != std::errc() || rest == end || *rest != '-') return std::nullopt;
  return until;
}

// The names of the trusts in a folder by their end; a folder that is not there holds none.
Result<std::multimap<std::int64_t, std::string>> list_trusts(const std::string& folder) {
  std::multimap<std::int64_t, std::string> found;
  std::error_code fault;
  for (std::filesystem::directory_iterator each(folder, fault), end; !fault && each != end; each.increment(fault)) {
    std::string name = each->path().filename().string();
    if (const auto until = until_of(name)) found.emplace(*until, std::move(name));
  }
  if (fault && fault != std::errc::no_such_file_or_directory) {
    return base::Error(ErrorCode::io_error, folder + ": " + fault.message());
  }
  return found;
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

Result<std::vector<std::string>> StateDirectory::load_trusts(const base::UserName& user, base::Time now) const {
  const std::string folder = path_ + "/trust/" + host::cache_name(user);
  const auto listed = list_trusts(folder);
  if (!listed) return listed.error();
  std::vector<std::string> trusts;
  for (auto each = listed->upper_bound(now.time_since_epoch().count()); each != listed->end(); ++each) {
    auto text = files::read_safely(folder + "/" + each->second, rules_);
    if (!text && text.error().code == ErrorCode::not_found) continue;  // another login has just taken it away
    if (!text) return text.error();
    trusts.push_back(std::move(*text));
    if (trusts.size() == kMostTrusts) break;
  }
  return trusts;
}

Result<void> StateDirectory::keep_trust(const statement::Trust& trust, base::Time now) const {
  const std::string trusts = path_ + "/trust";
  const std::string folder = trusts + "/" + host::cache_name(trust->answer.challenge.user);
  for (const auto& each : {path_, trusts, folder}) {
    if (auto made = make_directory(each); !made) return made;
  }
  const auto listed = list_trusts(folder);
  if (!listed) return listed.error();
  std::size_t kept = 0;
  for (const auto& [until, name] : *listed) {
    if (until > now.time_since_epoch().count()) {
      ++kept;
    } else {
      ::unlink((folder + "/" + name).c_str());  // what stays is only left over
    }
  }
  if (kept >= kMostTrusts) return {ErrorCode::io_error, folder + ": as many trusts as one user may have"};
  const std::string name = std::to_string(trust->until.time_since_epoch().count()) + "-" + trust.id().str();
  return files::replace_file(folder + "/" + name, base::as_bytes(trust.text()), rules_,
                             {0600, files::Durability::unsynced});
}

}  // namespace countersign::pam
