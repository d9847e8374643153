#include "common/policy/record.h"

#include <algorithm>

#include "common/sshsig/verify.h"

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Kind;
using statement::Record;

Result<void> verify_signer(const Record& record, const RecordExpectation& expected, const keys::Signers& signers) {
  const sshsig::Signature& signature = record.signature();
  const std::string name_space = statement::name_space(Kind::record);
  const auto signer = signers.find(expected.user.str(), name_space, signature.public_key, expected.now);
  if (!signer) return signer.error();
  const auto verified =
      sshsig::verify(signature, *signer, name_space, base::as_bytes(record.signed_message()), sshsig::Requirements{});
  if (!verified) return verified.error();
  return {};
}

bool covers(const statement::HostScope& hosts, const RecordExpectation& expected) {
  const auto* identity = std::get_if<HostIdentity>(&expected.scope);
  return identity == nullptr || hosts.covers(identity->host, identity->groups);
}

Result<void> verify_life(const statement::RecordFields& record, const RecordExpectation& expected) {
  if (record.expires - record.issued > expected.max_life) {
    return Error(ErrorCode::record_lifetime_too_long,
                 "lives " + statement::print_seconds(record.expires - record.issued) + ", allowed are " +
                     statement::print_seconds(expected.max_life));
  }
  if (record.issued > expected.now + clock_tolerance) {
    return Error(ErrorCode::record_from_future, "issued " + base::format_time(record.issued));
  }
  if (expected.now >= record.expires) {
    return Error(ErrorCode::record_expired, "expired " + base::format_time(record.expires));
  }
  return {};
}

}  // namespace

Result<VerifiedRecord> verify_record(std::string_view text, const RecordExpectation& expected,
                                     const keys::Signers& signers) {
  auto record = Record::parse(text);
  if (!record) return record.error();
  if (auto done = verify_signer(*record, expected, signers); !done) return done.error();
  const statement::RecordFields& fields = record->fields();
  if (fields.user != expected.user) return Error(ErrorCode::wrong_user, "a record of " + fields.user.str());
  if (!covers(fields.hosts, expected)) return Error(ErrorCode::host_out_of_scope, "hosts: " + fields.hosts.str());
  if (auto done = verify_life(fields, expected); !done) return done.error();
  if (auto done = fields.check_roles(); !done) return done.error();
  return VerifiedRecord(std::move(*record));
}

Result<Floor> Floor::parse(std::string_view line) {
  const Error bad(ErrorCode::bad_statement, "expected \"SERIAL HASH32 ISSUED\" and a line end");
  if (!line.ends_with('\n')) return bad;
  line.remove_suffix(1);
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return bad;
  const std::size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return bad;
  const auto serial = statement::parse_serial(line.substr(0, first));
  const auto hash = statement::Hash32::parse(line.substr(first + 1, second - first - 1));
  const auto issued = base::parse_time(line.substr(second + 1));
  if (!serial || !hash || !issued) return bad;
  return Floor{.serial = *serial, .hash = *hash, .issued = *issued};
}

std::string Floor::print() const {
  return std::to_string(serial) + ' ' + hash.str() + ' ' + base::format_time(issued) + '\n';
}

Result<Floor> advance_floor(const std::optional<Floor>& floor, const VerifiedRecord& record, base::Time now) {
  if (!floor) return Floor{.serial = record->serial, .hash = record.hash(), .issued = record->issued};
  if (now < floor->issued - clock_tolerance) {
    return Error(ErrorCode::clock_went_back, "the newest record was issued " + base::format_time(floor->issued));
  }
  const std::string serials =
      "serial " + std::to_string(record->serial) + ", accepted before " + std::to_string(floor->serial);
  if (record->serial < floor->serial) return Error(ErrorCode::record_rolled_back, serials);
  if (record->serial == floor->serial && record.hash() != floor->hash) {
    return Error(ErrorCode::record_serial_reused, serials + " with other bytes");
  }
  return Floor{.serial = record->serial, .hash = record.hash(), .issued = std::max(floor->issued, record->issued)};
}

}  // namespace countersign::policy
