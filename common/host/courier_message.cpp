#include "common/host/courier_message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/base/reason.h"
#include "common/encoding/base64.h"
#include "common/encoding/text.h"
#include "common/encoding/wire.h"

namespace countersign::host {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::string_view kHead = "countersign courier v1";
constexpr std::string_view kNone = "none";

constexpr std::array kTasks{CourierTask::record, CourierTask::challenge, CourierTask::wrong_number};

constexpr std::array kStatuses{CourierStatus::ok, CourierStatus::unchanged, CourierStatus::unknown,
                               CourierStatus::ended, CourierStatus::failed};

constexpr std::array kEndReasons{ErrorCode::challenge_replaced, ErrorCode::challenge_withdrawn,
                                 ErrorCode::challenge_expired};

// Beside those of a registry.
constexpr std::array kOwnReasons{ErrorCode::deadline_passed, ErrorCode::bad_courier_message, ErrorCode::bad_config};

// Takes "NAME: value" lines off the front. Sticky: after the first fault every read gives an empty view.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}

  std::string_view line() {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return fail("a line without an end"), std::string_view();
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }

  std::string_view field(std::string_view name) {
    const std::string_view text = line();
    const std::string_view value = text.substr(std::min(text.size(), name.size() + 2));
    if (!text.starts_with(name) || text.substr(name.size(), 2) != ": " || value.empty()) {
      return fail("expected \"" + std::string(name) + ": …\""), std::string_view();
    }
    return value;
  }

