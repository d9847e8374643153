// log/sink.h: where log lines go.
//
// A sink takes lines that log::Event has rendered: one line, escaped, capped. Writing never fails towards the caller: a
// full disk or a closed stderr must not change a decision. Each sink may be used by several threads at once.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"

namespace countersign::log {

enum class Level { error, warning, notice, info, debug };

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(Level level, std::string_view line) = 0;
};

// One write(2) a line to `fd`. With `journal_prefix`, "<5>" stands in front as sd-daemon(3) says; with a clock, a time.
class StderrSink final : public Sink {
 public:
  struct Options {
    bool journal_prefix = false;
    const base::Clock* clock = nullptr;  // not owned; null writes no time
    Level lowest = Level::info;          // lines below this level are dropped
    int fd = 2;
  };
  StderrSink() = default;
  explicit StderrSink(Options options) : options_(options) {}
  void write(Level level, std::string_view line) override;

 private:
  Options options_;
};

// syslog(3), facility AUTHPRIV on every call: openlog is left alone, since inside sshd it belongs to sshd.
class SyslogSink final : public Sink {
 public:
  // `prefix` names the program where syslog's own name would be the host process's: "pam_countersign(sshd:auth)".
  explicit SyslogSink(std::string prefix, Level lowest = Level::info);
  void write(Level level, std::string_view line) override;

 private:
  std::string prefix_;
  Level lowest_;
};

// Keeps lines for tests.
class MemorySink final : public Sink {
 public:
  void write(Level level, std::string_view line) override;
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::vector<Level> levels() const;
  [[nodiscard]] bool contains(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<Level> levels_;
};

}  // namespace countersign::log
