#include "registry/routes/router.h"

#include <algorithm>
#include <array>

#include "common/encoding/text.h"
#include "registry/pages/pages.h"
#include "registry/routes/handlers.h"
#include "registry/routes/reason.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;
using net::Method;

namespace {

using Handler = Result<Outcome> (*)(const net::Request&, Context&);

struct Route {
  std::string_view path;  // "*" stands for one segment
  Method method;
  Handler handler;
  std::string_view query;  // the query names it knows, separated by a space
};

constexpr std::array kRoutes{
    Route{"/healthz", Method::get, get_health, ""},
    Route{"/v1/phone", Method::get, get_phone, ""},
    Route{"/v1/records/*", Method::get, get_record, ""},
    Route{"/v1/challenges", Method::post, post_challenge, ""},
    Route{"/v1/challenges/*", Method::del, delete_challenge, "reason"},
    Route{"/v1/challenges/*/answer", Method::get, get_answer, "wait"},
    Route{"/v1/challenges/*/answer", Method::post, post_answer, ""},
    Route{"/v1/challenges/*/card", Method::get, get_card, "wait"},
    Route{"/v1/challenges/*/approvers", Method::get, get_challenge_approvers, ""},
    Route{"/v1/sessions", Method::post, post_session, ""},
    Route{"/v1/cards", Method::get, get_cards, "wait"},
    Route{"/v1/pairing", Method::get, get_pairing, "wait state"},
    Route{"/v1/pairing", Method::post, post_pairing, ""},
    Route{"/v1/changes", Method::post, post_change, ""},
    Route{"/v1/approvers", Method::get, get_approvers, ""},
    Route{"/v1/pairings/*", Method::get, get_own_pairing, "wait state"},
    Route{"/v1/pairings/*", Method::del, delete_own_pairing, ""},
    Route{"/v1/pairings/*/endorsement", Method::post, post_endorsement, ""},
    Route{"/v1/push", Method::put, put_push, ""},
    Route{"/v1/push", Method::del, delete_push, ""},
};

bool knows_query(const Route& route, std::string_view name) {
  for (std::string_view rest = route.query; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == name) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool fits(std::string_view path, const std::vector<std::string>& segments) {
  for (const std::string& segment : segments) {
    if (path.empty()) return false;
    path.remove_prefix(1);
    const std::string_view wanted = path.substr(0, path.find('/'));
    if (wanted != "*" && wanted != segment) return false;
    path.remove_prefix(wanted.size());
  }
  return path.empty();
}

// PROTOCOL.md section 9: which statement versions the client takes; this registry speaks version 1.
Result<void> accept_version(const net::Request& request) {
  const auto header = request.header("countersign-accept");
  if (!header) return {};
  std::string_view rest = *header;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    more = comma != std::string_view::npos;
    std::string_view version = rest.substr(0, comma);
    if (more) rest.remove_prefix(comma + 1);
    while (!version.empty() && version.front() == ' ') version.remove_prefix(1);
    while (!version.empty() && version.back() == ' ') version.remove_suffix(1);
    if (version == "1") return {};
  }
  return Error(ErrorCode::unsupported_version, "Countersign-Accept: this registry speaks version 1");
}

Result<Outcome> run(const Route& route, const net::Request& request, Context& context) {
  const auto version = accept_version(request);
  if (!version) return version.error();
  for (const auto& [name, value] : request.target.query) {
    if (!knows_query(route, name)) return Error(ErrorCode::bad_request, "unknown query name");
  }
  if (route.method != Method::post && route.method != Method::put && !request.body.empty())
    return Error(ErrorCode::bad_request, "a body where none belongs");
  return route.handler(request, context);
}

// The methods that this path knows, as an Allow header.
std::string allowed_methods(const net::Request& request) {
  std::string allow;
  for (const Route& route : kRoutes) {
    if (!fits(route.path, request.target.segments)) continue;
    if (!allow.empty()) allow.append(", ");
    allow.append(net::to_string(route.method));
    if (route.method == Method::get) allow.append(", HEAD");
  }
  return allow;
}

void decorate(net::Response& response) {
  response.headers.emplace_back("Countersign-Version", "1");
  const bool says = std::any_of(response.headers.begin(), response.headers.end(),
                                [](const auto& header) { return header.first == "Cache-Control"; });
  if (!says) response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
}

void answer_with(const net::Reply& reply, net::Response response) {
  decorate(response);
  reply(std::move(response));
}

// The phone's page, where a phone is configured: elsewhere no passkey could count.
std::optional<net::Response> page_of(const net::Request& request, const Context& context) {
  if (!context.settings.phone) return std::nullopt;
  auto page = pages::serve(request);
  if (page && !request.body.empty()) return refuse(Error(ErrorCode::bad_request, "a body where none belongs"));
  return page;
}

}  // namespace

net::Response text_response(int status, std::string body) {
  return net::Response{status, "text/plain; charset=utf-8", std::move(body), {}};
}

Result<void> require_text_body(const net::Request& request) {
  const auto type = request.header("content-type");
  if (!type || (*type != "text/plain; charset=utf-8" && *type != "text/plain;charset=utf-8" && *type != "text/plain")) {
    return Error(ErrorCode::bad_request, "Content-Type: expected text/plain; charset=utf-8");
  }
  return {};
}

Result<base::Milliseconds> wait_of(const net::Request& request) {
  const auto text = request.target.query_value("wait");
  if (!text) return base::Milliseconds{0};
  constexpr int kLongest = 25;
  for (int seconds = 0; seconds <= kLongest; ++seconds) {
    if (*text == std::to_string(seconds)) return base::Milliseconds{seconds * 1000};
  }
  return Error(ErrorCode::bad_request, "wait: expected 0 to 25 seconds");
}

void handle(const net::Request& request, net::Reply reply, const net::CancelToken& cancel, Context& context) {
  const Method method = request.method == Method::head ? Method::get : request.method;
  const auto route = std::find_if(kRoutes.begin(), kRoutes.end(), [&](const Route& each) {
    return each.method == method && fits(each.path, request.target.segments);
  });
  if (auto page = page_of(request, context)) return answer_with(reply, *std::move(page));
  Result<Outcome> outcome = Error(ErrorCode::not_found, "no such path");
  if (route != kRoutes.end()) {
    outcome = run(*route, request, context);
  } else if (const std::string allow = allowed_methods(request); !allow.empty()) {
    net::Response response = text_response(405, "bad_request: method not allowed here\n");
    response.headers.emplace_back("Allow", allow);
    return answer_with(reply, std::move(response));
  }
  if (!outcome) {
    net::Response response = refuse(outcome.error());
    context.journal.refused(request, response.status, outcome.error());
    return answer_with(reply, std::move(response));
  }
  if (auto* response = std::get_if<net::Response>(&*outcome)) return answer_with(reply, std::move(*response));
  std::get<Deferred> (*outcome)(
      [reply = std::move(reply)](net::Response response) { answer_with(reply, std::move(response)); }, cancel);
}

}  // namespace countersign::registry::routes
