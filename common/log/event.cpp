#include "common/log/event.h"

#include "common/log/clean.h"

namespace countersign::log {
namespace {
constexpr std::string_view kTruncated = " truncated=yes";
}  // namespace

Event::Event(Key name) : text_(std::string("event=").append(name.text())) {}

Event& Event::with(Key key, std::string_view value) {
  const std::string written = quote_value(value);
  const std::size_t size = text_.size() + 1 + key.text().size() + 1 + written.size();
  if (size > kLineLimit - kTruncated.size()) {
    truncated_ = true;
    return *this;
  }
  text_.append(" ").append(key.text()).append("=").append(written);
  return *this;
}

Event& Event::with(const base::Error& error) {
  with("reason", error.code);
  if (!error.detail.empty()) with("detail", error.detail);
  return *this;
}

std::string Event::line() const { return truncated_ ? text_ + std::string(kTruncated) : text_; }

}  // namespace countersign::log
