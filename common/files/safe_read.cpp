#include "common/files/safe_read.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace countersign::files {
namespace {

using base::Error;
using base::ErrorCode;
using base::Fd;
using base::Result;

std::string mode_text(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

std::string owners_text(const Rules& rules) {
  return rules.owner == 0 ? "root" : "root or uid " + std::to_string(rules.owner);
}

Error unsafe(std::string_view path, std::string_view found, std::string_view expected) {
  return Error(ErrorCode::unsafe_file,
               std::string(path).append(": ").append(found).append(" (expected ").append(expected).append(")"));
}

Error from_errno(std::string_view path, int error) {
  const ErrorCode code = error == ENOENT ? ErrorCode::not_found : ErrorCode::io_error;
  return Error(code, std::string(path).append(": ").append(std::strerror(error)));
}

// The names between the slashes. Every spelling but the plain one is refused, so that a path has one meaning.
Result<std::vector<std::string>> split(std::string_view path) {
  const Error bad = unsafe(path, "not a plain absolute path", "/name/name without \".\", \"..\" or empty names");
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos) return bad;
  std::vector<std::string> names;
  std::string_view rest = path.substr(1);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return bad;
    names.emplace_back(name);
    if (slash == std::string_view::npos) return names;
    rest.remove_prefix(slash + 1);
    if (rest.empty()) return bad;
  }
  return names;
}

Result<void> check_owner_and_writers(const struct stat& found, std::string_view path, const Rules& rules) {
  if (found.st_uid != 0 && found.st_uid != rules.owner) {
    return unsafe(path, "owned by uid " + std::to_string(found.st_uid), owners_text(rules));
  }
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return unsafe(path, "mode " + mode_text(found.st_mode), "not writable by group or others");
  }
  return {};
}

Result<void> check_readers(const struct stat& found, std::string_view path, Readers readers) {
  const auto mode = found.st_mode;
  switch (readers) {
    case Readers::anybody: return {};
    case Readers::owner_and_group:
      if ((mode & S_IRWXO) == 0) return {};
      return unsafe(path, "mode " + mode_text(mode), "0640 or less: the file holds a secret");
    case Readers::owner_only:
      if ((mode & (S_IRWXG | S_IRWXO)) == 0) return {};
      return unsafe(path, "mode " + mode_text(mode), "0600 or less: the file holds a secret");
  }
  return Error(ErrorCode::internal);
}

Result<Fd> open_directory(int parent, const std::string& name, std::string_view path) {
  Fd fd(::openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC));
  if (fd) return fd;
  const int error = errno;
  if (error == ELOOP || error == ENOTDIR) return unsafe(path, "a symbolic link or no directory", "a directory");
  return from_errno(path, error);
}

Result<void> check_directory(const Fd& fd, std::string_view path, const Rules& rules) {
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return from_errno(path, errno);
  return check_owner_and_writers(found, path, rules);
}

}  // namespace

Result<Place> open_parent(std::string_view path, const Rules& rules) {
  auto names = split(path);
  if (!names) return names.error();
  if (names->empty()) return unsafe(path, "a directory", "a file");
  const auto base_names = split(rules.trusted_base);
  if (!base_names) return base_names.error();
  const std::string file = names->back();
  names->pop_back();
  const std::size_t unchecked = base_names->size();
  if (names->size() < unchecked || !std::equal(base_names->begin(), base_names->end(), names->begin())) {
    return unsafe(path, "outside " + rules.trusted_base, "a path below it");
  }
  auto directory = open_directory(AT_FDCWD, "/", "/");
  if (!directory) return directory.error();
  std::string walked;
  for (std::size_t depth = 0;; ++depth) {
    if (depth >= unchecked) {
      const auto safe = check_directory(*directory, walked.empty() ? "/" : walked, rules);
      if (!safe) return safe.error();
    }
    if (depth == names->size()) return Place{std::move(*directory), file};
    const std::string& name = (*names)[depth];
    walked.append("/").append(name);
    directory = open_directory(directory->get(), name, walked);
    if (!directory) return directory.error();
  }
}

Result<OpenFile> open_safely(std::string_view path, const Rules& rules) {
  auto place = open_parent(path, rules);
  if (!place) return place.error();
  Fd fd(
      ::openat(place->directory.get(), place->name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) {
    const int error = errno;
    if (error == ELOOP) return unsafe(path, "a symbolic link", "a regular file");
    if (error == ENXIO) return unsafe(path, "a socket or device", "a regular file");
    return from_errno(path, error);
  }
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return from_errno(path, errno);
  if (!S_ISREG(found.st_mode)) return unsafe(path, "not a regular file", "a regular file");
  if (const auto safe = check_owner_and_writers(found, path, rules); !safe) return safe.error();
  if (const auto safe = check_readers(found, path, rules.readers); !safe) return safe.error();
  const auto size = static_cast<std::size_t>(found.st_size);
  if (size > rules.max_bytes) {
    return Error(ErrorCode::too_large, std::string(path) + ": " + std::to_string(size) + " bytes (at most " +
                                           std::to_string(rules.max_bytes) + ")");
  }
  return OpenFile{std::move(fd), size, base::Time{base::Seconds{found.st_mtim.tv_sec}}};
}

namespace {

template <typename Container>
Result<Container> read_whole(const Result<OpenFile>& file, std::string_view path) {
  if (!file) return file.error();
  // One byte beyond the size at opening: reading it shows growth, so the buffer never has to move (secrets are wiped
  // where they lie).
  Container content(file->size + 1, 0);
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(file->fd.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return from_errno(path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > file->size) return Error(ErrorCode::io_error, std::string(path) + ": changed while it was read");
  content.resize(filled);
  return content;
}

}  // namespace

Result<std::string> read_safely(std::string_view path, const Rules& rules) {
  return read_whole<std::string>(open_safely(path, rules), path);
}

Result<Content> read_with_time(std::string_view path, const Rules& rules) {
  const auto file = open_safely(path, rules);
  auto text = read_whole<std::string>(file, path);
  if (!text) return text.error();
  return Content{std::move(*text), file->modified};
}

Result<base::SecretBytes> read_secret(std::string_view path, const Rules& rules) {
  return read_whole<base::SecretBytes>(open_safely(path, rules), path);
}

}  // namespace countersign::files
