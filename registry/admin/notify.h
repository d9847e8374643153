// admin/notify.h: tells the service manager how far this process is, as sd_notify(3) describes.
//
// One datagram to the socket that NOTIFY_SOCKET names, a path or, after '@', an abstract name. Without that variable
// nobody asked, and nothing is sent. A failure changes nothing here: the manager then waits, and says so itself.
#pragma once

#include <string_view>

namespace countersign::registry::admin {

// `state` is one assignment, for example READY=1.
void notify_service_manager(std::string_view state);

}  // namespace countersign::registry::admin
