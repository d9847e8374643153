// registry/routes/handlers.h: the routes themselves, one for each line of PROTOCOL.md section 9. Internal to routes.
#pragma once

#include "registry/routes/router.h"

namespace countersign::registry::routes {

base::Result<Outcome> get_phone(const net::Request& request, Context& context);
base::Result<Outcome> get_card(const net::Request& request, Context& context);
base::Result<Outcome> get_challenge_approvers(const net::Request& request, Context& context);
base::Result<Outcome> get_health(const net::Request& request, Context& context);
base::Result<Outcome> get_record(const net::Request& request, Context& context);
base::Result<Outcome> post_challenge(const net::Request& request, Context& context);
base::Result<Outcome> get_answer(const net::Request& request, Context& context);
base::Result<Outcome> delete_challenge(const net::Request& request, Context& context);
base::Result<Outcome> post_answer(const net::Request& request, Context& context);
base::Result<Outcome> post_session(const net::Request& request, Context& context);
base::Result<Outcome> get_pairing(const net::Request& request, Context& context);
base::Result<Outcome> post_pairing(const net::Request& request, Context& context);
base::Result<Outcome> post_change(const net::Request& request, Context& context);
base::Result<Outcome> get_own_pairing(const net::Request& request, Context& context);
base::Result<Outcome> delete_own_pairing(const net::Request& request, Context& context);
base::Result<Outcome> post_endorsement(const net::Request& request, Context& context);
base::Result<Outcome> get_approvers(const net::Request& request, Context& context);
base::Result<Outcome> put_push(const net::Request& request, Context& context);
base::Result<Outcome> delete_push(const net::Request& request, Context& context);
base::Result<Outcome> get_cards(const net::Request& request, Context& context);

}  // namespace countersign::registry::routes
