//! A token vault, as an application would implement it: it uses the official SDK and does not know how it is tested.
//!
//! It takes secrets of many tenants and returns tokens. It stores ciphertext that its encryption context binds to the
//! tenant, so a row that ends up with another tenant does not open.

use core::fmt;
use std::collections::BTreeMap;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;

/// What stands for a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token(String);

/// A row of the vault's table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) tenant: String,
    /// The ARN of the key that the blob is under.
    pub(crate) key: String,
    pub(crate) blob: Blob,
}

/// Why the vault did not do it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum VaultError {
    /// KMS did not answer, after all attempts: it may later.
    Unavailable,
    /// There is no such token.
    UnknownToken,
    /// The secret is another tenant's, or the row is damaged. KMS does not tell which.
    WrongTenant,
    /// Anything else that KMS says: a disabled key, a missing permission.
    Refused(String),
}

/// A rotation that was not finished. All secrets are still there, and the next rotation goes on where this one ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfinished {
    pub(crate) moved: usize,
    pub(crate) left: usize,
    pub(crate) cause: VaultError,
}

pub(crate) struct Vault {
    kms: Client,
    key: String,
    rows: BTreeMap<Token, Row>,
}

impl Vault {
    /// An empty vault whose secrets go under this key.
    pub(crate) fn new(kms: Client, key: impl Into<String>) -> Self {
        Self {
            kms,
            key: key.into(),
            rows: BTreeMap::new(),
        }
    }

    /// Takes a secret in.
    pub(crate) async fn store(&mut self, tenant: &str, secret: &str) -> Result<Token, VaultError> {
        let sealed = self
            .kms
            .encrypt()
            .key_id(&self.key)
            .encryption_context("tenant", tenant)
            .plaintext(Blob::new(secret))
            .send()
            .await?;
        let row = Row {
            tenant: tenant.to_owned(),
            key: present(sealed.key_id)?,
            blob: present(sealed.ciphertext_blob)?,
        };
        let token = Token(format!("tok_{:08}", self.rows.len()));
        self.rows.insert(token.clone(), row);
        Ok(token)
    }

    /// The secret behind a token, for the tenant who asks. That it is the tenant's own is for KMS to find out.
    pub(crate) async fn reveal(&self, tenant: &str, token: &Token) -> Result<String, VaultError> {
        let row = self.rows.get(token).ok_or(VaultError::UnknownToken)?;
        self.open(&row.key, tenant, &row.blob).await
    }

    /// Moves all secrets under another key, and stores new ones under it from now on. No plaintext comes here for that.
    ///
    /// Each row is replaced only when its new blob has been tried out, so whatever goes wrong, every row opens.
    pub(crate) async fn rotate_to(&mut self, key: &str) -> Result<usize, Unfinished> {
        self.key = key.to_owned();
        let waiting: Vec<Token> = self
            .rows
            .iter()
            .filter(|(_, row)| row.key != key)
            .map(|(token, _)| token.clone())
            .collect();
        for (moved, token) in waiting.iter().enumerate() {
            let unfinished = |cause| Unfinished {
                moved,
                left: waiting.len() - moved,
                cause,
            };
            let Some(row) = self.rows.get(token) else {
                continue;
            };
            let row = self.moved(row, key).await.map_err(unfinished)?;
            self.rows.insert(token.clone(), row);
        }
        Ok(waiting.len())
    }

    /// The table, as whoever has access to the database sees it.
    pub(crate) fn rows(&mut self) -> &mut BTreeMap<Token, Row> {
        &mut self.rows
    }

    /// The row under another key.
    async fn moved(&self, row: &Row, key: &str) -> Result<Row, VaultError> {
        let moved = self
            .kms
            .re_encrypt()
            .ciphertext_blob(row.blob.clone())
            .source_key_id(&row.key)
            .source_encryption_context("tenant", &row.tenant)
            .destination_key_id(key)
            .destination_encryption_context("tenant", &row.tenant)
            .send()
            .await?;
        let row = Row {
            tenant: row.tenant.clone(),
            key: present(moved.key_id)?,
            blob: present(moved.ciphertext_blob)?,
        };
        self.open(&row.key, &row.tenant, &row.blob).await?;
        Ok(row)
    }

    async fn open(&self, key: &str, tenant: &str, blob: &Blob) -> Result<String, VaultError> {
        let opened = self
            .kms
            .decrypt()
            .key_id(key)
            .encryption_context("tenant", tenant)
            .ciphertext_blob(blob.clone())
            .send()
            .await?;
        let plaintext = present(opened.plaintext)?.into_inner();
        String::from_utf8(plaintext).map_err(|_| VaultError::Refused("not a text".to_owned()))
    }
}

/// A member of an answer that KMS always fills.
fn present<T>(member: Option<T>) -> Result<T, VaultError> {
    member.ok_or_else(|| VaultError::Refused("the answer is incomplete".to_owned()))
}

impl<E> From<SdkError<E>> for VaultError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match error.code() {
            Some("InvalidCiphertextException") => Self::WrongTenant,
            Some(
                "DependencyTimeoutException"
                | "KeyUnavailableException"
                | "KMSInternalException"
                | "ThrottlingException",
            ) => Self::Unavailable,
            _ => Self::Refused(DisplayErrorContext(error).to_string()),
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
