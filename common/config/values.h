// config/values.h: the texts of values: absolute paths, whole numbers, addresses to listen on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace countersign::config {

// "127.0.0.1:8080" or "[::1]:8080": a numeric address and a port from 1 to 65535.
struct ListenAddress {
  std::string address;  // without brackets
  std::uint16_t port = 0;
  bool loopback = false;

  static base::Result<ListenAddress> parse(std::string_view text);  // bad_text
};

// Decimal without sign, leading zero or digit grouping, at most 15 digits; else bad_number.
base::Result<std::int64_t> parse_whole_number(std::string_view text);

// "2027-01-31": the day's beginning, UTC; else bad_time.
base::Result<base::Time> parse_date(std::string_view text);

// Absolute, no empty, "." or ".." part, no trailing slash, at most 1024 bytes; else bad_text.
base::Result<void> check_absolute_path(std::string_view text);

}  // namespace countersign::config
