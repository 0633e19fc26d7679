//! [`Credential`]: the signer of a request, and the Region that it was signed for.

use crate::key::Region;

/// The credential in the `Authorization` header of a signed request (AWS Signature Version 4).
///
/// The signature itself is not verified, since that takes the signer's secret access key, which this crate does not
/// know.
///
/// ```
/// use kms_reencrypt::wire::Credential;
///
/// let header = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-2/kms/aws4_request, \
///               SignedHeaders=host;x-amz-date, Signature=0123";
/// let credential = Credential::of_authorization(header).unwrap();
/// assert_eq!(credential.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(credential.region().as_str(), "us-east-2");
/// assert_eq!(credential.service(), "kms");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential<'a> {
    access_key_id: &'a str,
    region: Region,
    service: &'a str,
}

impl<'a> Credential<'a> {
    /// Parses the header of a signed request: `Credential=<access key id>/<date>/<Region>/…`. `None` for any other
    /// header.
    #[must_use]
    pub fn of_authorization(header: &'a str) -> Option<Self> {
        let (_algorithm, parameters) = header.split_once(' ')?;
        let credential = parameters
            .split(',')
            .find_map(|parameter| parameter.trim_start().strip_prefix("Credential="))?;
        let credential = credential.split(' ').next()?;
        let (scope, _terminator) = credential.rsplit_once('/')?;
        let (scope, service) = scope.rsplit_once('/')?;
        let (scope, region) = scope.rsplit_once('/')?;
        let (access_key_id, _date) = scope.rsplit_once('/')?;
        let region = region.parse().ok()?;
        Some(Self {
            access_key_id,
            region,
            service,
        })
    }

    /// The access key id of the signer.
    #[must_use]
    pub const fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The Region that the request was signed for.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// The service that the request was signed for: `kms` for a request to KMS.
    #[must_use]
    pub const fn service(&self) -> &'a str {
        self.service
    }
}

#[cfg(test)]
mod tests {
    use super::Credential;

    #[test]
    fn what_is_not_signed_has_no_credential() {
        for header in [
            "",
            "Bearer token",
            "AWS4-HMAC-SHA256 Credential=",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-2/kms, SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/nowhere/kms/aws4_request",
        ] {
            assert_eq!(Credential::of_authorization(header), None, "{header}");
        }
    }

    #[test]
    fn a_signature_names_its_key_its_region_and_its_service() {
        for header in [
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-2/kms/aws4_request, SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-2/kms/aws4_request,SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-2/kms/aws4_request SignedHeaders=host",
            "AWS4-HMAC-SHA256 SignedHeaders=host,  Credential=AKID/20260101/us-east-2/kms/aws4_request",
        ] {
            let credential = Credential::of_authorization(header).expect(header);
            assert_eq!(credential.access_key_id(), "AKID");
            assert_eq!(credential.region().as_str(), "us-east-2");
            assert_eq!(credential.service(), "kms");
        }
    }
}
