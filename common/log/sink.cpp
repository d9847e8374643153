#include "common/log/sink.h"

#include <syslog.h>
#include <unistd.h>

#include <cerrno>

namespace countersign::log {
namespace {

int priority_of(Level level) {
  switch (level) {
    case Level::error: return LOG_ERR;
    case Level::warning: return LOG_WARNING;
    case Level::notice: return LOG_NOTICE;
    case Level::info: return LOG_INFO;
    case Level::debug: return LOG_DEBUG;
  }
  return LOG_ERR;
}

}  // namespace

void StderrSink::write(Level level, std::string_view line) {
  if (level > options_.lowest) return;
  std::string text;
  if (options_.journal_prefix) text.append("<").append(std::to_string(priority_of(level))).append(">");
  if (options_.clock != nullptr) text.append(base::format_time(options_.clock->now())).append(" ");
  text.append(line).append("\n");
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(options_.fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads: a log line is not worth a decision
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

SyslogSink::SyslogSink(std::string prefix, Level lowest) : prefix_(std::move(prefix)), lowest_(lowest) {
  if (!prefix_.empty()) prefix_.append(": ");
}

void SyslogSink::write(Level level, std::string_view line) {
  if (level > lowest_) return;
  ::syslog(LOG_AUTHPRIV | priority_of(level), "%s%.*s", prefix_.c_str(), static_cast<int>(line.size()), line.data());
}

void MemorySink::write(Level level, std::string_view line) {
  const std::lock_guard lock(mutex_);
  lines_.emplace_back(line);
  levels_.push_back(level);
}

std::vector<std::string> MemorySink::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<Level> MemorySink::levels() const {
  const std::lock_guard lock(mutex_);
  return levels_;
}

bool MemorySink::contains(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  for (const std::string& line : lines_) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace countersign::log
