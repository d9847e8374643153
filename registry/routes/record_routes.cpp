#include "registry/routes/access.h"
#include "registry/routes/handlers.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Outcome> get_health(const net::Request&, Context& context) {
  // A database that does not answer is not health. The key need not be there.
  const auto asked = context.store.meta("signing_key");
  if (!asked && asked.error().code != ErrorCode::not_found) return asked.error();
  return Outcome(text_response(200, "ok\n"));
}

Result<Outcome> get_record(const net::Request& request, Context& context) {
  const auto host = authorize_host(request, context);
  if (!host) return host.error();
  const auto user = base::UserName::parse(request.target.segments.at(2));
  if (!user) return user.error();
  const auto current = record_for(*user, *host, context);
  if (!current) return current.error();
  const auto known = request.header("if-none-match");
  net::Response response =
      known && *known == (*current)->etag ? net::Response{304, {}, {}, {}} : text_response(200, (*current)->text());
  response.headers.emplace_back("ETag", (*current)->etag);
  return Outcome(std::move(response));
}

}  // namespace countersign::registry::routes
