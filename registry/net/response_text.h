// registry/net/response_text.h: Response to the bytes of an HTTP/1.1 response. A header that could break out of its
// line turns the whole response into a 500: it is a fault of ours, and must not become a peer's lever.
#pragma once

#include <string>

#include "registry/net/http.h"

namespace countersign::registry::net {

std::string_view reason_phrase(int status);
// `head_only`: the request was HEAD; Content-Length still tells the body's length.
std::string response_text(const Response& response, bool head_only, bool keep_alive);
// A plain-text response: "CODE: detail\n" is what every error of the registry looks like.
Response plain_response(int status, std::string_view text);

}  // namespace countersign::registry::net
