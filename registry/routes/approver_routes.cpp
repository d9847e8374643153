// The approvers of a user, for a device of theirs (PROTOCOL.md section 9.5).
#include <algorithm>

#include "registry/routes/access.h"
#include "registry/routes/handlers.h"

namespace countersign::registry::routes {

using base::Result;

Result<Outcome> get_approvers(const net::Request& request, Context& context) {
  const auto session = authorize_session(request, context);
  if (!session) return session.error();
  auto contents = context.store.contents(session->user);
  if (!contents) return contents.error();
  std::stable_partition(contents->approvers.begin(), contents->approvers.end(),
                        [&](const store::Approver& row) { return row.fingerprint == session->fingerprint; });
  std::string text;
  for (const store::Approver& row : contents->approvers) {
    text.append("approver: ").append(row.fingerprint).append(" ").append(row.level);
    text.append(" ").append(base::format_time(row.added));
    if (!row.label.empty()) text.append(" ").append(row.label);
    text.append("\n");
  }
  return Outcome(text_response(200, std::move(text)));
}

}  // namespace countersign::registry::routes
