// log/event.h: one log line: an event name and key=value pairs.
//
//   log::Event("login_denied").with("user", user).with("reason", error.code).write_to(sink, log::Level::notice);
//   event=login_denied user=alice reason=no_publickey
//
// Names and keys are literals, checked by the compiler; values may be foreign bytes, and are quoted and escaped here
// and nowhere else. There are no format strings. A value is capped at 256 characters and a line at 2048; what does not
// fit is left out whole, and the line then ends in truncated=yes. Secrets have no `with`: SecretBytes converts to
// nothing here.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/error.h"
#include "common/log/sink.h"

namespace countersign::log {

inline constexpr std::size_t kLineLimit = 2048;

// A name of the program's own: [a-z][a-z0-9_]*, known when compiling.
class Key {
 public:
  template <std::size_t N>
  consteval Key(const char (&text)[N]) : text_(text, N - 1) {  // NOLINT: implicit, so that with("user", …) reads well
    if (text_.empty() || text_.front() < 'a' || text_.front() > 'z') throw "a key starts with a lower case letter";
    for (const char c : text_) {
      const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      if (!allowed) throw "a key holds lower case letters, digits and underscores";
    }
  }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class Event {
 public:
  explicit Event(Key name);

  Event& with(Key key, std::string_view value);
  Event& with(Key key, base::ErrorCode code) { return with(key, base::to_string(code)); }
  Event& with(Key key, std::same_as<bool> auto value) { return with(key, std::string_view(value ? "yes" : "no")); }
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Event& with(Key key, T value) {
    return with(key, std::string_view(std::to_string(value)));
  }
  // reason=CODE detail="…" (detail only where there is one)
  Event& with(const base::Error& error);

  [[nodiscard]] std::string line() const;
  void write_to(Sink& sink, Level level) const { sink.write(level, line()); }

 private:
  std::string text_;
  bool truncated_ = false;
};

}  // namespace countersign::log
