//! Helpers for reading every part of a document.

use crate::json::Element;

use super::{PolicyError, PolicyProblem};

/// The refusal of the document, because of an element.
pub(super) fn refuse<T>(element: &Element<'_>, problem: PolicyProblem) -> Result<T, PolicyError> {
    Err(PolicyError::new(element.place(), problem))
}

/// The text of an element that may be missing.
pub(super) fn optional_text(element: Option<Element<'_>>) -> Result<Option<String>, PolicyError> {
    Ok(element
        .map(|element| element.text().map(str::to_owned))
        .transpose()?)
}

/// Reads one element or a list of them.
pub(super) fn all<T>(
    element: &Element<'_>,
    read: impl Fn(&Element<'_>) -> Result<T, PolicyError>,
) -> Result<Vec<T>, PolicyError> {
    element.one_or_more()?.iter().map(read).collect()
}
