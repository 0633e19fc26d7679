//! [`Failure`]: what is written beside a line that failed.

/// The members or columns that a failure adds to its line. An input may have them: they are left out then, so that a
/// file of failures can be the next run's input.
pub(crate) const COLUMNS: [&str; 4] = [
    "kms_rotate_line",
    "kms_rotate_exception",
    "kms_rotate_message",
    TEXT,
];

/// The column with a line that is not a record at all.
pub(super) const TEXT: &str = "kms_rotate_text";

/// A line that is not even text, in base64. Only JSON lines need it.
pub(super) const BASE64: &str = "kms_rotate_base64";

/// Why a line failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    /// The number of the line in the input, from 1.
    pub(crate) line: u64,
    pub(crate) exception: &'a str,
    pub(crate) message: &'a str,
}

/// Whether a failure adds this member, and not the input.
pub(super) fn is_of_failure(name: &str) -> bool {
    COLUMNS.contains(&name) || name == BASE64
}
