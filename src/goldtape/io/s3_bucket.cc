#include "goldtape/io/s3_bucket.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "goldtape/io/s3_client_internal.h"
#include "goldtape/io/s3_listing_internal.h"
#include "goldtape/io/s3_xml_internal.h"

namespace goldtape::io {
namespace {

constexpr int kNotFoundStatus = 404;
constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Base64 of the MD5, which S3 wants with a lifecycle configuration (RFC 1864).
std::string content_md5(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_md5(),
             nullptr);
  std::string text(4 * ((size + 2) / 3) + 1, '\0');
  const int written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(digest.data()), static_cast<int>(size));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

std::string rule_id(const S3Location& location) { return "goldtape:" + location.key; }

std::string our_rule(const S3Location& location) {
  const std::string prefix = location.key.empty() ? "" : location.key + "/";
  return fmt::format(
      "<Rule><ID>{}</ID><Status>Enabled</Status><Filter><Prefix>{}</Prefix></Filter>"
      "<NoncurrentVersionExpiration><NoncurrentDays>{}</NoncurrentDays></NoncurrentVersionExpiration>"
      "<AbortIncompleteMultipartUpload><DaysAfterInitiation>{}</DaysAfterInitiation></"
      "AbortIncompleteMultipartUpload>"
      "</Rule>",
      xml_escape(rule_id(location)), xml_escape(prefix), kKeepOldVersionsDays, kKeepUploadsDays);
}

class BucketSetup {
 public:
  BucketSetup(const S3Options& options, const S3Location& location)
      : client_(options), location_(location), bucket_{.bucket = location.bucket, .key = {}} {
    while (location_.key.ends_with('/')) location_.key.pop_back();
  }

  Result<S3BucketReport> run(bool may_create) {
    const auto there = has_any_below(client_, bucket_);
    if (!there) {
      if (there.error().code != 7103 || !may_create) return std::unexpected(there.error());
      GT_RETURN_IF_ERROR(create());
      report_.created = true;
    }
    note("turn versioning on", report_.versioning, set_versioning());
    note("set lifecycle rules", report_.lifecycle, set_lifecycle());
    return std::move(report_);
  }

 private:
  void note(std::string_view what, bool& done, const Status& status) {
    done = status.has_value();
    if (!done) report_.remarks.push_back(fmt::format("could not {}: {}", what, status.error().to_string()));
  }

  Status create() {
    const std::string& region = client_.options().region;
    std::string body;
    if (region != "us-east-1") {
      body = fmt::format(
          "<CreateBucketConfiguration xmlns=\"{}\"><LocationConstraint>{}</LocationConstraint>"
          "</CreateBucketConfiguration>",
          kNamespace, xml_escape(region));
    }
    GT_RETURN_IF_ERROR(
        client_.send({.method = "PUT", .at = bucket_, .body = body, .doing = "make the bucket"}));
    return {};
  }

  Status put(const char* what, const std::string& body, const char* doing) {
    GT_RETURN_IF_ERROR(
        client_.send({.method = "PUT",
                      .at = bucket_,
                      .query = {{what, ""}},
                      .headers = {{"content-md5", content_md5(body)}, {"content-type", "application/xml"}},
                      .body = body,
                      .doing = doing}));
    return {};
  }

  Status set_versioning() {
    GT_ASSIGN(const S3Answer now, client_.send({.method = "GET",
                                                .at = bucket_,
                                                .query = {{"versioning", ""}},
                                                .doing = "ask for the bucket's versioning"}));
    if (xml_text(now.body, "Status") == "Enabled") return {};
    return put("versioning",
               fmt::format(
                   "<VersioningConfiguration xmlns=\"{}\"><Status>Enabled</Status></VersioningConfiguration>",
                   kNamespace),
               "turn versioning on");
  }

  Status set_lifecycle() {
    GT_ASSIGN(const S3Answer now, client_.send({.method = "GET",
                                                .at = bucket_,
                                                .query = {{"lifecycle", ""}},
                                                .doing = "ask for the bucket's lifecycle rules",
                                                .expected = {kNotFoundStatus}}));
    std::string rules;
    if (now.status != kNotFoundStatus) {
      for (const std::string_view rule : xml_elements(now.body, "Rule")) {
        if (xml_text(rule, "ID") != rule_id(location_)) rules += fmt::format("<Rule>{}</Rule>", rule);
      }
    }
    return put("lifecycle",
               fmt::format("<LifecycleConfiguration xmlns=\"{}\">{}{}</LifecycleConfiguration>", kNamespace,
                           rules, our_rule(location_)),
               "set lifecycle rules");
  }

  S3Client client_;
  S3Location location_;
  S3Location bucket_;
  S3BucketReport report_;
};

}  // namespace

Result<S3BucketReport> prepare_s3_bucket(const S3Options& options, const S3Location& location,
                                         bool may_create) {
  return BucketSetup(options, location).run(may_create);
}

Status reach_s3_bucket(const S3Options& options, const S3Location& location) {
  S3Client client(options);
  GT_RETURN_IF_ERROR(has_any_below(client, location));
  return {};
}

}  // namespace goldtape::io
