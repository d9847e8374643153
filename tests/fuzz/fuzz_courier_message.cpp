// Both ends of the courier's pipe. The first byte says which: "q" a request, "r" a reply, each as a whole frame. What
// parses must print to the same bytes.
#include <cstdlib>

#include "common/host/courier_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace countersign;
  if (size == 0) return 0;
  const base::ByteView bytes(data + 1, size - 1);
  if (data[0] == 'q') {
    const auto text = host::unframe(bytes, host::kMaxRequest);
    const auto request = text ? host::parse_request(*text) : host::parse_request(base::as_text(bytes));
    if (text && request && host::frame(host::print_request(*request)) != base::as_text(bytes)) std::abort();
  } else {
    const auto text = host::unframe(bytes, host::kMaxReply);
    const auto reply = text ? host::parse_reply(*text) : host::parse_reply(base::as_text(bytes));
    if (text && reply && host::frame(host::print_reply(*reply)) != base::as_text(bytes)) std::abort();
    const std::string detail = host::clean_detail(base::as_text(bytes));
    const host::CourierReply failed{
        .status = host::CourierStatus::failed, .reason = base::ErrorCode::internal, .detail = detail, .statements = {}};
    if (!host::parse_reply(host::print_reply(failed))) std::abort();
  }
  return 0;
}