  void fail(const std::string& what) {
    if (error_) return;
    error_ = base::Error(ErrorCode::bad_courier_message, "line " + std::to_string(number_) + ": " + what);
    rest_ = {};
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool ok() const { return !error_; }
  [[nodiscard]] const base::Error& error() const { return *error_; }

 private:
  std::string_view rest_;
  int number_ = 0;
  std::optional<base::Error> error_;
};

bool is_hash32(std::string_view text) {
  const auto bytes = encoding::base64url_decode(text);
  return bytes && bytes->size() == 32;
}

// "2000ms": a unit is given so that nobody takes it for seconds; milliseconds are the only spelling.
std::optional<base::Milliseconds> parse_deadline(std::string_view text) {
  if (!text.ends_with("ms") || text.starts_with('0')) return std::nullopt;
  text.remove_suffix(2);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const base::Milliseconds deadline{number};
  if (deadline < base::Milliseconds(1) || deadline > kMaxCourierDeadline) return std::nullopt;
  return deadline;
}

std::optional<CourierTask> parse_task(std::string_view text) {
  for (const CourierTask task : kTasks) {
    if (to_string(task) == text) return task;
  }
  return std::nullopt;
}

std::optional<CourierStatus> parse_status(std::string_view text) {
  for (const CourierStatus status : kStatuses) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

// The table of PROTOCOL.md section 10.
bool belongs_together(const CourierReply& reply) {
  const bool has_statements = !reply.statements.empty();
  switch (reply.status) {
    case CourierStatus::ok: return !reply.reason && has_statements;
    case CourierStatus::unchanged: return !reply.reason && !has_statements;
    case CourierStatus::unknown: return reply.reason == ErrorCode::record_unknown && !has_statements;
    case CourierStatus::ended:
      return reply.reason && !has_statements &&
             std::find(kEndReasons.begin(), kEndReasons.end(), *reply.reason) != kEndReasons.end();
    case CourierStatus::failed: return reply.reason && !has_statements;
  }
  return false;
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\n");
}

}  // namespace

std::string_view to_string(CourierTask task) {
  switch (task) {
    case CourierTask::record: return "record";
    case CourierTask::challenge: return "challenge";
    case CourierTask::wrong_number: return "wrong-number";
  }
  return "record";
}

std::string_view to_string(CourierStatus status) {
  switch (status) {
    case CourierStatus::ok: return "ok";
    case CourierStatus::unchanged: return "unchanged";
    case CourierStatus::unknown: return "unknown";
    case CourierStatus::ended: return "ended";
    case CourierStatus::failed: return "failed";
  }
  return "failed";
}

std::optional<ErrorCode> parse_reason(std::string_view text) {
  for (const ErrorCode reason : kOwnReasons) {
    if (base::to_string(reason) == text) return reason;
  }
  return base::parse_registry_reason(text);
}

std::string print_request(const CourierRequest& request) {
  std::string out(kHead);
  out.append("\n");
  append_line(out, "do", to_string(request.task));
  append_line(out, "user", request.user.str());
  append_line(out, "etag", request.etag ? std::string_view(*request.etag) : kNone);
  append_line(out, "deadline", std::to_string(request.deadline.count()) + "ms");
  out.append("\n").append(request.challenge);
  return out;
}

std::string print_reply(const CourierReply& reply) {
  std::string out(kHead);
  out.append("\n");
  append_line(out, "status", to_string(reply.status));
  append_line(out, "reason", reply.reason ? base::to_string(*reply.reason) : kNone);
  append_line(out, "detail", reply.detail.empty() ? kNone : std::string_view(reply.detail));
  out.append("\n").append(reply.statements);
  return out;
}

Result<CourierRequest> parse_request(std::string_view text) {
  if (text.size() > kMaxRequest) return {ErrorCode::too_large, "the request is larger than 80 KiB"};
  LineReader reader(text);
  if (reader.line() != kHead) reader.fail("expected \"" + std::string(kHead) + "\"");
  const auto task = parse_task(reader.field("do"));
  if (!task) reader.fail("do: expected record, challenge or wrong-number");
  const Result<base::UserName> user = base::UserName::parse(reader.field("user"));
  if (!user) reader.fail("user: not a user name");
  const std::string_view etag = reader.field("etag");
  if (etag != kNone && !is_hash32(etag)) reader.fail("etag: expected none or a hash32");
  const auto deadline = parse_deadline(reader.field("deadline"));
  if (!deadline) reader.fail("deadline: expected 1ms to 120000ms");
  if (!reader.line().empty()) reader.fail("expected an empty line");
  const std::string_view challenge = reader.rest();
  if ((task == CourierTask::record) != challenge.empty()) reader.fail("a challenge belongs to each task but record");
  if (!reader.ok()) return reader.error();
  return CourierRequest{.task = *task,
                        .user = *user,
                        .etag = etag == kNone ? std::nullopt : std::optional<std::string>(etag),
                        .deadline = *deadline,
                        .challenge = std::string(challenge)};
}

Result<CourierReply> parse_reply(std::string_view text) {
  if (text.size() > kMaxReply) return {ErrorCode::too_large, "the reply is larger than 256 KiB"};
  LineReader reader(text);
  if (reader.line() != kHead) reader.fail("expected \"" + std::string(kHead) + "\"");
  const auto status = parse_status(reader.field("status"));
  if (!status) reader.fail("status: not one of ok, unchanged, unknown, ended, failed");
  const std::string_view reason = reader.field("reason");
  const auto code = parse_reason(reason);
  if (reason != kNone && !code) reader.fail("reason: not a known reason code");
  const std::string_view detail = reader.field("detail");
  if (detail.size() > kMaxDetail || !encoding::check_text(detail)) reader.fail("detail: expected one line of text");
  if (!reader.line().empty()) reader.fail("expected an empty line");
  if (!reader.ok()) return reader.error();

  CourierReply reply{.status = *status,
                     .reason = code,
                     .detail = detail == kNone ? std::string() : std::string(detail),
                     .statements = std::string(reader.rest())};
  if (!belongs_together(reply)) {
    return {ErrorCode::bad_courier_message, "status, reason and statements do not belong together"};
  }
  return reply;
}

std::string clean_detail(std::string_view text) {
  std::string out(text.substr(0, kMaxDetail));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

std::string frame(std::string_view text) {
  encoding::WireWriter writer;
  writer.string(text);
  return std::string(base::as_text(writer.view()));
}

Result<std::string_view> unframe(base::ByteView bytes, std::size_t max) {
  encoding::WireReader reader(bytes);
  const std::string_view text = reader.text(max);
  if (const Result<void> whole = reader.finish(); !whole) {
    if (whole.error().code == ErrorCode::too_large) return {ErrorCode::too_large, "the frame is longer than allowed"};
    return {ErrorCode::bad_courier_message, bytes.empty() ? "nothing came" : base::to_string(whole.error())};
  }
  return text;
}

}  // namespace countersign::host
