// config/example.h: the example file that packages ship, written from the schema.
//
// Required settings stand there with example values; all others are commented out and show their default, or an example
// where they have none. A comment is "# text"; a setting that is commented out has no space behind its "#", or two.
#pragma once

#include <string>

#include "common/config/schema.h"

namespace countersign::config {

std::string example_file(const Schema& schema);

}  // namespace countersign::config
