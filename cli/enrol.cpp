// countersign enrol: makes an SSH key an approver, by the code of a pairing.
#include <algorithm>
#include <array>

#include "cli/command.h"
#include "cli/pairing_client.h"
#include "cli/signer.h"
#include "cli/terminal.h"
#include "common/log/clean.h"
#include "common/phrase/phrase.h"
#include "common/statement/field_reader.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using statement::Level;

constexpr std::array kOptions{OptionSpec{"registry", Takes::value, true}, OptionSpec{"key", Takes::value, true},
                              OptionSpec{"level"}, OptionSpec{"ca"}};

constexpr std::string_view kHelp =
    R"(Usage: countersign enrol --registry URL --key FILE [OPTION…] [CODE]

Makes your key an approver. An administrator who ran `countersign-registry pair` gives
you a code; after your key has enrolled, both of you see five words. Read them out:
the administrator says yes only when they are the same.

  CODE              K7QF-9T2M-XA3D, or the address that the QR code holds; asked for when
                    left out, so that no list of processes shows it
  --registry URL    https://registry.example.com (http:// only on loopback)
  --key FILE        the approver key, as for `ssh-keygen -Y sign -f`: a private key file,
                    the .pub file of a key in your agent, or a FIDO key's file
  --level LEVEL     hardware or ssh-key (default: hardware for a FIDO key, else ssh-key)
  --ca FILE         PEM file of the authority that vouches for the registry
                    (default: the system's)

Ends when the pairing does. A passkey is made by the phone's page, not here.

Exit codes: 0 the key is an approver; 1 the pairing was refused or has expired;
2 misused.
)";

constexpr base::Seconds kTimeToType{600};

Result<std::string> code_of(const Options& options, const Streams& streams) {
  if (!options.operands().empty()) return options.operands().front();
  streams.out << "Code: " << std::flush;
  LineInput input(streams.in);
  const auto line = input.read_line(base::SystemClock().monotonic() + kTimeToType, [] {});
  if (!line) return line.error();
  if (!*line) return Error(ErrorCode::deadline_passed, "no code was typed");
  return **line;
}

Result<Level> level_of(const Options& options, const crypto::PublicKey& key) {
  const bool fido = statement::fits_level(Level::hardware, key);
  if (!options.has("level")) return fido ? Level::hardware : Level::ssh_key;
  const auto level = statement::parse_level(options.required("level"));
  if (!level) return Error(ErrorCode::bad_usage, "--level: " + level.error().detail);
  if (*level == Level::passkey) {
    return Error(ErrorCode::bad_usage, "--level: a passkey is made by the phone's page");
  }
  if (!statement::fits_level(*level, key)) return Error(ErrorCode::bad_usage, "--level: this is no FIDO key");
  return *level;
}

Result<void> check_open(const PairingView& view, Level level) {
  if (view.state != "open") {
    const bool taken = view.state == "enrolled" || view.state == "waiting";
    return Error(taken ? ErrorCode::already_answered : ErrorCode::pairing_ended, "the pairing is " + view.state);
  }
  if (std::find(view.levels.begin(), view.levels.end(), level) != view.levels.end()) return {};
  return Error(ErrorCode::level_not_accepted, "this pairing takes no " + std::string(to_string(level)) +
                                                  " key; have it made with --level " + std::string(to_string(level)));
}

Result<statement::Enrolment> make_enrolment(const PairingClient& client, const PairingView& view, Level level,
                                            const Signer& signer) {
  const statement::EnrolmentFields fields{.registry = client.registry(),
                                          .user = view.user,
                                          .pairing = client.token().hash(),
                                          .key = signer.key(),
                                          .level = level,
                                          .issued = base::SystemClock().now()};
  const auto armor = signer.sign(statement::name_space(statement::Kind::enrolment), fields.print_unsigned());
  if (!armor) return armor.error();
  return statement::Enrolment::with_signature(fields, *armor);
}

void show_phrase(const statement::Enrolment& enrolment, const Streams& streams) {
  const phrase::Phrase words = phrase::phrase_of(enrolment.signed_message());
  say(streams.out, "Enrolled as an approver of " + enrolment->user.str() + ": " + enrolment->key.fingerprint());
  streams.out << "\n  " << words.in(phrase::Language::english) << "\n  " << words.in(phrase::Language::korean)
              << "\n\nThe other side must show the same words. Waiting for its yes (Ctrl-C ends only this)…"
              << std::endl;
}

Result<ExitCode> await_end(PairingClient& client, std::string state, const Streams& streams) {
  for (;;) {
    if (state == "added") return say(streams.out, "Added: this key is an approver now."), ExitCode::yes;
    if (state == "refused") return say(streams.out, "Refused: this key is no approver."), ExitCode::no;
    if (state == "expired") return say(streams.out, "Expired: this key is no approver."), ExitCode::no;
    const auto view = client.wait(state);
    if (!view) return view.error();
    if (view->state == "waiting" && state != "waiting") {
      say(streams.out, "Same words. An administrator is to endorse the key; until then it is no approver.");
      streams.out.flush();
    }
    state = view->state;
  }
}

Result<ExitCode> enrol(PairingClient& client, Level level, const Signer& signer, const Streams& streams) {
  const auto view = client.look();
  if (!view) return view.error();
  if (auto open = check_open(*view, level); !open) return open.error();
  const auto enrolment = make_enrolment(client, *view, level, signer);
  if (!enrolment) return enrolment.error();
  const auto enrolled = client.enrol(*enrolment);
  if (!enrolled) return enrolled.error();
  show_phrase(*enrolment, streams);
  return await_end(client, enrolled->state, streams);
}

Result<ExitCode> run_enrol(const Options& options, const Streams& streams) {
  const auto registry = base::Origin::parse(options.required("registry"));
  if (!registry) return misused(streams, registry.error().within("--registry"));
  const auto signer = Signer::open(options.required("key"));
  if (!signer) return misused(streams, signer.error());
  const auto level = level_of(options, signer->key());
  if (!level) return misused(streams, level.error());
  const auto code = code_of(options, streams);
  if (!code) return misused(streams, code.error());
  auto token = statement::PairingToken::read(*code);
  if (!token) return misused(streams, token.error());
  auto http_client = http::Client::create(*registry, {.ca_file = options.value_or("ca", "")});
  if (!http_client) return misused(streams, http_client.error());
  const base::SystemClock clock;
  PairingClient client(*std::move(http_client), *std::move(token), clock);
  auto outcome = enrol(client, *level, *signer, streams);
  if (!outcome && outcome.error().code == ErrorCode::bad_private_key) return misused(streams, outcome.error());
  return outcome;
}

}  // namespace

Command enrol_command() {
  return {"enrol", "make an SSH key an approver, by the code of a pairing", kHelp, kOptions, {0, 1}, &run_enrol};
}

}  // namespace countersign::cli
