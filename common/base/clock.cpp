#include "common/base/clock.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace countersign::base {
namespace {

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

struct Unit {
  std::string_view suffix;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> kUnits{{{"ms", 1}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}}};

}  // namespace

std::string format_time(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

Result<Time> parse_time(std::string_view text) {
  const Error bad(ErrorCode::bad_time, "expected YYYY-MM-DDTHH:MM:SSZ");
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return bad;
  }
  for (const std::size_t at : {0U, 2U, 5U, 8U, 11U, 14U, 17U}) {
    if (!all_digits(text.substr(at, 2))) return bad;
  }
  const int year = two_digits(text, 0) * 100 + two_digits(text, 2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(two_digits(text, 5))},
                                         std::chrono::day{static_cast<unsigned>(two_digits(text, 8))}};
  const int hour = two_digits(text, 11);
  const int minute = two_digits(text, 14);
  const int second = two_digits(text, 17);
  if (year < 1970 || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return Error(ErrorCode::bad_time, "no such date or time of day");
  }
  return Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

Result<Milliseconds> parse_duration(std::string_view text) {
  const Error bad(ErrorCode::bad_number, "expected a whole number and a unit: 250ms, 90s, 10m, 8h or 7d");
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const std::string_view number = text.substr(0, digits);
  if (number.empty() || number.size() > 12 || (number.size() > 1 && number.front() == '0')) return bad;
  std::int64_t count = 0;
  std::from_chars(number.data(), number.data() + number.size(), count);
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.suffix) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / unit.milliseconds / 1'000'000) return bad;
    return Milliseconds{count * unit.milliseconds};
  }
  return bad;
}

std::string format_duration(Milliseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const Unit& unit : {kUnits[1], kUnits[2], kUnits[3], kUnits[4]}) {
    if (count % unit.milliseconds == 0) return std::to_string(count / unit.milliseconds).append(unit.suffix);
  }
  return std::to_string(count).append("ms");
}

Time SystemClock::now() const { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }
std::int64_t SystemClock::now_unix_ms() const {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}
MonotonicTime SystemClock::monotonic() const { return std::chrono::steady_clock::now(); }

}  // namespace countersign::base
