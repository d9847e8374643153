#include "common/host/courier_child.h"

namespace countersign::host {

using base::ErrorCode;
using base::Result;

Result<CourierChild> CourierChild::start(const CourierSettings& settings, const CourierRequest& request) {
  Result<ChildProcess> child = ChildProcess::start({.argv = {settings.program, "--config", settings.config},
                                                    .environment = {},
                                                    .run_as = settings.run_as,
                                                    .inherit_stderr = settings.inherit_stderr});
  if (!child) return child.error();
  CourierChild courier(std::move(*child));
  courier.child_.send(base::as_bytes(frame(print_request(request))));
  return courier;
}

Result<CourierReply> CourierChild::await(base::MonotonicTime deadline) {
  constexpr std::size_t kFrame = 4 + kMaxReply;
  const Result<base::ByteView> bytes = child_.read_to_end(kFrame, deadline);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::deadline_passed) return bytes.error();
    return {ErrorCode::courier_failed, bytes.error().detail};
  }
  const Result<std::string_view> text = unframe(*bytes, kMaxReply);
  if (!text) return {ErrorCode::courier_failed, base::to_string(text.error())};
  Result<CourierReply> reply = parse_reply(*text);
  if (!reply) return {ErrorCode::courier_failed, base::to_string(reply.error())};
  return reply;
}

}  // namespace countersign::host
