//! [`Callers`]: who sends a request.

use core::str::FromStr;
use std::collections::HashMap;

use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::RingProvider;
use kms_reencrypt::testing::principals_file::PrincipalsFile;
use kms_reencrypt::wire::Credential;
use kms_reencrypt::{AccountId, Kms, Region};

use crate::Error;

/// A principal and its access key id, as `--principal` takes them: `ACCESS_KEY_ID=ARN`.
#[derive(Clone, Debug)]
pub(crate) struct NamedPrincipal {
    pub(crate) access_key_id: String,
    pub(crate) caller: Caller,
}

impl FromStr for NamedPrincipal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (access_key_id, arn) = text.split_once('=').ok_or(
            "it takes ACCESS_KEY_ID=ARN, such as \
             AKIAALICE=arn:aws:iam::111122223333:user/alice",
        )?;
        if access_key_id.is_empty() {
            return Err("the access key id before = is empty".to_owned());
        }
        let caller = arn
            .parse()
            .map_err(|error| format!("{arn:?} is not the ARN of a principal: {error}"))?;
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            caller,
        })
    }
}

/// Who requests without a signature are from, as `--unsigned-as` takes it.
#[derive(Clone, Debug)]
pub(crate) enum UnsignedAs {
    /// The caller that a request with this access key id would have.
    AccessKeyId(String),
    /// A principal without policies.
    Principal(Caller),
    /// The root user of the account of the server.
    Root,
}

impl FromStr for UnsignedAs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.contains(':') {
            return Ok(Self::AccessKeyId(text.to_owned()));
        }
        let caller = text.parse();
        caller
            .map(Self::Principal)
            .map_err(|error| format!("it is not the ARN of a principal: {error}"))
    }
}

/// The callers, by the access key id of a request.
#[derive(Debug)]
pub(crate) struct Callers {
    account: AccountId,
    principals: HashMap<String, Caller>,
    file: PrincipalsFile,
    unsigned: Option<(Caller, Region)>,
}

impl Callers {
    /// Principals without policies, and those of a file. The file's policies for everybody are for all of them.
    pub(crate) fn new(
        account: AccountId,
        principals: impl IntoIterator<Item = NamedPrincipal>,
        file: PrincipalsFile,
    ) -> Result<Self, Error> {
        let mut by_id = HashMap::new();
        for principal in principals {
            let NamedPrincipal {
                access_key_id: id,
                caller,
            } = principal;
            let caller = file.limit(caller);
            if file.caller(&id).is_some() || by_id.insert(id.clone(), caller).is_some() {
                return Err(format!("two principals have the access key id {id}").into());
            }
        }
        Ok(Self {
            account,
            principals: by_id,
            file,
            unsigned: None,
        })
    }

    /// The same callers, and the caller and Region of requests without a signature.
    pub(crate) fn with_unsigned(
        mut self,
        unsigned: UnsignedAs,
        region: Region,
    ) -> Result<Self, Error> {
        let caller = match unsigned {
            UnsignedAs::AccessKeyId(id) => self.named(&id).cloned().ok_or_else(|| {
                format!(
                    "--unsigned-as {id}: no principal has this access key id. \
                     --principal or --principals names one"
                )
            })?,
            UnsignedAs::Principal(caller) => self.file.limit(caller),
            UnsignedAs::Root => self.root_in(&region),
        };
        self.unsigned = Some((caller, region));
        Ok(self)
    }

    /// The caller of a signed request.
    pub(crate) fn of(&self, credential: &Credential<'_>) -> Caller {
        self.named(credential.access_key_id())
            .cloned()
            .unwrap_or_else(|| self.root_in(credential.region()))
    }

    /// The caller of a request without a signature, and its Region; `None` if such requests are not allowed.
    pub(crate) fn unsigned(&self) -> Option<&(Caller, Region)> {
        self.unsigned.as_ref()
    }

    pub(crate) const fn account(&self) -> &AccountId {
        &self.account
    }

    /// The same keys under the resource control policies of the file.
    pub(crate) fn limit_resources<P: RingProvider>(&self, kms: Kms<P>) -> Kms<P> {
        self.file.limit_resources(kms)
    }

    fn named(&self, access_key_id: &str) -> Option<&Caller> {
        let known = self.principals.get(access_key_id);
        known.or_else(|| self.file.caller(access_key_id))
    }

    fn root_in(&self, region: &Region) -> Caller {
        let root = Caller::account_root(self.account);
        self.file.limit(root.in_partition_of(region))
    }
}
