// host/courier_message.h: the request and the reply that pass between a host program and its courier (PROTOCOL.md
// section 10), without the length in front, which frame() adds.
//
// Both parsers are strict: exact lines in exact order, and only combinations that section 10's table knows (an "ok" has
// statements and no reason, an "unchanged" has neither). What prints also parses; parse → print is identity. The
// statements inside are not looked at here: who asked verifies them. Everything refused is bad_courier_message, or
// too_large.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/result.h"

namespace countersign::host {

inline constexpr std::size_t kMaxRequest = std::size_t{80} * 1024;
inline constexpr std::size_t kMaxReply = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxDetail = 512;
inline constexpr base::Milliseconds kMaxCourierDeadline{120'000};

// wrong_number tells the registry that the answer to a challenge carried another number than the terminal showed; the
// reply to it is `ended`, challenge_withdrawn.
enum class CourierTask { record, challenge, wrong_number };

struct CourierRequest {
  CourierTask task = CourierTask::record;
  base::UserName user;
  std::optional<std::string> etag;  // hash32 of the record that the caller holds
  base::Milliseconds deadline{0};   // 1 ms to 120 s, from the moment the courier has read the request
  std::string challenge;            // the statement; empty for CourierTask::record
};

enum class CourierStatus { ok, unchanged, unknown, ended, failed };

struct CourierReply {
  CourierStatus status = CourierStatus::failed;
  std::optional<base::ErrorCode> reason;  // unknown: record_unknown; ended: challenge_…; failed: why; else none
  std::string detail;                     // one line for the operator's log, or empty
  std::string statements;                 // ok: the record, or the bundle of answer and record; else empty
};

std::string_view to_string(CourierTask task);  // "wrong-number"
std::string_view to_string(CourierStatus status);

// The texts without length. Printing does not check: what does not parse is the caller's mistake, and the reader's
// refusal.
std::string print_request(const CourierRequest& request);
std::string print_reply(const CourierReply& reply);
base::Result<CourierRequest> parse_request(std::string_view text);
base::Result<CourierReply> parse_reply(std::string_view text);

// The reason codes that a reply may carry; nothing for any other text.
std::optional<base::ErrorCode> parse_reason(std::string_view text);

// Any text as a detail: control characters, what reorders text, and bytes outside ASCII become "?", and it is cut at
// kMaxDetail.
std::string clean_detail(std::string_view text);

// A uint32 length and the text.
std::string frame(std::string_view text);
// All of `bytes` is one frame of at most `max` bytes: its text. bad_courier_message when bytes are missing or left
// over.
base::Result<std::string_view> unframe(base::ByteView bytes, std::size_t max);

}  // namespace countersign::host
