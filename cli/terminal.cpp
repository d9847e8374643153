#include "cli/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMostLine = 1024;

}  // namespace

base::Result<std::optional<std::string>> LineInput::read_line(base::MonotonicTime deadline,
                                                              const std::function<void()>& tick) {
  for (;;) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return std::optional<std::string>(std::move(line));
    }
    if (pending_.size() > kMostLine) return Error(ErrorCode::too_large, "the line typed is too long");
    if (ended_) return Error(ErrorCode::not_found, "standard input has ended");
    const auto rest =
        std::chrono::duration_cast<base::Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (rest <= 0) return std::optional<std::string>();
    pollfd entry{fd_, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(rest, 1000)));
    if (ready == 0) tick();
    if (ready <= 0) continue;
    std::array<char, 512> buffer{};
    const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(ErrorCode::io_error, std::string("standard input: ") + std::strerror(errno));
    if (got == 0) ended_ = true;
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

bool wants_attributes(int fd) {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  return is_terminal(fd) && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace countersign::cli
