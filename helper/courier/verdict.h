// courier/verdict.h: what an HTTP answer means as a reply to the caller (PROTOCOL.md sections 9 and 10). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/error.h"
#include "common/host/courier_message.h"
#include "common/http/client.h"

namespace countersign::courier {

// The REASON at the start of an error's body when it is one that belongs to the status; else the status' first one. An
// unknown status is `internal`.
base::ErrorCode reason_of(const http::Response& response);

host::CourierReply failed(base::ErrorCode reason, std::string_view detail);
// With the status and the registry's own words as detail.
host::CourierReply failed(const http::Response& response);

// The answer to GET /v1/records/USER; `held` when the caller has a record.
host::CourierReply record_reply(http::Response response, bool held);

// The answer to GET /v1/challenges/ID/answer when it ends the wait; nothing when waiting goes on (204).
std::optional<host::CourierReply> answer_reply(http::Response response);

// Nobody answered, or somebody who says to come back: 502, 503, 504.
bool is_transient(const base::Result<http::Response>& result);

}  // namespace countersign::courier
