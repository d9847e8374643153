// http/transfer.h: one request on one libcurl handle, from its options to its answer. For this room's .cpp files only.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>

#include "common/base/handle.h"
#include "common/http/client.h"

namespace countersign::http {

using EasyPtr = std::unique_ptr<CURL, base::Deleter<curl_easy_cleanup>>;
using MultiPtr = std::unique_ptr<CURLM, base::Deleter<curl_multi_cleanup>>;
using ListPtr = std::unique_ptr<curl_slist, base::Deleter<curl_slist_free_all>>;

// libcurl's global set-up, once; internal when it fails.
base::Result<void> start_libcurl();

class Transfer {
 public:
  // A handle with every option set, ready for a multi handle. bad_request when the request is not well-formed.
  static base::Result<std::unique_ptr<Transfer>> make(const base::Origin& origin, Request request,
                                                      const ClientOptions& options, base::Milliseconds timeout);

  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  [[nodiscard]] CURL* easy() const { return easy_.get(); }
  base::Result<Response> finish(CURLcode outcome);  // once, after libcurl is done with it

 private:
  Transfer(Request request, std::size_t max_body) : request_(std::move(request)), max_body_(max_body) {}
  bool set_options(const base::Origin& origin, const ClientOptions& options, base::Milliseconds timeout);
  bool set_method();
  bool set_callbacks();
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* user) noexcept;
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* user) noexcept;
  static curl_socket_t on_open_socket(void* user, curlsocktype purpose, curl_sockaddr* address) noexcept;

  Request request_;  // libcurl reads the body where it stands
  std::size_t max_body_;
  Response response_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  bool address_refused_ = false;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::string url_;
  ListPtr headers_;
  EasyPtr easy_;  // last: while it lives it points into everything above
};

}  // namespace countersign::http
