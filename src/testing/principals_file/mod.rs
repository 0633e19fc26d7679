//! Callers from a file: who acts under which access key id, with all policies, tags and context.
//!
//! A server gives a caller to each access key id with it; tests give the same callers to their handles.
//!
//! ```json
//! {
//!   "Principals": [
//!     {
//!       "AccessKeyId": "AKIAALICE",
//!       "Arn": "arn:aws:sts::111122223333:assumed-role/app/alice",
//!       "RoleArn": "arn:aws:iam::111122223333:role/team/app",
//!       "IdentityPolicies": [
//!         {
//!           "Version": "2012-10-17",
//!           "Statement": { "Effect": "Allow", "Action": "kms:ReEncrypt*", "Resource": "*" }
//!         }
//!       ],
//!       "Tags": { "team": "blue" },
//!       "Context": { "aws:SourceIp": "203.0.113.7", "aws:MultiFactorAuthPresent": true }
//!     }
//!   ]
//! }
//! ```
//!
//! | member of a principal | what it is |
//! |---|---|
//! | `AccessKeyId` | required; letters, digits and underscores, no two alike |
//! | `Arn` | required: of a root user, user, session or federated user; or the name of an AWS service |
//! | `RoleArn` | of a session: the role with its path, which the session's ARN does not show |
//! | `IdentityPolicies` | a list; without any, the principal may do only what key policies and grants allow it by name |
//! | `PermissionsBoundary` | a policy |
//! | `SessionPolicies` | a list of those that were passed when the session began |
//! | `Tags` | of the user, the role or the session: `aws:PrincipalTag/…` |
//! | `Context` | condition keys by name, each with a value or a list of values |
//!
//! Beside `Principals`, a document can have `ServiceControlPolicies` and `ResourceControlPolicies`: for each account a list
//! of levels, from the root of its organization down to the account, each a list of policies. `VpcEndpointPolicy` is the
//! policy of the endpoint that all requests come through. Only `Principals` is required.
//!
//! A policy is written as its document. For a policy with an ARN, which refusals then name, write an object with the
//! members `PolicyArn` and `PolicyDocument`.
//!
//! An unknown member is an error, and so is the same member twice. A document has at most 16 MiB, and a name or text in it
//! 32,768 bytes, as many as the largest policy.

mod error;
mod file;
mod principal;
mod read;

use std::path::Path;

pub use error::PrincipalsFileError;
pub use file::PrincipalsFile;

use super::bounded_file;

/// How many bytes a document may have: more than a thousand of the largest policies. The limit is this crate's own.
const FILE_MAX: u64 = 16 * 1024 * 1024;

/// Reads the callers in a text.
///
/// # Errors
///
/// [`PrincipalsFileError`] if the text is not such a document: what is wrong with it, and where.
pub fn read_principals(json: &str) -> Result<PrincipalsFile, PrincipalsFileError> {
    if u64::try_from(json.len()).is_ok_and(|len| len <= FILE_MAX) {
        return read::file(json);
    }
    Err(PrincipalsFileError::new(
        "the document",
        format_args!("it has more than {FILE_MAX} bytes"),
    ))
}

/// Reads the callers in a file.
///
/// # Errors
///
/// [`PrincipalsFileError`] if the file cannot be read, or for the reasons of [`read_principals`].
pub fn load_principals(path: impl AsRef<Path>) -> Result<PrincipalsFile, PrincipalsFileError> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let bytes = bounded_file::read(path, FILE_MAX)
        .map_err(|error| PrincipalsFileError::new(name.as_str(), error))?;
    let json =
        str::from_utf8(&bytes).map_err(|error| PrincipalsFileError::new(name.as_str(), error))?;
    read_principals(json).map_err(|error| error.in_file(&name))
}
