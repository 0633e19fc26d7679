//! [`Step`]: one thing that happens to a ring, in words that both the crate and the model understand.

/// The Regions of the ring. Three, so that a primary may have several replicas.
pub(crate) const REGIONS: [&str; 3] = ["us-east-2", "eu-west-1", "ap-south-1"];

/// A key, whether it is there or not: its ARN, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// Stands for the key id.
    pub(crate) family: usize,
    /// Its place in [`REGIONS`].
    pub(crate) region: usize,
}

impl Name {
    /// Whether the id is that of a multi-Region key: every second one is.
    pub(crate) const fn is_multi_region(self) -> bool {
        self.family.is_multiple_of(2)
    }

    pub(crate) const fn in_region(self, region: usize) -> Self {
        Self { region, ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Symmetric,
    /// Symmetric, with imported material.
    External,
    Signing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The account's root.
    Owner,
    /// A role of the account to which only grants allow something.
    Auditor,
}

/// What a grant allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Encrypt,
    Decrypt,
    ReEncryptFrom,
    ReEncryptTo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Account,
    /// The account decides, but nobody decrypts.
    NoDecrypt,
    /// Only grants count.
    Nobody,
}

/// How a request names a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Naming {
    Arn(Name),
    /// An alias of the Region that the request is sent to.
    Alias(u8),
}

/// A ciphertext in a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// Its place among the blobs that are still known.
    pub(crate) blob: usize,
    pub(crate) named: Option<Naming>,
    /// Whether the encryption context is that of the ciphertext.
    pub(crate) right_context: bool,
}

/// Who asks, and in which Region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) caller: Caller,
    pub(crate) region: usize,
}

/// Imported bytes stand for themselves; hours are counted from the beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Create(Name, Kind),
    CreateAlias(usize, u8, Name),
    UpdateAlias(usize, u8, Name),
    DeleteAlias(usize, u8),
    Rotate(Name),
    /// Automatic rotation, with its period in days.
    EnableRotation(Name, u32),
    DisableRotation(Name),
    Import {
        key: Name,
        bytes: u8,
        new: bool,
        valid_hours: Option<u64>,
    },
    DeleteMaterial(Name),
    Replicate(Name, usize),
    UpdatePrimary(Name, usize),
    Enable(Name),
    Disable(Name),
    Schedule(Name, u32),
    Cancel(Name),
    Delete(Name),
    Grant(Name, Act),
    Revoke(Name, usize),
    Retire(usize),
    PutPolicy(Name, Policy),
    Encrypt(Asker, Naming),
    Decrypt(Asker, Source),
    ReEncrypt(Asker, Source, Naming),
    Wait(u64),
    /// The ring is written to a file, and goes on as what is read from it.
    SaveAndLoad,
}
