// base/result.h: Result<T>, a value or an Error.
//
// Named like std::expected so that it can be swapped for it one day (std::expected needs C++23, which our compilers do
// not all have; third-party ones are not [[nodiscard]] and do not stop a read of the wrong arm). Reading the arm that
// is not there throws BadResultAccess: a bug becomes a stop, which each C boundary turns into a denial.
#pragma once

#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/base/error.h"

namespace countersign::base {

struct BadResultAccess : std::logic_error {
  BadResultAccess() : std::logic_error("Result: the arm that was read is not the one that is there") {}
};

template <typename T>
class [[nodiscard]] Result {
  static_assert(!std::is_same_v<T, Error>, "Result<Error> is ambiguous");

 public:
  using value_type = T;

  Result(T value) : arm_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : arm_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  Result(ErrorCode code, std::string detail = {}) : arm_(std::in_place_index<1>, code, std::move(detail)) {}  // NOLINT

  [[nodiscard]] bool has_value() const noexcept { return arm_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return must_have_value(), *std::get_if<0>(&arm_); }
  const T& value() const& { return must_have_value(), *std::get_if<0>(&arm_); }
  T&& value() && { return must_have_value(), std::move(*std::get_if<0>(&arm_)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    if (has_value()) throw BadResultAccess();
    return *std::get_if<1>(&arm_);
  }

 private:
  void must_have_value() const {
    if (!has_value()) throw BadResultAccess();
  }
  std::variant<T, Error> arm_;
};

// Success without a value.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : arm_(std::move(error)) {}                                            // NOLINT
  Result(ErrorCode code, std::string detail = {}) : arm_(Error(code, std::move(detail))) {}  // NOLINT

  [[nodiscard]] bool has_value() const noexcept { return arm_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (!has_value()) throw BadResultAccess();
  }
  const Error& error() const {
    if (has_value()) throw BadResultAccess();
    return *std::get_if<1>(&arm_);
  }

 private:
  std::variant<std::monostate, Error> arm_;
};

}  // namespace countersign::base
