#include "common/files/replace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "common/base/blocked_signal.h"

namespace countersign::files {
namespace {

using base::Error;
using base::ErrorCode;
using base::Fd;
using base::Result;

Error failed(std::string_view path, std::string_view what, int error) {
  return Error(ErrorCode::io_error,
               std::string(path).append(": ").append(what).append(": ").append(std::strerror(error)));
}

// A name that no other process makes up at the same time, and that a directory listing shows for what it is.
Result<std::string> temporary_name(std::string_view path, const std::string& name) {
  std::array<unsigned char, 8> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return failed(path, "getrandom", errno);
  }
  std::string text = "." + name.substr(0, 200) + ".new-";
  for (const unsigned char byte : random) {
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", byte);
    text.append(hex.data());
  }
  return text;
}

Result<void> write_all(int fd, base::ByteView content, std::string_view path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed(path, "write", errno);
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// A local user may have set the file size limit under which su runs as root: that is an error like a full disk. The
// signal would end the process and leave the temporary file behind, each time.
Result<void> fill(const Fd& fd, base::ByteView content, const Replacement& how, std::string_view path) {
  const base::BlockedSignal no_sigxfsz(SIGXFSZ);
  if (const auto written = write_all(fd.get(), content, path); !written) return written;
  if (::fchmod(fd.get(), how.mode) != 0) return failed(path, "fchmod", errno);
  if (how.durability == Durability::synced && ::fsync(fd.get()) != 0) return failed(path, "fsync", errno);
  return {};
}

// The walk's descriptor is O_PATH, which fsync does not take.
Result<void> sync_directory(const Fd& directory, std::string_view path) {
  const Fd readable(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable || ::fsync(readable.get()) != 0) return failed(path, "fsync of its directory", errno);
  return {};
}

}  // namespace

Result<void> replace_file(std::string_view path, base::ByteView content, const Rules& rules, const Replacement& how) {
  const auto place = open_parent(path, rules);
  if (!place) return place.error();
  const int directory = place->directory.get();
  const auto temporary = temporary_name(path, place->name);
  if (!temporary) return temporary.error();
  const Fd fd(::openat(directory, temporary->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return failed(path, "making a temporary file beside it", errno);
  Result<void> done = fill(fd, content, how, path);
  if (done && ::renameat(directory, temporary->c_str(), directory, place->name.c_str()) != 0) {
    done = failed(path, "rename", errno);
  }
  if (!done) {
    ::unlinkat(directory, temporary->c_str(), 0);
    return done;
  }
  return how.durability == Durability::synced ? sync_directory(place->directory, path) : Result<void>{};
}

Result<void> remove_file(std::string_view path, const Rules& rules) {
  const auto place = open_parent(path, rules);
  if (!place) return place.error();
  if (::unlinkat(place->directory.get(), place->name.c_str(), 0) != 0) {
    if (errno == ENOENT) return {};
    return failed(path, "unlink", errno);
  }
  return sync_directory(place->directory, path);
}

}  // namespace countersign::files
