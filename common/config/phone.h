// config/phone.h: phone.origin and phone.rp_id, which both files have.
#pragma once

#include <optional>

#include "common/config/host_config.h"
#include "common/config/reader.h"

namespace countersign::config {

// Checks the two against each other; faults go to `diagnostics`.
std::optional<Phone> read_phone(const Values& values, Diagnostics& diagnostics);

}  // namespace countersign::config
