//! JSON documents as they are written: the one model behind requests on the wire, policies and files of callers. Feature
//! `json`.
//!
//! `serde_json` loses what these readers need: the text of numbers, members that appear twice, and the place of a
//! value. It also copies strings with escapes into memory that nobody wipes, and such a string may be a plaintext.
//!
//! ```text
//! parse(text)                        Result<Document<'_>, SyntaxError>, with line and column
//! parse_with(bytes, blobs)           the same; also decodes the first of the members that are blobs
//! document.value()                   Value: Null, Flag, Number(its text), Text, List, Object
//! Object::last(name)                 a member; the last one, if several have the name
//! Object::take_blob(name)            the bytes of a member, if they were decoded
//! Object::iter()                     all members, in the order of the document
//! Object::duplicate()                a name that several members have
//! Element::root("the policy", v)     a value together with its place
//! element.text()                     a string, or a Problem: "Statement[0].Effect: not a string"
//! element.members()                  the members of an object, each with its name; refuses duplicates
//! element.only_members([a, b])       these members and no others
//! element.one_or_more()              the items of a list, or the value itself
//! element.items()                    the items of a list
//! element.refuse("too long")         Err(Problem), which says where and what
//! ```
//!
//! A document is one vector of places in the text, and values are views of it. Strings without escapes are borrowed from the
//! text. Nesting is bounded, and no look-up or check takes quadratic time. Elements borrow the element that they were reached
//! through, so a place costs nothing until a message shows it.
//!
//! To carry out a request takes so little time that reading it shows. So a node holds places and no strings, which would have
//! to be moved and dropped, and a blob is looked at only once: decoding it checks it, too.

mod element;
mod parse;
mod parser;
mod string;
mod value;

pub(crate) use element::{Element, Problem};
pub(crate) use parse::{Blobs, parse, parse_with};
pub(crate) use parser::SyntaxError;
pub(crate) use value::{Document, Object, Value};
