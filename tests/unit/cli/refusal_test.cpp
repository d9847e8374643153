#include <gtest/gtest.h>

#include "cli/registry_client.h"

namespace countersign::cli {
namespace {

using base::ErrorCode;

TEST(Refusal, IsTheReasonOfTheFirstLine) {
  struct Row {
    const char* body;
    ErrorCode code;
  };
  for (const Row& row :
       {Row{"not_an_approver: no\n", ErrorCode::not_an_approver},
        Row{"already_answered: by somebody\nmore", ErrorCode::already_answered},
        Row{"quota_exceeded", ErrorCode::quota_exceeded}, Row{"", ErrorCode::internal},
        Row{"<html>", ErrorCode::internal}, Row{"bad_usage: not theirs to say", ErrorCode::internal}}) {
    http::Response response;
    response.status = 403;
    response.body = row.body;
    EXPECT_EQ(refusal_of(response).code, row.code) << row.body;
  }
}

}  // namespace
}  // namespace countersign::cli
