#include "common/log/sink.h"

#include <gtest/gtest.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>

#include "common/base/handle.h"
#include "common/log/event.h"

namespace {
int last_priority = -1;
std::string last_message;
}  // namespace

// Stands in for libc's, so that the test reads what would reach the system's log.
extern "C" void syslog(int priority, const char* format, ...) {
  std::array<char, 4096> text{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  last_priority = priority;
  last_message = text.data();
}

namespace countersign::log {
namespace {

class FixedClock final : public base::Clock {
 public:
  [[nodiscard]] base::Time now() const override { return *base::parse_time("2026-11-21T09:30:00Z"); }
  [[nodiscard]] std::int64_t now_unix_ms() const override { return 0; }
  [[nodiscard]] base::MonotonicTime monotonic() const override { return {}; }
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    reader = base::Fd(ends[0]);
    writer = base::Fd(ends[1]);
  }
  std::string drain() {
    writer.reset();
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(reader.get(), buffer.data(), buffer.size());
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  base::Fd reader;
  base::Fd writer;
};

TEST(StderrSink, WritesOneLineWithPrefixAndTime) {
  Pipe pipe;
  const FixedClock clock;
  StderrSink sink({.journal_prefix = true, .clock = &clock, .lowest = Level::info, .fd = pipe.writer.get()});
  Event("started").with("port", 8080).write_to(sink, Level::notice);
  sink.write(Level::debug, "event=unseen");
  EXPECT_EQ(pipe.drain(), "<5>2026-11-21T09:30:00Z event=started port=8080\n");
}

TEST(StderrSink, PrefixAndTimeAreOptional) {
  Pipe pipe;
  StderrSink sink({.fd = pipe.writer.get()});
  sink.write(Level::error, "event=a");
  sink.write(Level::info, "event=b");
  EXPECT_EQ(pipe.drain(), "event=a\nevent=b\n");
}

TEST(StderrSink, AClosedReaderIsNotAnError) {
  Pipe pipe;
  pipe.reader.reset();
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  StderrSink sink({.fd = pipe.writer.get()});
  errno = 0;
  sink.write(Level::error, "event=a");
  EXPECT_EQ(errno, EPIPE);
  std::signal(SIGPIPE, before);
}

TEST(SyslogSink, UsesAuthprivAndNeverReadsTheLineAsAFormat) {
  SyslogSink sink("pam_countersign(sshd:auth)");
  Event("login_denied").with("user", "%s%n").write_to(sink, Level::notice);
  EXPECT_EQ(last_priority, LOG_AUTHPRIV | LOG_NOTICE);
  EXPECT_EQ(last_message, "pam_countersign(sshd:auth): event=login_denied user=\"%s%n\"");
  sink.write(Level::debug, "event=unseen");
  EXPECT_EQ(last_priority, LOG_AUTHPRIV | LOG_NOTICE);
  SyslogSink bare("");
  bare.write(Level::error, "event=a");
  EXPECT_EQ(last_message, "event=a");
  EXPECT_EQ(last_priority, LOG_AUTHPRIV | LOG_ERR);
}

TEST(MemorySink, KeepsLinesAndLevels) {
  MemorySink sink;
  Event("a").with("user", "alice").write_to(sink, Level::warning);
  Event("b").write_to(sink, Level::debug);
  EXPECT_EQ(sink.lines(), (std::vector<std::string>{"event=a user=alice", "event=b"}));
  EXPECT_EQ(sink.levels(), (std::vector<Level>{Level::warning, Level::debug}));
  EXPECT_TRUE(sink.contains("user=alice"));
  EXPECT_FALSE(sink.contains("user=bob"));
}

}  // namespace
}  // namespace countersign::log
