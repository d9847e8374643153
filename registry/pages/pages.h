// registry/pages/pages.h: the phone's page, served from memory.
//
// Every response carries the page's own strict policy: scripts, styles and requests of this origin only, nothing
// inline, no frame, no form, no text that becomes markup. The page decides what a person signs, so nothing of it may
// come from elsewhere. A browser asks each time (no-cache) and is told 304 while nothing has changed.
#pragma once

#include <optional>

#include "registry/net/http.h"

namespace countersign::registry::pages {

// The response to a GET, HEAD or mistaken method of a page's path; nullopt for every other path.
std::optional<net::Response> serve(const net::Request& request);

}  // namespace countersign::registry::pages
