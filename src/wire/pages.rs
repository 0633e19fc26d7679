//! The pages of lists: `Limit` and `Marker` in requests, `NextMarker` and `Truncated` in results.

use crate::control::{Page, PageRequest};
use crate::error::ProtocolError;

use super::members::Members;
use super::object::Object;

pub(super) fn page<'m>(members: &'m Members<'_>) -> Result<PageRequest<'m>, ProtocolError> {
    Ok(PageRequest {
        limit: members.integer("Limit")?,
        marker: members.text("Marker")?,
    })
}

pub(super) fn paged<T>(name: &str, items: impl Iterator<Item = Object>, page: &Page<T>) -> Object {
    marked(Object::new().objects(name, items), page)
}

/// Adds the marker of the next page, and whether there is one.
pub(super) fn marked<T>(object: Object, page: &Page<T>) -> Object {
    object
        .maybe_text("NextMarker", page.next_marker.as_ref())
        .flag("Truncated", page.next_marker.is_some())
}
