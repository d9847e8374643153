#include "common/files/read_named.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/base/handle.h"

namespace countersign::files {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error from_errno(const std::string& name) {
  const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io_error;
  return Error(code, name + ": " + std::generic_category().message(errno));
}

Result<std::string> read_all(int fd, const std::string& name, std::size_t most) {
  std::string content(most + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(fd, content.data() + size, content.size() - size);
    if (got == 0) break;
    if (got < 0 && errno != EINTR) return from_errno(name);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  if (size > most) return Error(ErrorCode::too_large, name + ": more than " + std::to_string(most) + " bytes");
  content.resize(size);
  return content;
}

}  // namespace

Result<std::string> read_named(const std::string& path, std::size_t most) {
  const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return from_errno(path);
  return read_all(file.get(), path, most);
}

Result<std::string> read_named_or_input(const std::string& name, std::size_t most) {
  if (name == "-") return read_all(STDIN_FILENO, "standard input", most);
  return read_named(name, most);
}

}  // namespace countersign::files
