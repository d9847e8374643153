#include <gtest/gtest.h>

#include "common/sshsig/verify.h"
#include "tests/support/soft_authenticator.h"

namespace countersign::sshsig {
namespace {

using base::as_bytes;
using base::ErrorCode;
using crypto::KeyType;
using testing::AssertionOptions;
using testing::SoftAuthenticator;

const WebauthnExpectation phone{"https://phone.example.com", "phone.example.com"};
const Requirements requirements{.webauthn = phone};

const SoftAuthenticator& device() {
  static const SoftAuthenticator made(KeyType::sk_ecdsa_p256, "phone.example.com");
  return made;
}

base::Result<VerifiedSignature> check(const AssertionOptions& options, const Requirements& wanted = requirements) {
  return verify(device().assert_webauthn("answer.v1@countersign", "message", options), device().public_key(),
                "answer.v1@countersign", as_bytes("message"), wanted);
}

ErrorCode refusal(const AssertionOptions& options, const Requirements& wanted = requirements) {
  return check(options, wanted).error().code;
}

TEST(Webauthn, AnAssertionOfThePhoneIsVerified) {
  const auto verified = check({.counter = 9});
  ASSERT_TRUE(verified) << to_string(verified.error());
  EXPECT_TRUE(verified->is_webauthn());
  EXPECT_TRUE(verified->user_present());
  EXPECT_TRUE(verified->user_verified());
  EXPECT_EQ(verified->counter(), 9U);
}

TEST(Webauthn, WithoutAConfiguredOriginItIsRefused) {
  EXPECT_EQ(refusal({}, {}), ErrorCode::unsupported_signature_type);
}

TEST(Webauthn, UnknownMembersAndBackupFlagsAreAllowed) {
  EXPECT_TRUE(check({.tail = R"(,"crossOrigin":false,"other_keys_can_be_added_here":"do not compare"})"}));
  EXPECT_TRUE(check({.tail = R"(,"androidPackageName":"com.android.chrome","x":{"a":[1,2.5e3,null,true]}})"}));
  EXPECT_TRUE(check({.tail = "}"}));
  EXPECT_TRUE(check({.flags = 0x1d}));
}

TEST(Webauthn, ExtensionsAreSignedAndAnnounced) {
  EXPECT_TRUE(check({.flags = 0x85, .extensions = {0xa0}}));
  EXPECT_EQ(refusal({.flags = 0x05, .extensions = {0xa0}}), ErrorCode::bad_signature_encoding);
  EXPECT_EQ(refusal({.flags = 0x85}), ErrorCode::bad_signature_encoding);
  EXPECT_EQ(refusal({.flags = 0x45}), ErrorCode::bad_signature_encoding) << "attested credential data";
}

TEST(Webauthn, PresenceAndVerificationAreRequiredWhateverTheCallerSays) {
  const Requirements lax{.user_presence = false, .user_verification = false, .webauthn = phone};
  EXPECT_EQ(refusal({.flags = 0x00}, lax), ErrorCode::user_presence_missing);
  EXPECT_EQ(refusal({.flags = 0x04}, lax), ErrorCode::user_presence_missing);
  EXPECT_EQ(refusal({.flags = 0x01}, lax), ErrorCode::user_verification_missing);
}

TEST(Webauthn, WhatMayLeaveItsDeviceCanBeRefused) {
  const Requirements one_device{.webauthn = WebauthnExpectation{phone.origin, phone.rp_id, /*synced=*/false}};
  EXPECT_TRUE(check({}, one_device));
  EXPECT_EQ(refusal({.flags = 0x0d}, one_device), ErrorCode::synced_not_accepted) << "it may be copied";
  EXPECT_EQ(refusal({.flags = 0x1d}, one_device), ErrorCode::synced_not_accepted) << "it has been";
  EXPECT_EQ(refusal({.flags = 0x15}, one_device), ErrorCode::synced_not_accepted) << "whatever else it says";
}

TEST(Webauthn, TheRpIdMustBeTheConfiguredOne) {
  EXPECT_EQ(refusal({}, {.webauthn = WebauthnExpectation{phone.origin, "example.com"}}), ErrorCode::wrong_rp_id);
}

TEST(Webauthn, AndroidsEscapedOriginIsTheSameOrigin) {
  EXPECT_TRUE(check({.origin = R"(https:\/\/phone.example.com)"}));
  EXPECT_EQ(refusal({.origin = R"(https:\/\/phone.example.com)", .origin_field = phone.origin}),
            ErrorCode::wrong_origin)
      << "the field must hold the bytes as they stand";
  EXPECT_EQ(refusal({.origin_field = R"(https:\/\/phone.example.com)"}), ErrorCode::wrong_origin);
}

TEST(Webauthn, OtherOriginsAreRefused) {
  for (const std::string origin :
       {"https://example.com", "https://evil.phone.example.com", "https://phone.example.com:443",
        "https://phone.example.com/", "http://phone.example.com", "https://PHONE.example.com", "", "null"}) {
    EXPECT_EQ(refusal({.origin = origin}), ErrorCode::wrong_origin) << origin;
  }
  EXPECT_EQ(refusal({.tail = R"(,"crossOrigin":true})"}), ErrorCode::wrong_origin);
  EXPECT_EQ(refusal({.tail = R"(,"crossOrigin":false,"topOrigin":"https://phone.example.com"})"}),
            ErrorCode::wrong_origin);
  EXPECT_EQ(refusal({.tail = R"(,"topOrigin":null})"}), ErrorCode::wrong_origin);
}

TEST(Webauthn, ClientDataIsStrictJson) {
  for (const std::string tail : {R"(,"crossOrigin":"false"})", R"(,"crossOrigin":null})", R"(,"crossOrigin":0})"}) {
    EXPECT_EQ(refusal({.tail = tail}), ErrorCode::bad_client_data) << tail;
  }
  for (const std::string tail : {"", "} ", "}\n", "}x", "}{}", ",}", R"(,"origin":"https://phone.example.com"})",
                                 R"(,"typ\u0065":"webauthn.get"})", R"(,"a":1,"a":1})", R"(,"a":01})", R"(,"a":'b'})",
                                 R"(,a:1})", R"(,"a":"\x"})", "// comment\n}"}) {
    EXPECT_EQ(refusal({.tail = tail}), ErrorCode::bad_client_data) << tail;
  }
}

TEST(Webauthn, ThePrefixIsTheOneOpenSshRebuilds) {
  const std::string origin = R"("origin":"https://phone.example.com")";
  for (const std::string& json : {R"({"challenge":"CHALLENGE","type":"webauthn.get",)" + origin + "}",
                                  R"({"type":"webauthn.get",)" + origin + R"(,"challenge":"CHALLENGE"})",
                                  R"({ "type":"webauthn.get","challenge":"CHALLENGE",)" + origin + "}",
                                  R"({"type":"webauthn\u002eget","challenge":"CHALLENGE",)" + origin + "}",
                                  R"({"a":1,"type":"webauthn.get","challenge":"CHALLENGE",)" + origin + "}"}) {
    EXPECT_EQ(refusal({.client_data = json}), ErrorCode::bad_client_data) << json;
  }
}

TEST(Webauthn, TypeAndChallengeAreThoseExpected) {
  const std::string origin = R"("origin":"https://phone.example.com"})";
  EXPECT_EQ(refusal({.client_data = R"({"type":"webauthn.create","challenge":"CHALLENGE",)" + origin}),
            ErrorCode::bad_client_data);
  EXPECT_EQ(refusal({.client_data = R"({"type":"webauthn.get","challenge":"CHALLENGE=",)" + origin}),
            ErrorCode::signature_mismatch);
  EXPECT_EQ(refusal({.client_data = R"({"type":"webauthn.get","challenge":"",)" + origin}),
            ErrorCode::signature_mismatch);
  EXPECT_EQ(refusal({.client_data = R"({"type":"webauthn.get","challenge":1,)" + origin}), ErrorCode::bad_client_data);
  EXPECT_EQ(refusal({.client_data = R"({"type":"webauthn.get","challenge":"CHALLENGE"})"}), ErrorCode::bad_client_data);
}

TEST(Webauthn, AnotherMessageOrNamespaceIsRefused) {
  const auto signature = device().assert_webauthn("answer.v1@countersign", "message");
  EXPECT_EQ(
      verify(signature, device().public_key(), "answer.v1@countersign", as_bytes("Message"), requirements).error().code,
      ErrorCode::signature_mismatch);
  EXPECT_EQ(
      verify(signature, device().public_key(), "trust.v1@countersign", as_bytes("message"), requirements).error().code,
      ErrorCode::wrong_namespace);
}

TEST(Webauthn, AQuoteInTheOriginFieldCannotMoveThePrefix) {
  AssertionOptions options;
  options.origin_field = R"(https://phone.example.com","x":"y)";
  options.tail = R"(,"x":"y"})";
  EXPECT_EQ(refusal(options), ErrorCode::wrong_origin);
}

}  // namespace
}  // namespace countersign::sshsig
