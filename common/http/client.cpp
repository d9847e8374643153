#include "common/http/client.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "common/http/transfer.h"

namespace countersign::http {

using base::Error;
using base::ErrorCode;

std::optional<std::string_view> Response::header(std::string_view name) const {
  for (const Header& entry : headers) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

struct Client::Handles {
  MultiPtr multi;  // keeps the connection between requests
};

Client::Client(base::Origin origin, ClientOptions options, std::unique_ptr<Handles> handles)
    : origin_(std::move(origin)), options_(std::move(options)), handles_(std::move(handles)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

base::Result<Client> Client::create(base::Origin origin, ClientOptions options) {
  if (const auto ok = start_libcurl(); !ok) return ok.error();
  auto handles = std::make_unique<Handles>();
  handles->multi.reset(curl_multi_init());
  if (!handles->multi) return Error(ErrorCode::internal, "libcurl gives no handle");
  return Client(std::move(origin), std::move(options), std::move(handles));
}

namespace {

bool is_readable(int fd) {
  if (fd < 0) return false;
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

// Drives the transfer until it ends, the deadline passes or the interrupt comes. The handle must be in `multi`.
base::Result<CURLcode> drive(CURLM* multi, base::MonotonicTime deadline, int interrupt_fd) {
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) return Error(ErrorCode::internal, "curl_multi_perform");
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    if (is_readable(interrupt_fd)) return Error(ErrorCode::challenge_withdrawn, "the caller withdrew the request");
    const auto rest =
        std::chrono::duration_cast<base::Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (rest <= 0) return Error(ErrorCode::deadline_passed, "no whole answer in time");
    curl_waitfd wait{interrupt_fd, CURL_WAIT_POLLIN, 0};
    const auto slice = static_cast<int>(std::min<std::int64_t>(rest, 1000));
    if (curl_multi_poll(multi, &wait, interrupt_fd < 0 ? 0 : 1, slice, nullptr) != CURLM_OK) {
      return Error(ErrorCode::internal, "curl_multi_poll");
    }
  }
}

}  // namespace

base::Result<Response> Client::send(const Request& request, base::MonotonicTime deadline, int interrupt_fd) {
  const auto rest = std::chrono::duration_cast<base::Milliseconds>(deadline - std::chrono::steady_clock::now());
  if (rest.count() <= 0) return Error(ErrorCode::deadline_passed, "the deadline passed before the request");
  const auto transfer = Transfer::make(origin_, request, options_, rest);
  if (!transfer) return transfer.error();
  CURL* const easy = (*transfer)->easy();
  if (curl_multi_add_handle(handles_->multi.get(), easy) != CURLM_OK) return Error(ErrorCode::internal, "libcurl");
  const auto outcome = drive(handles_->multi.get(), deadline, interrupt_fd);
  auto response = outcome ? (*transfer)->finish(*outcome) : base::Result<Response>(outcome.error());
  (void)curl_multi_remove_handle(handles_->multi.get(), easy);  // it was added above
  return response;
}

std::string encode_segment(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace countersign::http
